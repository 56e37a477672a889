import { describe, expect, test } from 'vitest';
import { isoInstant } from '../../../domain/instant.ts';
import type { Instant } from '../../../domain/instant.ts';
import {
  darkSince,
  madeUpOperation,
  madeUpServer,
  reportOf,
  verdictOf,
} from '../../../../test/support/figure-facts.ts';

/*
 * Eleven servers over two days, every figure worked out by hand. Hours after the start; the report is made at hour 48, the first notice
 * left at hour 2 (the baseline). D: device.
 *
 *   server identified notified last live  dark  confirmed  what becomes of it
 *      1        0        2        2.9     3.0      9.5      disabled                                    1 h after its notice
 *      2        0        2        5.5     6.0     13.0      disabled                                    4 h
 *      3        0        4        9.0    10.0     17.0      came back at 20, alive since
 *      4        1        2       40.0    44.0       -       provisionally dark
 *      5        1        -        1.5     1.8      8.0      disabled, unprompted: no notice had left
 *      6 D      1        6       46.0      -        -       alive
 *      7       24       25       26.0    27.0     34.0      disabled, added                             2 h
 *      8       30       31       34.0      -        -       answers as something else since 36; settled as cleaned
 *      9       30        -         -       -        -       nobody has looked
 *     10        0        3          -      -        -       every case retracted at 5: wrong
 *     11        -        -          -      -        -       held from the first day on
 */
const START = Date.UTC(2026, 10, 2);
const h = (hours: number): Instant => START + Math.round(hours * 3_600_000);
const AS_OF = h(48);

const SERVERS = [
  madeUpServer(1, {
    identifiedAt: h(0),
    notifiedAt: h(2),
    ...darkSince({ lastLiveAt: h(2.9), darkAt: h(3), confirmedAt: h(9.5) }),
  }),
  madeUpServer(2, {
    identifiedAt: h(0),
    notifiedAt: h(2),
    country: 'NL',
    ...darkSince({ lastLiveAt: h(5.5), darkAt: h(6), confirmedAt: h(13) }),
  }),
  madeUpServer(3, {
    identifiedAt: h(0),
    notifiedAt: h(4),
    country: 'NL',
    state: 'decided',
    caseIds: ['case-3-1', 'case-3-2'],
    verdict: verdictOf('live', h(20), h(47)),
    darkRuns: [{ lastLiveAt: h(9), darkAt: h(10), confirmedAt: h(17), returnedAt: h(20) }],
    lastLookAt: h(47),
  }),
  madeUpServer(4, {
    identifiedAt: h(1),
    notifiedAt: h(2),
    state: 'notified',
    verdict: verdictOf('dark', h(44), h(40)),
  }),
  madeUpServer(5, { identifiedAt: h(1), ...darkSince({ lastLiveAt: h(1.5), darkAt: h(1.8), confirmedAt: h(8) }) }),
  madeUpServer(6, {
    identifiedAt: h(1),
    notifiedAt: h(6),
    kind: 'iot-device',
    method: 'isp-remediation',
    country: null,
    providerKey: 'drill:as64501',
    provider: 'Example Access',
    state: 'notified',
    verdict: verdictOf('c2-live', h(2), h(46)),
    lastLookAt: h(46),
  }),
  madeUpServer(7, {
    identifiedAt: h(24),
    notifiedAt: h(25),
    ...darkSince({ lastLiveAt: h(26), darkAt: h(27), confirmedAt: h(34) }),
  }),
  madeUpServer(8, {
    identifiedAt: h(30),
    notifiedAt: h(31),
    state: 'settled',
    settledAs: 'cleaned',
    verdict: verdictOf('answers-other', h(36), h(34)),
    lastLookAt: h(47),
  }),
  madeUpServer(9, { identifiedAt: h(30) }),
  madeUpServer(10, {
    identifiedAt: h(0),
    notifiedAt: h(3),
    state: 'retracted',
    isWrong: true,
    verdict: verdictOf('live', h(1), h(4)),
  }),
  madeUpServer(11, { identifiedAt: null, state: 'held' }),
];

const FACTS = madeUpOperation(SERVERS, {
  openedAt: h(-1),
  services: [
    { at: h(2), kind: 'notice', reference: 'LAB-1', provider: 'Example Hosting' },
    { at: h(3), kind: 'order', reference: 'order 1', provider: null },
  ],
  configurations: [
    { version: '1', tag: 'old', collectedAt: h(-24 * 40) },
    { version: '2', tag: 'lab1', collectedAt: h(-22) },
    { version: '3', tag: 'lab2', collectedAt: h(14) },
    { version: '4', tag: 'lab2', collectedAt: null },
  ],
  vantages: [
    { name: 'here', kind: 'direct', network: 'AS64500', country: 'DE', looks: 40, lastLookAt: h(47), hasSeen: true },
    { name: 'there', kind: 'agent', network: 'AS64501', country: 'NL', looks: 39, lastLookAt: h(46), hasSeen: true },
    { name: 'a desk', kind: null, network: null, country: null, looks: 1, lastLookAt: h(1), hasSeen: true },
  ],
  devices: [],
  statusWords: [
    // Its newest word on server 1 is offline, as ours; it calls server 2 online, which we found dark, and server 6 offline, which lives.
    word(1, 'online', h(1), 3),
    word(1, 'offline', h(4), 4),
    word(2, 'online', h(20), 4),
    word(6, 'offline', h(20), 4),
    word(10, 'online', h(20), 4),
  ],
  shared: [{ host: '192.0.2.3', operations: ['another-lab'] }],
});

function word(number: number, status: 'online' | 'offline', seenAt: Instant, sequence: number) {
  const { serverId, host } = madeUpServer(number);
  const toldAt = h(21);
  return {
    source: 'tracker',
    serverId,
    host,
    endpoint: '443',
    status,
    seenAt,
    firstToldAt: toldAt,
    toldSequence: sequence,
    toldAt,
  };
}

const RETRACTED = {
  caseId: 'case-10',
  host: '192.0.2.10',
  notices: ['LAB-2'],
  sentAt: h(3),
  retractedAt: h(5),
  standingMs: h(2) - h(0),
  corrections: { total: 2, delivered: 1, failed: 0, byHand: 0, lastDeliveredAt: null },
};

const report = reportOf(FACTS, AS_OF, {
  retractions: {
    servers: 1,
    wrongNotices: 1,
    longestStandingMs: RETRACTED.standingMs,
    corrections: 2,
    delivered: 1,
    failed: 0,
    list: [RETRACTED],
  },
});

describe('the golden story', () => {
  test('how many: 1 to 6 are initial, 7 to 9 added, 10 was wrong and 11 is held', () => {
    expect(report.baselineAt).toBe(isoInstant(h(2)));
    expect(report.initial).toEqual({ identified: 6, disabled: 3, devices: { identified: 1, disabled: 0 } });
    expect(report.added).toEqual({ identified: 3, disabled: 1, devices: { identified: 0, disabled: 0 } });
    expect(report.total).toEqual({
      identified: 9,
      // 1, 2, 5, 7
      disabled: 4,
      // 4 / 9
      percent: 44.4,
      provisionallyDark: 1,
      darkUnprompted: 1,
      returned: 1,
      clearedAsWrong: 1,
      // 3 and 6
      live: 2,
      answersOther: 0,
      settledOtherwise: 1,
      inconclusive: 0,
      notLookedAt: 1,
      held: 1,
      heldSince: 0,
    });
  });

  test('identify to notify, without the device: 2, 2, 4, 1 (4), 1 (7) and 1 (8) hours; 5 was observed 0.8 hours, 9 until the end', () => {
    // At risk: at 0.8 h 8 (5 censored), at 1 h 7, three end: 4/7; at 2 h 4, two end: 2/7; at 4 h 2, one ends: 1/7; 9 at 18 h.
    expect(report.identifyToNotify).toMatchObject({
      medianMinutes: 120,
      p90Minutes: null,
      fastestMinutes: 60,
      finished: 6,
      censored: 2,
      medianMinutesAtLeast: 120,
    });
    expect(report.curves.identifyToNotify.map(({ minutes, share }) => [minutes, share])).toEqual([
      [48, 1],
      [60, 0.5714],
      [120, 0.2857],
      [240, 0.1429],
      [1080, 0.1429],
    ]);
  });

  test('notify to dark: 1, 4 and 2 hours ended; 3 is open again since its notice (44 h), 4 (46 h), 8 until it was cleaned (5 h)', () => {
    // At risk: 1 h 6 -> 5/6; 2 h 5 -> 4/6; 4 h 4 -> 3/6; 5 h censored; 44 h, 46 h censored.
    expect(report.notifyToDark).toMatchObject({
      medianMinutes: 240,
      p90Minutes: null,
      fastestMinutes: 60,
      finished: 3,
      censored: 3,
      // By the last live looks: 0.9, 3.5 and 1 hours.
      medianMinutesAtLeast: 210,
    });
    expect(
      report.curves.notifyToDark.map(({ minutes, atRisk, ended, censored }) => [minutes, atRisk, ended, censored]),
    ).toEqual([
      [60, 6, 1, 0],
      [120, 5, 1, 0],
      [240, 4, 1, 0],
      [300, 3, 0, 1],
      [2640, 2, 0, 1],
      [2760, 1, 0, 1],
    ]);
  });

  test('identify to dark: 3, 6 and 3 hours ended; 5 left at 0.8 h to nobody’s credit, 8 at 6 h, 9 at 18 h, 4 at 47 h, 3 at 48 h', () => {
    // At risk: 0.8 h 8 (censored); 3 h 7, two end: 5/7; 6 h 5, one ends, one censored: 4/7; nothing more: no median.
    expect(report.identifyToDark).toMatchObject({
      medianMinutes: null,
      p90Minutes: null,
      fastestMinutes: 180,
      finished: 3,
      censored: 5,
    });
    expect(report.devicesIdentifyToDark).toMatchObject({ medianMinutes: null, finished: 0, censored: 1 });
  });

  test('exposure: targets 1, 2, 3, 4, 7, 8; the first was dark at hour 3, and 3 and 4 are not: open for 45 hours', () => {
    expect(report.exposure).toEqual({
      minutes: 45 * 60,
      open: true,
      targets: 6,
      firstDarkAt: isoInstant(h(3)),
      lastDarkAt: null,
    });
  });

  test('victim-hours: 3 + 6 + (10 + 28) + 47 + 0.8 + 47 + 3 + 6 + 18', () => {
    expect(report.victimHours).toBe(168.8);
    // To the last live look: 2.9 + 5.5 + (9 + 27) + 39 + 0.5 + 45 + 2 + 4 + 0.
    expect(report.victimHoursInterval.low).toBe(134.9);
    // 3 may have come back right after it was confirmed dark: 31 hours instead of 28.
    expect(report.victimHoursInterval.high).toBe(171.8);
  });

  test('operators: three added over 46 hours; the first dark look, unprompted, at 1.8, the first replacement at 24', () => {
    // 3 servers / (46 / 24) days.
    expect(report.operators.replacementsPerDay).toBe(1.57);
    expect(report.operators.firstDarkToFirstReplacementMinutes).toBe(22.2 * 60);
    // Lives: 7 three hours; 8 observed 6, 9 observed 18 hours: 2/3 is left.
    expect(report.operators.lifeOfReplacement).toMatchObject({
      medianMinutes: null,
      fastestMinutes: 180,
      finished: 1,
      censored: 2,
    });
    // Before: 2 over 40 days and 2 hours; after: 1 over 46 hours.
    expect(report.operators.configurationsPerDay).toEqual({ before: 0.05, after: 0.52 });
    expect(report.operators.activeTags).toEqual({ before: ['lab1'], after: ['lab2'] });
    expect(report.operators.sharedWithOtherBotnets).toEqual([{ host: '192.0.2.3', operations: ['another-lab'] }]);
  });

  test('by country, provider, method and kind', () => {
    expect(report.liveByCountry).toEqual({ '': 1, NL: 1 });
    expect(report.byCountry.map(({ key, identified, disabled, live }) => [key, identified, disabled, live])).toEqual([
      ['DE', 6, 3, 0],
      ['NL', 2, 1, 1],
      ['', 1, 0, 1],
    ]);
    expect(report.byProvider.map(({ name, identified }) => [name, identified])).toEqual([
      ['Example Hosting', 8],
      ['Example Access', 1],
    ]);
    expect(report.byMethod.map(({ key, provisionallyDark }) => [key, provisionallyDark])).toEqual([
      ['abuse-notice', 1],
      ['isp-remediation', 0],
    ]);
    // A row of devices alone has their durations.
    expect(report.byKind.find(({ key }) => key === 'iot-device')?.identifyToDark).toMatchObject({ censored: 1 });
    expect(report.byKind.find(({ key }) => key === 'dedicated')?.caseIds).toContain('case-3-2');
  });

  test('mistakes: one notice, two hours', () => {
    expect(report.wrongNotices).toBe(1);
    expect(report.wrong).toEqual({
      servers: 1,
      longestStandingMinutes: 120,
      medianStandingMinutes: 120,
      list: [
        {
          caseId: 'case-10',
          host: '192.0.2.10',
          notices: ['LAB-2'],
          sentAt: isoInstant(h(3)),
          retractedAt: isoInstant(h(5)),
          standingMinutes: 120,
          correctionsDelivered: 1,
          corrections: 2,
        },
      ],
    });
  });

  test('over time: what was known at each hour', () => {
    const hours = (at: string): number => (Date.parse(at) - START) / 3_600_000;
    const rows = report.overTime.map(({ at, identified, disabled, open, dark }) => [
      hours(at),
      identified,
      disabled,
      open,
      dark,
    ]);
    expect(rows).toEqual([
      [0, 3, 0, 3, 0],
      [1, 6, 0, 6, 0],
      [1.8, 6, 0, 6, 1],
      [3, 6, 0, 6, 2],
      [6, 6, 0, 6, 3],
      [8, 6, 1, 5, 3],
      [9.5, 6, 2, 4, 3],
      [10, 6, 2, 4, 4],
      [13, 6, 3, 3, 4],
      [17, 6, 4, 2, 4],
      [20, 6, 3, 3, 3],
      [24, 7, 3, 4, 3],
      [27, 7, 3, 4, 4],
      [30, 9, 3, 6, 4],
      [34, 9, 4, 5, 4],
    ]);
    expect(report.moments.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'configuration 1 (old)',
      'configuration 2 (lab1)',
      'notice LAB-1, Example Hosting',
      'order order 1',
      'configuration 3 (lab2)',
      'returned 192.0.2.3',
    ]);
  });

  test('outside counts: the tracker’s newest words beside ours, with what differs', () => {
    expect(report.outside).toEqual([
      {
        source: 'tracker',
        asOf: isoInstant(h(20)),
        online: 1,
        offline: 2,
        ours: { live: 1, dark: 2, other: 0 },
        differences: [
          { host: '192.0.2.2', theirs: 'online', ours: 'dark', lastLookAt: isoInstant(h(13)) },
          { host: '192.0.2.6', theirs: 'offline', ours: 'c2-live', lastLookAt: isoInstant(h(46)) },
        ],
      },
    ]);
  });

  test('who looked: two vantages of ours in two networks and countries', () => {
    expect(report.isSingleVantage).toBe(false);
    expect(report.vantages.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'a desk person',
      'here direct',
      'there agent',
    ]);
    const one = reportOf({ ...FACTS, vantages: FACTS.vantages.slice(0, 1) }, AS_OF);
    expect(one.isSingleVantage).toBe(true);
  });

  test('server by server', () => {
    const of = (number: number) => report.servers.find(({ host }) => host === `192.0.2.${number}`);
    expect(report.servers.map(({ host }) => host)).toHaveLength(10);
    expect(of(5)).toMatchObject({ isDisabled: true, isDarkUnprompted: true, aliveHours: 0.8 });
    expect(of(3)).toMatchObject({
      isDisabled: false,
      hasReturned: true,
      group: 'initial',
      darkAt: null,
      aliveHours: 38,
    });
    expect(of(4)).toMatchObject({
      isDisabled: false,
      isProvisionallyDark: true,
      darkAt: isoInstant(h(44)),
      confirmedAt: null,
    });
    expect(of(10)).toMatchObject({ isWrong: true, isDisabled: false, aliveHours: 0 });
    expect(of(8)).toMatchObject({ settledAs: 'cleaned', verdict: 'answers-other', aliveHours: 6 });
  });
});

test('an exposure that is over ends with the last target', () => {
  const closed = reportOf(
    madeUpOperation(
      SERVERS.filter(({ host }) => /[.][127]$/.test(host)),
      { services: FACTS.services },
    ),
    AS_OF,
  );
  expect(closed.exposure).toMatchObject({ open: false, minutes: 24 * 60, lastDarkAt: isoInstant(h(27)) });
});

test('the worked example of docs/figures.md', () => {
  const minute = (minutes: number): Instant => START + minutes * 60_000;
  const of = (number: number, facts: Parameters<typeof madeUpServer>[1]) =>
    madeUpServer(number, { identifiedAt: START, notifiedAt: START, ...facts });
  const dark = (lastLive: number, first: number) =>
    darkSince({ lastLiveAt: minute(lastLive), darkAt: minute(first), confirmedAt: minute(first + 1) });
  const returned = { lastLiveAt: minute(20), darkAt: minute(30), confirmedAt: minute(31), returnedAt: minute(300) };
  const servers = [
    of(1, dark(4, 5)),
    of(2, dark(50, 60)),
    of(3, dark(80, 90)),
    of(4, { verdict: verdictOf('dark', minute(110), minute(100)) }),
    of(5, { verdict: verdictOf('live', minute(1), minute(355)) }),
    of(6, { verdict: verdictOf('live', minute(300), minute(355)), darkRuns: [returned] }),
  ];
  expect(reportOf(madeUpOperation(servers), minute(360)).notifyToDark).toMatchObject({
    medianMinutes: 90,
    medianMinutesAtLeast: 80,
    p90Minutes: null,
    fastestMinutes: 5,
    finished: 3,
    censored: 3,
  });
});
