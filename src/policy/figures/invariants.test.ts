import { array, assert, boolean, constant, constantFrom, integer, option, property, record, tuple } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DarkRun, ServerFacts } from '../../domain/figure-facts.ts';
import { LOOK_OUTCOMES } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { OperationReport } from '../../domain/report.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { madeUpOperation, madeUpServer, reportOf } from '../../../test/support/figure-facts.ts';
import { DEFINITIONS } from './definitions.ts';
import { percentOf } from './totals.ts';

const HOUR = 3_600_000;
const AS_OF = 1000 * HOUR;

/** Dark runs as the verdicts make them: one after the other, none but the last without a return. */
const RUNS = array(
  tuple(
    integer({ min: 1, max: 60 }),
    integer({ min: 0, max: 20 }),
    integer({ min: 6, max: 40 }),
    integer({ min: 1, max: 60 }),
  ),
  { maxLength: 3 },
)
  .chain((steps) => tuple(constant(steps), boolean()))
  .map(([steps, endsDark]): readonly DarkRun[] => {
    let time = 0;
    return steps.map(([alive, gap, confirm, dark], index) => {
      const lastLiveAt = (time += alive * HOUR);
      const darkAt = (time += gap * HOUR);
      const confirmedAt = (time += confirm * HOUR);
      const returnedAt = index === steps.length - 1 && endsDark ? null : (time += dark * HOUR);
      return { lastLiveAt, darkAt, confirmedAt, returnedAt };
    });
  });

const SERVERS = array(
  record({
    identified: option(integer({ min: 0, max: 400 }), { freq: 6 }),
    wait: option(integer({ min: 0, max: 300 })),
    runs: RUNS,
    outcome: option(constantFrom<LookOutcome>(...LOOK_OUTCOMES)),
    kind: constantFrom(...SERVER_KINDS),
    isWrong: boolean(),
    settled: boolean(),
    country: option(constantFrom('DE', 'NL', 'BR')),
  }),
  { maxLength: 30 },
);

function serversOf(made: typeof SERVERS extends Arbitrary<infer Value> ? Value : never): readonly ServerFacts[] {
  return made.map(({ identified, wait, runs, outcome, kind, isWrong, settled, country }, index) => {
    const identifiedAt = identified === null ? null : identified * HOUR;
    const last = runs.at(-1);
    const isDark = last !== undefined && last.returnedAt === null;
    const verdict = isDark ? 'dark' : last === undefined ? outcome : 'live';
    const since = last?.darkAt ?? (identifiedAt ?? 0) + HOUR;
    return madeUpServer(index + 1, {
      identifiedAt,
      kind,
      country,
      isWrong: isWrong && identifiedAt !== null && index % 4 === 0,
      notifiedAt: wait === null || identifiedAt === null ? null : identifiedAt + wait * HOUR,
      darkRuns: runs,
      settledAs: settled && verdict === 'answers-other' ? 'cleaned' : null,
      verdict:
        verdict === null
          ? null
          : {
              verdict,
              finding: null,
              since,
              lastLiveAt: last?.lastLiveAt ?? null,
              darkAt: verdict === 'dark' ? since : null,
              confirmedAt: isDark ? last.confirmedAt : null,
            },
    });
  });
}

function holds(check: (report: OperationReport, servers: readonly ServerFacts[]) => void): void {
  assert(
    property(SERVERS, (made) => {
      const servers = serversOf(made);
      const services = servers
        .flatMap(({ notifiedAt }) =>
          notifiedAt === null ? [] : [{ at: notifiedAt, kind: 'notice' as const, reference: 'N', provider: null }],
        )
        .toSorted((one, other) => one.at - other.at);
      check(reportOf(madeUpOperation(servers, { services }), AS_OF), servers);
    }),
    { numRuns: 300 },
  );
}

describe('whatever an operation lives through', () => {
  test('total is initial and added, and no group has more disabled, or more devices, than servers', () => {
    holds(({ initial, added, total }) => {
      expect(total.identified).toBe(initial.identified + added.identified);
      expect(total.disabled).toBe(initial.disabled + added.disabled);
      for (const group of [initial, added]) {
        expect(group.disabled).toBeLessThanOrEqual(group.identified);
        expect(group.devices.identified).toBeLessThanOrEqual(group.identified);
        expect(group.devices.disabled).toBeLessThanOrEqual(Math.min(group.disabled, group.devices.identified));
      }
      expect(total.percent).toBe(percentOf(total.disabled, total.identified));
    });
  });

  test('every identified server stands in exactly one place', () => {
    holds(({ total }) => {
      const { disabled, provisionallyDark, live, answersOther, settledOtherwise, inconclusive, notLookedAt } = total;
      expect(disabled + provisionallyDark + live + answersOther + settledOtherwise + inconclusive + notLookedAt).toBe(
        total.identified,
      );
      expect(total.darkUnprompted).toBeLessThanOrEqual(disabled);
    });
  });

  test('what is wrong or was never identified is in no number', () => {
    holds((report, servers) => {
      const right = servers.filter(({ isWrong, identifiedAt }) => !isWrong && identifiedAt !== null);
      const baseline = report.baselineAt;
      const without = reportOf(
        madeUpOperation(right, {
          services:
            baseline === null ? [] : [{ at: Date.parse(baseline), kind: 'notice', reference: 'N', provider: null }],
        }),
        AS_OF,
      );
      const { clearedAsWrong: _wrong, held: _held, ...counts } = report.total;
      const { clearedAsWrong: _none, held: _neither, ...others } = without.total;
      expect(counts).toEqual(others);
      for (const key of [
        'initial',
        'added',
        'identifyToDark',
        'notifyToDark',
        'identifyToNotify',
        'exposure',
        'victimHours',
        'byKind',
        'overTime',
      ] as const) {
        expect(report[key]).toEqual(without[key]);
      }
    });
  });

  test('a server that came back is neither disabled nor added again', () => {
    holds((report) => {
      for (const server of report.servers) {
        if (server.hasReturned && server.verdict === 'live') expect(server.isDisabled).toBe(false);
      }
      expect(new Set(report.servers.map(({ serverId }) => serverId)).size).toBe(report.servers.length);
    });
  });

  test('the durations lose nobody, and credit nothing that was unprompted', () => {
    holds((report) => {
      const { identifyToDark, notifyToDark, devicesIdentifyToDark, initial, added, total } = report;
      const devices = initial.devices.identified + added.devices.identified;
      expect(identifyToDark.finished + identifyToDark.censored).toBe(total.identified - devices);
      expect(devicesIdentifyToDark.finished + devicesIdentifyToDark.censored).toBe(devices);
      expect(identifyToDark.finished + devicesIdentifyToDark.finished).toBe(total.disabled - total.darkUnprompted);
      expect(notifyToDark.finished).toBe(identifyToDark.finished);
    });
  });

  test('breakdowns add up, the series ends at the totals, and victim-hours lie between their ends', () => {
    holds((report) => {
      for (const rows of [report.byCountry, report.byKind, report.byMethod, report.byProvider]) {
        expect(rows.reduce((sum, row) => sum + row.identified, 0)).toBe(report.total.identified);
        expect(rows.reduce((sum, row) => sum + row.disabled, 0)).toBe(report.total.disabled);
      }
      const last = report.overTime.at(-1);
      expect(last?.identified ?? 0).toBe(report.total.identified);
      expect(last?.disabled ?? 0).toBe(report.total.disabled);
      expect(report.victimHoursInterval.low).toBeLessThanOrEqual(report.victimHours);
      expect(report.victimHoursInterval.high).toBeGreaterThanOrEqual(report.victimHours);
      const live = Object.values(report.liveByCountry).reduce((sum, count) => sum + count, 0);
      expect(live).toBe(report.total.live);
    });
  });
});

test('a hundred per cent is all of them, and nothing that rounds to it', () => {
  expect(percentOf(1999, 2000)).toBe(99.9);
  expect(percentOf(2000, 2000)).toBe(100);
  // Microsoft's own figure of 20 October 2020, which it gave as 94 %.
  expect(percentOf(120, 128)).toBe(93.8);
  expect(percentOf(0, 0)).toBe(0);
});

/** Keys of records are data; everything else is a key of the report. */
const RECORDS = new Set(['definitions', 'liveByCountry']);

function keysOf(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (Array.isArray(value)) return value.flatMap((each) => keysOf(each, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [...path, key],
    ...(RECORDS.has(key) ? [] : keysOf(inner, [...path, key])),
  ]);
}

test('every key of the report is defined in one sentence, and every sentence defines a key', () => {
  const run = { lastLiveAt: HOUR, darkAt: 2 * HOUR, confirmedAt: 9 * HOUR, returnedAt: 20 * HOUR };
  const word = {
    source: 'x',
    serverId: madeUpServer(1).serverId,
    host: '192.0.2.1',
    endpoint: '443',
    status: 'online' as const,
  };
  const told = { seenAt: HOUR, firstToldAt: HOUR, toldSequence: 1, toldAt: HOUR };
  const report = reportOf(
    madeUpOperation([1, 2, 3].map((number) => madeUpServer(number, { notifiedAt: HOUR, darkRuns: [number === 1 ? run : { ...run, returnedAt: null }] })), {
      services: [{ at: HOUR, kind: 'notice', reference: 'N', provider: null }],
      vantages: [{ name: 'here', kind: 'direct', network: null, country: null, looks: 1, lastLookAt: 1, hasSeen: true }],
      statusWords: [{ ...word, ...told }],
      shared: [{ host: '192.0.2.1', operations: ['other'] }],
      erasedImports: 2,
    }),
    AS_OF,
    {
      retractions: {
        servers: 1, wrongNotices: 0, longestStandingMs: null, corrections: 0, delivered: 0, failed: 0,
        list: [{ caseId: 'c', host: 'h', notices: [], sentAt: null, retractedAt: 1, standingMs: null, corrections: { total: 0, delivered: 0, failed: 0, byHand: 0, lastDeliveredAt: null } }],
      },
    },
  ); // prettier-ignore
  const coverage = { ...report.severed.coverage, newestConfiguration: { version: '1', tag: 't', collectedAt: null } };
  const keys = keysOf({ ...report, severed: { ...report.severed, coverage } }, []);
  const used = new Set<string>();
  for (const path of keys) {
    const key = path.at(-1) ?? '';
    const names = [path.slice(-2).join('.'), key];
    const defined = names.find((name) => Object.hasOwn(DEFINITIONS, name));
    expect(defined, path.join('.')).toBeDefined();
    used.add(defined ?? '');
  }
  for (const [key, sentence] of Object.entries(DEFINITIONS)) {
    expect(used, key).toContain(key);
    expect(sentence, key).toMatch(/^[A-Z"][^\n]*\.$/);
  }
});
