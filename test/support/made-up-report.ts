import { isoInstant } from '../../src/domain/instant.ts';
import type {
  BreakdownRow,
  CurveStep,
  DurationFigures,
  OperationReport,
  ServerFigure,
} from '../../src/domain/report.ts';

/* Reports made up for the papers: figures that hang together, on documentation addresses. Not how they are computed. */

const START = Date.UTC(2026, 9, 12, 6);
const MINUTE = 60_000;
const COUNTRIES = 'US DE NL FR RU GB BR CO ID KG SG CA PL UA RO BG IT ES SE CZ AT CH LT LV IN JP ZA MX AR HK'.split(
  ' ',
);
const METHODS = ['abuse-notice', 'dsa-notice', 'court-order', 'standing-order'];

/** The same numbers for the same seed: mulberry32. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const NO_DURATION: DurationFigures = {
  medianMinutes: null,
  p90Minutes: null,
  fastestMinutes: null,
  finished: 0,
  censored: 0,
  medianMinutesAtLeast: null,
};

interface Span {
  readonly minutes: number;
  readonly ended: boolean;
}

function curveOf(spans: readonly Span[]): readonly CurveStep[] {
  let [share, left] = [1, spans.length];
  return [...Map.groupBy(spans, ({ minutes }) => minutes)]
    .toSorted(([one], [other]) => one - other)
    .map(([minutes, all]) => {
      const ended = all.filter((span) => span.ended).length;
      share *= 1 - ended / left;
      const step = { minutes, share, atRisk: left, ended, censored: all.length - ended };
      left -= all.length;
      return step;
    });
}

function durationsOf(spans: readonly Span[]): DurationFigures {
  const curve = curveOf(spans);
  const at = (share: number): number | null => curve.find((step) => step.share <= share)?.minutes ?? null;
  const ended = spans.filter((span) => span.ended).map(({ minutes }) => minutes);
  const median = at(0.5);
  return {
    medianMinutes: median,
    p90Minutes: at(0.1),
    fastestMinutes: ended.length === 0 ? null : Math.min(...ended),
    finished: ended.length,
    censored: spans.length - ended.length,
    medianMinutesAtLeast: median === null ? null : Math.max(0, median - 5),
  };
}

function address(index: number): string {
  const nets = ['192.0.2', '198.51.100', '203.0.113'];
  if (index < 750) return `${nets[index % 3]}.${1 + Math.floor(index / 3)}`;
  return `127.66.${Math.floor(index / 250)}.${1 + (index % 250)}`;
}

function serversOf(size: number, live: number): readonly ServerFigure[] {
  const random = numbers(20);
  return Array.from({ length: size }, (_none, index): ServerFigure => {
    const isAdded = index >= size * 0.54;
    const identified = START + Math.floor((isAdded ? 40 * 60 + random() * 7000 : random() * 600) * MINUTE);
    const notified = identified + Math.floor((20 + random() * random() * 400) * MINUTE);
    const dark = notified + Math.floor((4 + random() ** 4 * 7000) * MINUTE);
    const isAlive = index % Math.ceil(size / Math.max(live, 1)) === 3 && live > 0;
    const isDevice = index % 18 === 3;
    const isProvisional = !isAlive && index % 61 === 7;
    const provider = Math.floor(random() * random() * 42);
    const country = COUNTRIES[Math.floor(random() * random() * COUNTRIES.length)] ?? 'US';
    const isDark = !isAlive;
    return {
      serverId: `00000000-0000-8000-8000-${String(index).padStart(12, '0')}`,
      hostType: index % 31 === 9 ? 'domain' : 'address',
      host: index % 31 === 9 ? `c2-${index}.example` : address(index),
      kind: isDevice ? 'iot-device' : index % 7 === 0 ? 'compromised-host' : 'dedicated',
      isDevice,
      country,
      providerKey: `provider-${provider}`,
      provider: `Hosting Example ${provider}`,
      method: METHODS[index % 11 === 0 ? 2 : index % 3 === 0 ? 1 : 0] ?? null,
      group: isAdded ? 'added' : 'initial',
      identifiedAt: isoInstant(identified),
      notifiedAt: isoInstant(notified),
      verdict: isAlive ? (index % 2 === 0 ? 'c2-live' : 'live') : 'dark',
      finding: isAlive ? 'same-service' : 'closed',
      lastLiveAt: isoInstant(isAlive ? AS_OF - 20 * MINUTE : dark - 5 * MINUTE),
      darkAt: isDark ? isoInstant(dark) : null,
      confirmedAt: isDark && !isProvisional ? isoInstant(dark + 7 * 60 * MINUTE) : null,
      isDisabled: isDark && !isProvisional,
      isProvisionallyDark: isProvisional,
      isDarkUnprompted: false,
      hasReturned: isAlive && index % 4 === 3,
      isWrong: false,
      settledAs: null,
      aliveHours: Math.round(((isAlive ? AS_OF : dark) - identified) / 3_600_000),
      caseIds: [`${String(index).padStart(8, '0')}-0000-8000-8000-000000000001`],
    };
  });
}

const AS_OF = START + 9 * 86_400_000;

const DEFINITIONS: Readonly<Record<string, string>> = {
  initial: "Servers identified before the operation's baseline time, its first service of a notice or order.",
  added: 'Servers first identified after the baseline time.',
  total: 'Distinct servers, never cases; those cleared as wrong are left out.',
  disabled: 'Confirmed dark at the moment of the report. A server that returned is not disabled and not added again.',
  devices: 'Infected devices of private people or offices. They count in the totals and are shown apart.',
  provisionallyDark: 'Seen dark, and not confirmed by the quorum yet: not disabled.',
  darkUnprompted: 'Dark before any notice went out: disabled, never credited to the operation.',
  live: 'Answered at the last look that told anything.',
  returned: 'Was confirmed dark and answered again.',
  clearedAsWrong: 'Taken back as wrong: in no other count.',
  identifyToNotify: 'From the moment of identification to the first notice that names the server. Kaplan-Meier.',
  notifyToDark: 'From the first notice to the first dark look of the unbroken dark run. Kaplan-Meier.',
  identifyToDark: 'From identification to the first dark look of the unbroken dark run. Kaplan-Meier.',
  exposure: 'From the first dark target to the last, devices apart; open while any target lives.',
  victimHours: 'The sum, over servers, of hours alive after identification.',
  severed: 'No if any configuration in circulation lists a live server. Never "yes".',
  wrongNotices: 'Notices that left, or may have, and named a server that was wrong.',
};

function breakdown(servers: readonly ServerFigure[], keyOf: (server: ServerFigure) => string, nameOf = keyOf) {
  return [...Map.groupBy(servers, keyOf)]
    .map(([key, theirs]): BreakdownRow => {
      const [first] = theirs;
      return {
        key,
        name: first === undefined ? key : nameOf(first),
        identified: theirs.length,
        disabled: theirs.filter(({ isDisabled }) => isDisabled).length,
        live: theirs.filter(({ verdict }) => verdict !== 'dark').length,
        provisionallyDark: theirs.filter(({ isProvisionallyDark }) => isProvisionallyDark).length,
        notifyToDark: durationsOf(theirs.map((server) => spanOf(server, server.notifiedAt ?? '', server.darkAt))),
        identifyToDark: durationsOf(theirs.map((server) => spanOf(server, server.identifiedAt, server.darkAt))),
        caseIds: theirs.flatMap(({ caseIds }) => caseIds),
      };
    })
    .toSorted((left, right) => right.identified - left.identified || (left.key < right.key ? -1 : 1));
}

function spanOf(server: ServerFigure, from: string, to: string | null): Span {
  const end = server.isDisabled && to !== null ? Date.parse(to) : AS_OF;
  return { minutes: Math.max(0, Math.floor((end - Date.parse(from)) / MINUTE)), ended: server.isDisabled };
}

/** A large operation: `size` servers, `live` of them still answering. */
export function madeUpReport(size = 128, live = 8): OperationReport {
  const servers = serversOf(size, live);
  const counts = (group: 'initial' | 'added') => {
    const theirs = servers.filter((server) => server.group === group);
    const devices = theirs.filter(({ isDevice }) => isDevice);
    return {
      identified: theirs.length,
      disabled: theirs.filter(({ isDisabled }) => isDisabled).length,
      devices: { identified: devices.length, disabled: devices.filter(({ isDisabled }) => isDisabled).length },
    };
  };
  const disabled = servers.filter(({ isDisabled }) => isDisabled).length;
  const alive = servers.filter(({ verdict }) => verdict !== 'dark');
  const people = servers.filter(({ isDevice }) => !isDevice);
  const spans = {
    identifyToNotify: people.map(({ identifiedAt, notifiedAt }) => ({
      minutes: Math.floor((Date.parse(notifiedAt ?? '') - Date.parse(identifiedAt)) / MINUTE),
      ended: true,
    })),
    notifyToDark: people.map((server) => spanOf(server, server.notifiedAt ?? '', server.darkAt)),
    identifyToDark: people.map((server) => spanOf(server, server.identifiedAt, server.darkAt)),
    devicesIdentifyToDark: servers
      .filter(({ isDevice }) => isDevice)
      .map((server) => spanOf(server, server.identifiedAt, server.darkAt)),
  };
  const changes = servers.flatMap(({ identifiedAt, darkAt, isDisabled }) => [
    { at: identifiedAt, identified: 1, disabled: 0 },
    ...(isDisabled && darkAt !== null && Date.parse(darkAt) <= AS_OF
      ? [{ at: darkAt, identified: 0, disabled: 1 }]
      : []),
  ]);
  let [identifiedYet, disabledYet] = [0, 0];
  const overTime = changes
    .toSorted((left, right) => (left.at < right.at ? -1 : 1))
    .map(({ at, identified, disabled: gone }) => {
      identifiedYet += identified;
      disabledYet += gone;
      return { at, identified: identifiedYet, disabled: disabledYet, open: identifiedYet - disabledYet };
    });
  return {
    ...emptyReport(),
    baselineAt: isoInstant(START + 12 * 60 * MINUTE),
    vantages: [
      { name: 'here', kind: 'direct', network: 'AS64500', country: 'NL', looks: 48_211, lastLookAt: isoInstant(AS_OF) },
      { name: 'oslo', kind: 'agent', network: 'AS64501', country: 'NO', looks: 47_090, lastLookAt: isoInstant(AS_OF) },
    ],
    isSingleVantage: false,
    initial: counts('initial'),
    added: counts('added'),
    total: {
      identified: size,
      disabled,
      percent: Math.round((disabled / size) * 1000) / 10,
      provisionallyDark: servers.filter(({ isProvisionallyDark }) => isProvisionallyDark).length,
      darkUnprompted: 0,
      returned: servers.filter(({ hasReturned }) => hasReturned).length,
      clearedAsWrong: 0,
      live: alive.length,
      answersOther: 0,
      settledOtherwise: 0,
      inconclusive: 0,
      notLookedAt: 0,
      held: 14,
    },
    identifyToNotify: durationsOf(spans.identifyToNotify),
    notifyToDark: durationsOf(spans.notifyToDark),
    identifyToDark: durationsOf(spans.identifyToDark),
    devicesIdentifyToDark: durationsOf(spans.devicesIdentifyToDark),
    exposure: {
      minutes: 8 * 1440 + 190,
      open: true,
      targets: people.length,
      firstDarkAt: isoInstant(START + 14 * 60 * MINUTE),
      lastDarkAt: null,
    },
    victimHours: servers.reduce((sum, { aliveHours }) => sum + aliveHours, 0),
    victimHoursInterval: { low: size * 2, high: size * 400 },
    severed: {
      state: 'no',
      since: null,
      reasons: ['configuration 1000512 (tag lab12) lists 2 live servers', 'configuration 1000511 lists 3 live servers'],
      coverage: {
        configurations: 187,
        inCirculation: 41,
        newestConfiguration: { version: '1000512', tag: 'lab12', collectedAt: isoInstant(AS_OF - 30 * 60 * MINUTE) },
        daysSinceNewest: 1.3,
        sources: ['sandbox-a', 'partner-b'],
        unreadableEntries: 2,
        listedServers: 64,
        live: Math.min(3, alive.length),
        dark: 58,
        provisionallyDark: 2,
        answersOther: 0,
        inconclusive: 1,
        fallbacks: 1,
        gaps: ['no configuration with the tag lab9 was collected for 6 days'],
      },
    },
    operators: {
      replacementsPerDay: 6.6,
      firstDarkToFirstReplacementMinutes: 1460,
      lifeOfReplacement: { ...durationsOf(spans.identifyToDark), censored: 3 },
      configurationsPerDay: { before: 2.1, after: 4.8 },
      activeTags: { before: ['lab7', 'lab8', 'lab9'], after: ['lab11', 'lab12'] },
      sharedWithOtherBotnets: [{ host: address(9), operations: ['another-lab'] }],
    },
    liveNotInLatestConfiguration: alive.slice(0, 5).map(({ host }) => host),
    liveByCountry: Object.fromEntries(
      [...Map.groupBy(alive, ({ country }) => country ?? '')].map(([country, theirs]) => [country, theirs.length]),
    ),
    wrongNotices: 1,
    wrong: {
      servers: 1,
      longestStandingMinutes: 47,
      medianStandingMinutes: 47,
      list: [
        {
          caseId: servers[5]?.caseIds[0] ?? '',
          host: servers[5]?.host ?? '',
          notices: ['LAB-2026-0031'],
          sentAt: isoInstant(START + 900 * MINUTE),
          retractedAt: isoInstant(START + 947 * MINUTE),
          standingMinutes: 47,
          correctionsDelivered: 2,
          corrections: 2,
        },
      ],
    },
    definitions: DEFINITIONS,
    byCountry: breakdown(servers, ({ country }) => country ?? ''),
    byProvider: breakdown(
      servers,
      ({ providerKey }) => providerKey ?? '',
      ({ provider }) => provider ?? '',
    ),
    byMethod: breakdown(servers, ({ method }) => method ?? ''),
    byKind: breakdown(servers, ({ kind }) => kind),
    curves: {
      identifyToNotify: curveOf(spans.identifyToNotify),
      notifyToDark: curveOf(spans.notifyToDark),
      identifyToDark: curveOf(spans.identifyToDark),
      devicesIdentifyToDark: curveOf(spans.devicesIdentifyToDark),
    },
    overTime,
    moments: [
      ...servers
        .slice(0, 60)
        .map(({ notifiedAt }) => ({ at: notifiedAt ?? '', kind: 'notice' as const, text: 'notice' })),
      ...[1, 2.5, 4, 6.2, 7.7].map((days) => ({
        at: isoInstant(START + days * 86_400_000),
        kind: 'configuration' as const,
        text: 'configuration',
      })),
      { at: isoInstant(START + 5 * 86_400_000), kind: 'returned', text: 'returned' },
    ],
    outside: [
      {
        source: 'tracker-x',
        asOf: isoInstant(AS_OF - 60 * MINUTE),
        online: 11,
        offline: 90,
        ours: { live: 7, dark: 93, other: 1 },
        differences: [
          { host: address(20), theirs: 'online', ours: 'dark', lastLookAt: isoInstant(AS_OF - 9 * MINUTE) },
          { host: address(21), theirs: 'offline', ours: 'not-looked', lastLookAt: null },
        ],
      },
    ],
    servers,
    devices: servers.filter(({ isDevice }) => isDevice).map(({ host }) => host),
  };
}

/** Nothing identified, nothing sent, nobody has looked. */
export function emptyReport(): OperationReport {
  const none = { identified: 0, disabled: 0, devices: { identified: 0, disabled: 0 } };
  return {
    operation: 'examplebot',
    drill: true,
    malware: 'Examplebot',
    asOf: isoInstant(AS_OF),
    ledger: { entries: 18_204, root: '4f2a'.repeat(16) },
    openedAt: isoInstant(START),
    baselineAt: null,
    vantages: [],
    isSingleVantage: true,
    initial: none,
    added: none,
    total: {
      identified: 0,
      disabled: 0,
      percent: 0,
      provisionallyDark: 0,
      darkUnprompted: 0,
      returned: 0,
      clearedAsWrong: 0,
      live: 0,
      answersOther: 0,
      settledOtherwise: 0,
      inconclusive: 0,
      notLookedAt: 0,
      held: 0,
    },
    identifyToNotify: NO_DURATION,
    notifyToDark: NO_DURATION,
    identifyToDark: NO_DURATION,
    devicesIdentifyToDark: NO_DURATION,
    exposure: { minutes: null, open: false, targets: 0, firstDarkAt: null, lastDarkAt: null },
    victimHours: 0,
    victimHoursInterval: { low: 0, high: 0 },
    severed: {
      state: 'unknown',
      since: null,
      reasons: ['no configuration is on record'],
      coverage: {
        configurations: 0,
        inCirculation: 0,
        newestConfiguration: null,
        daysSinceNewest: null,
        sources: [],
        unreadableEntries: 0,
        listedServers: 0,
        live: 0,
        dark: 0,
        provisionallyDark: 0,
        answersOther: 0,
        inconclusive: 0,
        fallbacks: 0,
        gaps: [],
      },
    },
    operators: {
      replacementsPerDay: null,
      firstDarkToFirstReplacementMinutes: null,
      lifeOfReplacement: NO_DURATION,
      configurationsPerDay: { before: null, after: null },
      activeTags: { before: [], after: [] },
      sharedWithOtherBotnets: [],
    },
    liveNotInLatestConfiguration: [],
    liveByCountry: {},
    wrongNotices: 0,
    wrong: { servers: 0, longestStandingMinutes: null, medianStandingMinutes: null, list: [] },
    definitions: DEFINITIONS,
    byCountry: [],
    byProvider: [],
    byMethod: [],
    byKind: [],
    curves: { identifyToNotify: [], notifyToDark: [], identifyToDark: [], devicesIdentifyToDark: [] },
    overTime: [],
    moments: [],
    outside: [],
    servers: [],
    devices: [],
  };
}

/** What somebody may write who wants a paper to do something. */
export const NASTY_TEXTS: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '</style><svg/onload=alert(1)>',
  '</title><!--',
  ']]><w:evil/>',
  '[click](javascript:alert(1))',
  '![x](https://evil.example/x.png)',
  '# heading\n\n---\n| a | b |',
  '`code` **bold** ~~gone~~ <https://evil.example>',
  'https://evil.example/path www.evil.example ftp://evil a@evil.example',
  '\u001b[31mred\u001b[0m\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u202etxt.exe\u2066',
  '\ud800 lone',
  '\u0000nul\r\nnext',
  '=HYPERLINK("https://evil.example")',
  '(\\) Tj /URI (https://evil.example)',
  'x'.repeat(5000),
  '中文主机 Хостинг العربية 😀',
];

/** Every text that comes from outside is one of those. */
export function nastyReport(): OperationReport {
  const report = madeUpReport(40, 4);
  const text = (index: number): string => NASTY_TEXTS[index % NASTY_TEXTS.length] ?? '';
  const row = (each: BreakdownRow, index: number): BreakdownRow => ({
    ...each,
    key: text(index),
    name: text(index + 3),
  });
  return {
    ...report,
    operation: text(0),
    malware: text(1),
    vantages: report.vantages.map((each, index) => ({ ...each, name: text(index), network: text(index + 5) })),
    severed: {
      ...report.severed,
      reasons: NASTY_TEXTS,
      coverage: {
        ...report.severed.coverage,
        newestConfiguration: { version: text(2), tag: text(3), collectedAt: null },
        sources: NASTY_TEXTS,
        gaps: NASTY_TEXTS,
      },
    },
    operators: {
      ...report.operators,
      activeTags: { before: NASTY_TEXTS, after: NASTY_TEXTS },
      sharedWithOtherBotnets: NASTY_TEXTS.map((host) => ({ host, operations: NASTY_TEXTS })),
    },
    liveNotInLatestConfiguration: NASTY_TEXTS,
    wrong: {
      ...report.wrong,
      list: NASTY_TEXTS.map((host) => ({
        caseId: host,
        host,
        notices: NASTY_TEXTS,
        sentAt: null,
        retractedAt: report.asOf,
        standingMinutes: null,
        correctionsDelivered: 0,
        corrections: 1,
      })),
    },
    definitions: { ...report.definitions, '"><script>': text(0) },
    byCountry: report.byCountry.map(row),
    byProvider: report.byProvider.map(row),
    byMethod: report.byMethod.map(row),
    byKind: report.byKind.map(row),
    moments: report.moments.map((each, index) => ({ ...each, text: text(index) })),
    outside: NASTY_TEXTS.map((source) => ({
      source,
      asOf: null,
      online: 1,
      offline: 0,
      ours: { live: 0, dark: 1, other: 0 },
      differences: NASTY_TEXTS.map((host) => ({ host, theirs: 'online', ours: 'dark', lastLookAt: null })),
    })),
    servers: report.servers.map((server, index) => ({
      ...server,
      hostType: 'domain',
      host: text(index),
      country: text(index + 1),
      providerKey: text(index + 2),
      provider: text(index + 2),
      method: text(index + 4),
      settledAs: index % 3 === 0 ? text(index) : null,
      caseIds: [text(index)],
    })),
  };
}
