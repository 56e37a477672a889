import type { Instant } from '../../domain/instant.ts';
import { isoInstant } from '../../domain/instant.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Two decimals: less than a second. */
export function minutesOf(ms: number): number {
  return Math.round(ms / (MINUTE_MS / 100)) / 100;
}

export function hoursOf(ms: number): number {
  return Math.round(ms / (HOUR_MS / 10)) / 10;
}

export function isoOrNull(instant: Instant | null): string | null {
  return instant === null ? null : isoInstant(instant);
}

export function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The earliest; null of none. Not by spreading: there may be more of them than a call takes arguments. */
export function earliest(instants: Iterable<Instant | null>): Instant | null {
  let found: Instant | null = null;
  for (const instant of instants) if (instant !== null && (found === null || instant < found)) found = instant;
  return found;
}

export function latest(instants: Iterable<Instant | null>): Instant | null {
  let found: Instant | null = null;
  for (const instant of instants) if (instant !== null && (found === null || instant > found)) found = instant;
  return found;
}
