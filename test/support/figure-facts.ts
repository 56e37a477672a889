import type { DarkRun, OperationFacts, ServerFacts, VerdictFacts } from '../../src/domain/figure-facts.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { LookOutcome } from '../../src/domain/look.ts';
import type { SeveredFigure } from '../../src/domain/report.ts';
import { computeReport } from '../../src/steps/report/operation-report/compute-report.ts';
import type { ReportFacts } from '../../src/steps/report/operation-report/compute-report.ts';

/** One server of made-up facts: identified, nothing sent, nobody has looked. */
export function madeUpServer(number: number, facts: Partial<ServerFacts> = {}): ServerFacts {
  const id = String(number).padStart(12, '0');
  return {
    serverId: `00000000-0000-8000-8000-${id}`,
    hostType: 'address',
    host: `192.0.2.${number}`,
    kind: 'dedicated',
    country: 'DE',
    providerKey: 'drill:as64500',
    provider: 'Example Hosting',
    caseIds: [`00000000-0000-8000-9000-${id}`],
    state: 'identified',
    method: 'abuse-notice',
    settledAs: null,
    identifiedAt: 0,
    isWrong: false,
    notifiedAt: null,
    verdict: null,
    lastLookAt: null,
    darkRuns: [],
    ...facts,
  };
}

export function verdictOf(verdict: LookOutcome, since: Instant, lastLiveAt: Instant | null = null): VerdictFacts {
  return { verdict, finding: null, since, lastLiveAt, darkAt: verdict === 'dark' ? since : null, confirmedAt: null };
}

/** Looks and verdict of a server that was confirmed dark and has stayed so. */
export function darkSince(
  run: Omit<DarkRun, 'returnedAt'>,
): Pick<ServerFacts, 'verdict' | 'darkRuns' | 'lastLookAt' | 'state'> {
  const { darkAt, lastLiveAt, confirmedAt } = run;
  return {
    verdict: { verdict: 'dark', finding: 'closed', since: darkAt, lastLiveAt, darkAt, confirmedAt },
    darkRuns: [{ ...run, returnedAt: null }],
    lastLookAt: confirmedAt,
    state: 'dark',
  };
}

export function madeUpOperation(servers: readonly ServerFacts[], facts: Partial<OperationFacts> = {}): OperationFacts {
  return {
    operation: 'lab',
    drill: true,
    malware: 'Examplebot',
    openedAt: 0,
    servers,
    services: [],
    configurations: [],
    vantages: [],
    statusWords: [],
    shared: [],
    erasedImports: 0,
    devices: [],
    ...facts,
  };
}

export const NOT_WEIGHED: SeveredFigure = {
  state: 'unknown',
  since: null,
  reasons: [],
  coverage: {
    configurations: 0, inCirculation: 0, newestConfiguration: null, daysSinceNewest: null, sources: [], unreadableEntries: 0,
    listedServers: 0, live: 0, dark: 0, provisionallyDark: 0, answersOther: 0, inconclusive: 0, fallbacks: 0, gaps: [],
  },
}; // prettier-ignore

export function reportOf(
  facts: OperationFacts,
  asOf: Instant,
  more: Partial<ReportFacts> = {},
): ReturnType<typeof computeReport> {
  const none = {
    servers: 0,
    wrongNotices: 0,
    longestStandingMs: null,
    corrections: 0,
    delivered: 0,
    failed: 0,
    list: [],
  };
  return computeReport(
    {
      facts,
      retractions: none,
      severed: NOT_WEIGHED,
      liveNotInLatestConfiguration: [],
      ledger: { entries: 0, root: '0'.repeat(64) },
      ...more,
    },
    asOf,
  );
}
