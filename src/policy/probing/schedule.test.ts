import { describe, expect, test } from 'vitest';
import { WATCH_DEFAULTS } from '../../domain/watch.ts';
import { catchUpMs, DAY_MS, fractionOf, HOUR_MS, MINUTE_MS, nextRound } from './schedule.ts';
import type { ScheduleFacts } from './schedule.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const TRACKED: ScheduleFacts = {
  serverId: '00000000-0000-8000-8000-000000000001',
  state: 'identified',
  isProtected: false,
  isHandsOff: false,
  hasTarget: true,
  notifiedAt: null,
  closedAt: null,
  verdict: 'live',
  darkAt: null,
  lastRoundAt: NOW,
};

const after = (facts: Partial<ScheduleFacts>): ReturnType<typeof nextRound> =>
  nextRound({ ...TRACKED, ...facts }, WATCH_DEFAULTS);

/** All rounds from a moment on, each taken when it is due. */
function roundsUntil(facts: ScheduleFacts, end: number): number[] {
  const rounds: number[] = [];
  let lastRoundAt = facts.lastRoundAt;
  for (;;) {
    const next = nextRound({ ...facts, lastRoundAt }, WATCH_DEFAULTS);
    if (next.at === null || next.at > end) return rounds;
    rounds.push(next.at);
    lastRoundAt = next.at;
  }
}

describe('the next round', () => {
  test('is at once for whoever has never been looked at', () => {
    expect(after({ lastRoundAt: null })).toEqual({ at: 0, everyMs: HOUR_MS });
  });

  test('of a tracked server comes every hour, at a moment of its own in it, without an end', () => {
    const rounds = roundsUntil(TRACKED, NOW + 200 * DAY_MS);
    expect(rounds.length).toBeGreaterThanOrEqual(200 * 24 - 1);
    expect(new Set(rounds.map((at) => at % HOUR_MS)).size).toBe(1);
  });

  test('after a notice comes every minute for 15 minutes, then every five for six hours, then hourly', () => {
    const notifiedAt = NOW + 10 * MINUTE_MS;
    const rounds = roundsUntil({ ...TRACKED, notifiedAt }, notifiedAt + DAY_MS);
    const gaps = rounds.slice(1).map((at, index) => at - (rounds[index] ?? 0));
    const within = (from: number, to: number): number =>
      rounds.filter((at) => at >= notifiedAt + from && at < notifiedAt + to).length;
    expect(within(0, 15 * MINUTE_MS)).toBeGreaterThanOrEqual(14);
    expect(within(0, 15 * MINUTE_MS)).toBeLessThanOrEqual(15);
    expect(within(16 * MINUTE_MS, 15 * MINUTE_MS + 6 * HOUR_MS)).toBeGreaterThanOrEqual(70);
    expect(within(7 * HOUR_MS, 24 * HOUR_MS)).toBeGreaterThanOrEqual(16);
    expect(within(7 * HOUR_MS, 24 * HOUR_MS)).toBeLessThanOrEqual(18);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE_MS / 2);
    expect(rounds[0]).toBeLessThanOrEqual(notifiedAt + 1.5 * MINUTE_MS);
  });

  test('of what is dark comes hourly for seven days, then daily, for ninety', () => {
    const rounds = roundsUntil({ ...TRACKED, verdict: 'dark', darkAt: NOW }, NOW + 400 * DAY_MS);
    const hourly = rounds.filter((at) => at < NOW + 7 * DAY_MS).length;
    expect(hourly).toBeGreaterThanOrEqual(7 * 24 - 1);
    expect(hourly).toBeLessThanOrEqual(7 * 24);
    expect(rounds.length - hourly).toBeGreaterThanOrEqual(82);
    expect(rounds.length - hourly).toBeLessThanOrEqual(84);
    expect(rounds.at(-1)).toBeLessThan(NOW + 91 * DAY_MS);
  });

  test('of a closed case is counted from when it was closed, whatever its notice and verdict', () => {
    const closed = { ...TRACKED, state: 'settled', verdict: 'answers-other', closedAt: NOW, notifiedAt: NOW } as const;
    const rounds = roundsUntil(closed, NOW + 400 * DAY_MS);
    expect(rounds[0]).toBeGreaterThanOrEqual(NOW + HOUR_MS / 2);
    expect(rounds.at(-1)).toBeGreaterThan(NOW + 88 * DAY_MS);
    expect(after({ ...closed, lastRoundAt: NOW + 90 * DAY_MS })).toEqual({ at: null, reason: 'watch-over' });
  });

  test('of what is held comes daily, the first at once', () => {
    expect(after({ state: 'held' })).toMatchObject({ everyMs: DAY_MS });
    expect(after({ state: 'held', lastRoundAt: null })).toEqual({ at: 0, everyMs: DAY_MS });
  });

  test.each([
    [{ isProtected: true }, 'protected'],
    [{ isProtected: true, state: null, lastRoundAt: null }, 'protected'],
    [{ state: null }, 'not-judged'],
    [{ state: 'retracted' }, 'retracted'],
    [{ isHandsOff: true, notifiedAt: NOW }, 'hands-off'],
    [{ hasTarget: false }, 'nothing-to-look-at'],
  ] as const)('never comes: %j', (facts, reason) => {
    expect(after(facts)).toEqual({ at: null, reason });
  });

  test('does not follow a late one at once, and finds back to its own moment', () => {
    const due = roundsUntil(TRACKED, NOW + 2 * HOUR_MS)[0] ?? 0;
    const late = after({ lastRoundAt: due + 50 * MINUTE_MS });
    expect(late.at).toBe(due + 2 * HOUR_MS);
    expect(after({ lastRoundAt: due + 20 * MINUTE_MS }).at).toBe(due + HOUR_MS);
  });
});

test('a hundred thousand that were looked at together fall due evenly over the hour, and always at the same moments', () => {
  const count = 100_000;
  const bySecond = new Float64Array(2 * 3600);
  for (let index = 0; index < count; index++) {
    const serverId = `00000000-0000-8000-8000-${index.toString(16).padStart(12, '0')}`;
    const next = after({ serverId });
    expect(nextRound({ ...TRACKED, serverId }, WATCH_DEFAULTS)).toEqual(next);
    const second = Math.floor(((next.at ?? 0) - NOW) / 1000);
    bySecond[second] = (bySecond[second] ?? 0) + 1;
  }
  // 28 a second on average; a Poisson count of mean 28 is above 65 once in ten million seconds.
  expect(Math.max(...bySecond)).toBeLessThan(70);
  expect(bySecond.filter((rounds) => rounds > 0).length).toBeGreaterThanOrEqual(3600);
});

test('what is overdue is spread over the time it takes anyway, an hour at most', () => {
  expect(catchUpMs(1, 4, 100)).toBe(0);
  expect(catchUpMs(1000, 2000, 100)).toBe(20_000);
  expect(catchUpMs(1_000_000, 2_000_000, 100)).toBe(HOUR_MS);
  expect(fractionOf('a')).not.toBe(fractionOf('b'));
});
