import { randomInt } from 'node:crypto';

/** `npm run test:full` sets it: every count at its full length. */
export const IS_FULL = process.env['DISMANTLE_FULL'] === '1';

/**
 * How many runs a property gets whose every run is costly: all of them in the full suite, `everyday` otherwise. The
 * seeds are new each time, so that many short suites see what one long one sees.
 */
export function runs(full: number, everyday: number): number {
  return IS_FULL ? full : Math.min(full, everyday);
}

/**
 * The numbers from 0 to below `end`: all of them in the full suite; otherwise every `stride`th, from a beginning by
 * chance, so that each has its turn.
 */
export function* someOf(end: number, stride: number): Generator<number> {
  const step = IS_FULL ? 1 : stride;
  for (let number = randomInt(step); number < end; number += step) yield number;
}
