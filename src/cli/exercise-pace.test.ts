import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Pace } from './exercise-pace.ts';

const BEGINS = Date.parse('2020-10-12T08:00:00Z');
const DAY_MS = 86_400_000;

/** Whether it has come about within a moment. */
async function hasCome(work: Promise<void>): Promise<boolean> {
  return Promise.race([work.then(() => true), sleep(250).then(() => false)]);
}

test('without a speed nobody waits, however far it is', async () => {
  const pace = new Pace(BEGINS, null, new AbortController().signal);
  expect(await hasCome(pace.reach(BEGINS + 7 * DAY_MS))).toBe(true);
});

test('a pause holds time until it is taken back', async () => {
  const pace = new Pace(BEGINS, null, new AbortController().signal);
  pace.isPaused = true;
  const reached = pace.reach(BEGINS + 1);
  expect(await hasCome(reached)).toBe(false);
  pace.isPaused = false;
  await reached;
});

test('a speed that is changed on the way counts at once', async () => {
  const pace = new Pace(BEGINS, 1, new AbortController().signal);
  const reached = pace.reach(BEGINS + DAY_MS);
  expect(await hasCome(reached)).toBe(false);
  pace.minutesPerSecond = null;
  await reached;
});

test('whoever stops it waits no longer', async () => {
  const ending = new AbortController();
  const pace = new Pace(BEGINS, 1, ending.signal);
  pace.isPaused = true;
  const reached = pace.reach(BEGINS + DAY_MS);
  ending.abort();
  await reached;
});
