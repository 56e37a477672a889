import { parseInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { groundClassOf } from './list-classes.ts';
import type { GroundClass } from './list-classes.ts';

/** From `protectedGround.staleDays`: one number for all, or numbers by list or class. */
export type StaleDays = number | Readonly<Record<string, number>>;

/** Tor exits change by the hour (Tor's own list forgets after 48 hours), ranges of clouds and CDNs by the month. */
const DEFAULT_DAYS: Readonly<Partial<Record<GroundClass, number>>> = { 'tor-exit': 2, cdn: 90, cloud: 90 };
const OTHER_DAYS = 365;
const DAY_MS = 86_400_000;

/** For how many days a list may be relied on; null: for ever, for what RFCs reserve stays reserved. */
export function staleAfterDays(folder: string, settings: StaleDays): number | null {
  const listClass = groundClassOf(folder);
  if (listClass === 'reserved') return null;
  if (typeof settings === 'number') return settings;
  return ownDays(settings, folder) ?? ownDays(settings, listClass) ?? DEFAULT_DAYS[listClass] ?? OTHER_DAYS;
}

function ownDays(settings: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(settings, key) ? settings[key] : undefined;
}

/**
 * Whether a list is too old to be relied on: it still protects what it names, but what it does not name may be protected
 * ground by now. A list without a date has no age. A date that lies ahead cannot be true, and so vouches for nothing.
 */
export function isStale(list: { readonly date: string | null }, now: Instant, maxAgeDays: number | null): boolean {
  if (list.date === null || maxAgeDays === null) return false;
  const written = parseInstant(list.date);
  if (written === null) return true;
  // A date stands for the whole day.
  return now - written >= (maxAgeDays + 1) * DAY_MS || written > now + DAY_MS;
}
