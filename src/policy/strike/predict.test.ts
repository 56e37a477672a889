import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STRATEGIES } from '../../domain/strike.ts';
import type { Forecast, OtherServer, PlannedNotice, Strategy, WaitingForStrike } from '../../domain/strike.ts';
import { planStrike } from './plan-strike.ts';
import { ASSUMPTIONS, predict, wilson } from './predict.ts';
import { reactionOf, REACTIONS } from './reaction.ts';
import { seededRandom } from './seeded-random.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 9);
const rows = new Map([['row', { customerTold: 'may-be' as const }]]);

function waiting(count: number, more: Partial<WaitingForStrike> = {}): readonly WaitingForStrike[] {
  return Array.from({ length: count }, (_, index) => ({
    noticeId: `n${index}`,
    reference: `DSM-${index}`,
    providerKey: `book:Host ${index}`,
    provider: `Host ${index}`,
    trust: 'cooperative' as const,
    country: null,
    method: 'abuse-notice',
    rowIds: ['row'],
    isApproved: true,
    halfwayAt: null,
    servers: [{ caseId: `c${index}`, isDevice: false, identifiedAt: NOW - HOUR_MS, isGone: false }],
    history: { finishedHours: [], ignored: 0 },
    ...more,
  }));
}

function foretold(
  strategy: Strategy,
  notices: readonly WaitingForStrike[],
  { others = [], runs = 400, aimHours = 6 }: { others?: readonly OtherServer[]; runs?: number; aimHours?: number } = {},
): Forecast {
  const aim = NOW + aimHours * HOUR_MS;
  const items = planStrike(notices, { strategy, aim, now: NOW, rows, windows: {} });
  return predict({ strategy, now: NOW, aim, items, notices, others }, 7, { ...ASSUMPTIONS, runs });
}

describe('a forecast', () => {
  test('is the same for the same seed, and its spreads are in order, for any strategy', () => {
    for (const strategy of STRATEGIES) {
      const one = foretold(strategy, waiting(8));
      expect(foretold(strategy, waiting(8))).toEqual(one);
      for (const spread of [one.exposureMinutes, one.victimHours]) {
        if (spread === null) continue;
        expect(spread.p10).toBeLessThanOrEqual(spread.p50);
        expect(spread.p50).toBeLessThanOrEqual(spread.p90);
      }
      const { chance, low, high } = one.noneLeftAlive;
      expect(low).toBeLessThanOrEqual(chance);
      expect(chance).toBeLessThanOrEqual(high);
    }
  });

  test('shows what holding back costs: victim-hours grow with the wait, one for one', () => {
    const notices = waiting(5);
    const rolling = foretold('rolling', notices).victimHours.p50;
    expect(foretold('simultaneous', notices, { aimHours: 2 }).victimHours.p50).toBeGreaterThan(rolling);
    expect(foretold('simultaneous', notices, { aimHours: 20 }).victimHours.p50).toBeGreaterThan(
      foretold('simultaneous', notices, { aimHours: 2 }).victimHours.p50 + 5 * 15,
    );
  });

  test('shows what it is good for: slow and quick together, the exposure is shorter where they converge', () => {
    const notices = [
      ...waiting(4, { history: { finishedHours: [1, 1.1, 1.2], ignored: 0 } }),
      ...waiting(4, { history: { finishedHours: [10, 11, 12], ignored: 0 } }).map((notice) => ({
        ...notice,
        noticeId: `slow-${notice.noticeId}`,
      })),
    ];
    const minutes = (strategy: Strategy): number =>
      foretold(strategy, notices, { aimHours: 12 }).exposureMinutes?.p50 ?? 0;
    expect(minutes('converge')).toBeLessThan(minutes('simultaneous') * 0.6);
  });

  test('tells no chance of a moment without a live server while one lives that nobody is told of', () => {
    const other = {
      providerKey: null, trust: 'unknown', isDevice: false, identifiedAt: NOW, notifiedAt: null,
      history: { finishedHours: [], ignored: 0 },
    } as const; // prettier-ignore
    const quick = waiting(2, { history: { finishedHours: [0.1, 0.1, 0.1], ignored: 0 } });
    expect(foretold('rolling', quick).noneLeftAlive.chance).toBeGreaterThan(0.8);
    expect(foretold('rolling', quick, { others: [other] }).noneLeftAlive).toMatchObject({ chance: 0, low: 0 });
    // It is no target: the exposure stays that of the strike.
    expect(foretold('rolling', quick, { others: [other] }).stillOpen).toBeLessThan(0.2);
  });

  test('leaves devices out of the exposure, and counts what is gone already for nothing', () => {
    const devices = waiting(3, { method: 'isp-remediation' }).map((notice) => ({
      ...notice,
      servers: notice.servers.map((server) => ({ ...server, isDevice: true })),
    }));
    expect(foretold('simultaneous', devices).exposureMinutes).toBeNull();
    const gone = waiting(3).map((notice) => ({
      ...notice,
      servers: notice.servers.map((server) => ({ ...server, isGone: true })),
    }));
    expect(foretold('rolling', gone).victimHours).toEqual({ p10: 0, p50: 0, p90: 0 });
  });

  test('is refused where more is asked than is bounded, or for what does not wait', () => {
    expect(() => foretold('rolling', waiting(1), { runs: 1_000_000 })).toThrow('runs are from 1');
    const [item] = planStrike(waiting(1), { strategy: 'rolling', aim: NOW + 1, now: NOW, rows, windows: {} });
    const items: readonly PlannedNotice[] = item === undefined ? [] : [item];
    expect(() => predict({ strategy: 'rolling', now: NOW, aim: NOW, items, notices: [], others: [] }, 1)).toThrow(
      'does not wait',
    );
  });
});

test("Wilson's interval is within 0 and 1, holds the share, and is that of the literature", () => {
  expect(wilson(0, 10)).toEqual({ chance: 0, low: 0, high: 0.2775 });
  expect(wilson(5, 10)).toEqual({ chance: 0.5, low: 0.2366, high: 0.7634 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, share) => {
      const { chance, low, high } = wilson(Math.floor(share * of), of);
      expect(0 <= low && low <= chance && chance <= high && high <= 1).toBe(true);
    }),
  );
});

test('a record of three goes before the class; what it ignored makes nothing likelier', () => {
  const of = (finishedHours: readonly number[], ignored = 0): ReturnType<typeof reactionOf> =>
    reactionOf('unknown', false, { finishedHours, ignored });
  expect(of([1, 1])).toEqual({ ...REACTIONS.unknown, fromCases: 0 });
  expect(of([4, 4, 4])).toMatchObject({ medianHours: 4, sigma: 0.3, fromCases: 3 });
  expect(of([4, 4, 4], 5).neverChance).toBeGreaterThan(of([4, 4, 4]).neverChance);
  expect(reactionOf('cooperative', true, { finishedHours: [], ignored: 0 })).toMatchObject(REACTIONS.device);
});

test('seeded chance is even enough, normal enough, and its own for each seed', () => {
  const chance = seededRandom(1);
  const uniform = Array.from({ length: 20_000 }, () => chance.uniform());
  const normal = Array.from({ length: 20_000 }, () => chance.normal());
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  expect(mean(uniform)).toBeCloseTo(0.5, 1);
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((each) => each ** 2))).toBeCloseTo(1, 1);
  expect(seededRandom(1).uniform()).not.toBe(seededRandom(2).uniform());
});
