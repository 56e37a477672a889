import { expect, test } from 'vitest';
import { Pace } from './exercise-pace.ts';

const BEGINS = Date.parse('2020-10-12T08:00:00Z');
const DAY_MS = 86_400_000;

/** A pause that is over at once, and what happens in the midst of each: counted, so that nothing hangs on a machine's speed. */
function counted(during: (waits: number) => void): {
  readonly pause: () => Promise<void>;
  readonly waits: () => number;
} {
  let waits = 0;
  return {
    waits: () => waits,
    async pause() {
      waits += 1;
      during(waits);
      await Promise.resolve();
    },
  };
}

test('without a speed nobody waits, however far it is', async () => {
  const { pause, waits } = counted(() => undefined);
  await new Pace(BEGINS, null, pause, new AbortController().signal).reach(BEGINS + 7 * DAY_MS);
  expect(waits()).toBe(0);
});

test('a speed is kept: so many minutes in a second', async () => {
  let waited = 0;
  const pause = async (milliseconds: number): Promise<void> => {
    waited += milliseconds;
    await Promise.resolve();
  };
  await new Pace(BEGINS, 60, pause, new AbortController().signal).reach(BEGINS + DAY_MS);
  expect(waited).toBeCloseTo(24_000, 3);
});

test('a pause holds time until it is taken back', async () => {
  const { pause, waits } = counted((count) => {
    if (count === 7) pace.isPaused = false;
  });
  const pace = new Pace(BEGINS, null, pause, new AbortController().signal);
  pace.isPaused = true;
  await pace.reach(BEGINS + 1);
  expect(waits()).toBe(7);
});

test('a speed that is changed on the way counts at once', async () => {
  const { pause, waits } = counted((count) => {
    if (count === 3) pace.minutesPerSecond = null;
  });
  const pace = new Pace(BEGINS, 1, pause, new AbortController().signal);
  await pace.reach(BEGINS + DAY_MS);
  expect(waits()).toBe(3);
});

test('whoever stops it waits no longer', async () => {
  const ending = new AbortController();
  const { pause, waits } = counted((count) => {
    if (count === 2) ending.abort();
  });
  const pace = new Pace(BEGINS, 1, pause, ending.signal);
  pace.isPaused = true;
  await pace.reach(BEGINS + DAY_MS);
  expect(waits()).toBe(2);
});
