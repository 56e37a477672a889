import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { SendingWindow } from '../domain/sending-window.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A window lies on some day of the week; where a change of the clock swallows it once, the week after has it. */
const MAX_DAYS = 15;

/** Whether a desk's window is open at a moment. */
export function isOpen(window: SendingWindow, instant: Instant): boolean {
  const { day, minute } = wallClock(window.zone, instant);
  return window.days.includes(day) && minute >= window.fromMinute && minute < window.toMinute;
}

/**
 * The first moment from this one on at which the window is open: the moment itself where it is open now. Where the clock is put
 * forward over the beginning, that is the moment of the change; where it is put back, the first of the two.
 */
export function nextOpening(window: SendingWindow, instant: Instant): Instant {
  if (isOpen(window, instant)) return instant;
  const today = wallClock(window.zone, instant).midnight;
  for (let ahead = 0; ahead < MAX_DAYS; ahead += 1) {
    const wanted = today + ahead * DAY_MS + window.fromMinute * MINUTE_MS;
    const opening = momentsAt(window.zone, wanted)
      .filter((moment) => moment >= instant && isOpen(window, moment))
      .sort((one, other) => one - other)[0];
    if (opening !== undefined) return opening;
  }
  throw new Error('a window that never opens cannot be parsed');
}

/** "2026-11-24 15:00 Europe/Berlin": a moment by the clock on the wall there. */
export function wallInstant(zone: string, instant: Instant): string {
  return `${isoInstant(instant + offsetMs(zone, instant))
    .slice(0, 16)
    .replace('T', ' ')} ${zone}`;
}

interface WallClock {
  /** 1 is Monday. */
  readonly day: number;
  readonly minute: number;
  /** The wall's midnight, as if it hung in Greenwich. */
  readonly midnight: number;
}

function wallClock(zone: string, instant: Instant): WallClock {
  const wall = instant + offsetMs(zone, instant);
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
  // 1970-01-01 was a Thursday.
  const day = ((Math.floor(wall / DAY_MS) + 3) % 7) + 1;
  return { day, minute: Math.floor((wall - midnight) / MINUTE_MS), midnight };
}

/** The moments at which a wall's clock may show this time: two where it is put back, that of the change where it is put forward. */
function momentsAt(zone: string, wall: number): readonly Instant[] {
  const before = offsetMs(zone, wall - DAY_MS);
  const after = offsetMs(zone, wall + DAY_MS);
  return before === after
    ? [wall - before]
    : [wall - before, wall - after, changeBetween(zone, wall - DAY_MS, wall + DAY_MS)];
}

/** The first whole minute with the later offset. */
function changeBetween(zone: string, from: Instant, to: Instant): Instant {
  const later = offsetMs(zone, to);
  let low = Math.floor(from / MINUTE_MS);
  let high = Math.ceil(to / MINUTE_MS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle * MINUTE_MS) === later) high = middle;
    else low = middle;
  }
  return high * MINUTE_MS;
}

/** Making one reads the time-zone database; there are a few dozen zones at most in a book of providers. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** How far the wall clock is ahead of UTC at a moment. */
function offsetMs(zone: string, instant: Instant): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(zone, clock);
  }
  const shown = new Map(clock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(instant / 1000) * 1000;
}
