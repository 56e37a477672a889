import type { Instant } from '../../domain/instant.ts';
import type { SendingWindow } from '../../domain/sending-window.ts';
import { MAX_HOLD_HOURS } from '../../domain/strike.ts';
import type { WaitingForStrike } from '../../domain/strike.ts';
import { isOpen } from '../sending-window.ts';

const HOUR_MS = 3_600_000;

/** By ISO 3166-1 country, or "default"; none: at any time. */
export type Windows = Readonly<Record<string, SendingWindow>>;

/** The hours of the desk of a country; null: at any time. */
export function windowOf(windows: Windows, country: string | null): SendingWindow | null {
  return (country === null ? undefined : windows[country]) ?? windows['default'] ?? null;
}

/**
 * The full hour at which the desks of most servers are at work, the earliest of several: from an hour ahead, which two people
 * need to approve, to the last that a notice may be held for.
 */
export function serviceHour(
  notices: readonly Pick<WaitingForStrike, 'country' | 'servers'>[],
  windows: Windows,
  now: Instant,
): Instant {
  const first = Math.ceil((now + HOUR_MS) / HOUR_MS) * HOUR_MS;
  const weights = new Map<string | null, number>();
  for (const { country, servers } of notices) weights.set(country, (weights.get(country) ?? 0) + servers.length);
  let best = { at: first, open: -1 };
  for (let at = first; at <= now + MAX_HOLD_HOURS * HOUR_MS; at += HOUR_MS) {
    let open = 0;
    for (const [country, servers] of weights) {
      const window = windowOf(windows, country);
      if (window === null || isOpen(window, at)) open += servers;
    }
    if (open > best.open) best = { at, open };
  }
  return best.at;
}
