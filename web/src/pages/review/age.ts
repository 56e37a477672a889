import { between, minutes } from '../../ui/format.ts';

const MINUTE_MS = 60_000;

/** "3 d 4 h": how long before `now` something was. */
export function age(at: string, now: string): string {
  return minutes(Math.max(0, between(at, now) / MINUTE_MS));
}

/** Minutes from `now` until then; below zero once it is over. */
export function minutesUntil(at: string, now: string): number {
  return between(now, at) / MINUTE_MS;
}
