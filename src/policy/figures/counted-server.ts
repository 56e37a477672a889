import type { DarkRun, ServerFacts } from '../../domain/figure-facts.ts';
import type { Instant } from '../../domain/instant.ts';
import { isAlive } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { ServerFigure } from '../../domain/report.ts';
import { hoursOf, isoOrNull } from './units.ts';
import { isoInstant } from '../../domain/instant.ts';
import { aliveTime } from './alive-time.ts';
import type { AliveTime } from './alive-time.ts';

/** How an identified server stands: exactly one of these, so that they add up to all that are identified. */
export type Standing =
  'disabled' | 'provisionally-dark' | 'live' | 'answers-other' | 'settled-otherwise' | 'inconclusive' | 'not-looked-at';

/** One identified server, as the figures take it (DESIGN.md, "What the figures mean"). */
export interface CountedServer {
  readonly facts: ServerFacts;
  readonly group: 'initial' | 'added';
  readonly isDevice: boolean;
  readonly identifiedAt: Instant;
  readonly standing: Standing;
  /** The dark run that makes it disabled: confirmed, and it has not been found alive since. */
  readonly darkRun: DarkRun | null;
  /** Since when it has answered as what a person says it is by now. */
  readonly settledAt: Instant | null;
  readonly isDarkUnprompted: boolean;
  readonly hasReturned: boolean;
  readonly alive: AliveTime;
}

/**
 * The servers that count, in the order given, and those that were cleared as wrong, which count nowhere. What has been held from
 * the first day on is not identified, and in neither.
 */
export function countServers(
  servers: readonly ServerFacts[],
  baselineAt: Instant | null,
  asOf: Instant,
): { readonly counted: readonly CountedServer[]; readonly wrong: readonly CountedServer[] } {
  const counted: CountedServer[] = [];
  const wrong: CountedServer[] = [];
  for (const facts of servers) {
    if (facts.identifiedAt === null) continue;
    (facts.isWrong ? wrong : counted).push(countServer(facts, facts.identifiedAt, baselineAt, asOf));
  }
  return { counted, wrong };
}

function countServer(
  facts: ServerFacts,
  identifiedAt: Instant,
  baselineAt: Instant | null,
  asOf: Instant,
): CountedServer {
  const darkRun = standingDarkRun(facts.darkRuns);
  const standing = standingOf(facts, darkRun);
  const settledAt = standing === 'settled-otherwise' ? (facts.verdict?.since ?? asOf) : null;
  return {
    facts,
    group: baselineAt !== null && identifiedAt > baselineAt ? 'added' : 'initial',
    isDevice: facts.kind === 'iot-device',
    identifiedAt,
    standing,
    darkRun,
    settledAt,
    isDarkUnprompted: darkRun !== null && (facts.notifiedAt === null || darkRun.darkAt < facts.notifiedAt),
    hasReturned: facts.darkRuns.some(({ returnedAt }) => returnedAt !== null),
    alive: aliveTime(identifiedAt, facts.darkRuns, {
      until: settledAt ?? asOf,
      lastLiveAt: facts.verdict?.lastLiveAt ?? null,
    }),
  };
}

/** The first confirmed run after its last return: what it answers as since, if not as itself, does not make it live again. */
function standingDarkRun(runs: readonly DarkRun[]): DarkRun | null {
  return runs[runs.findLastIndex(({ returnedAt }) => returnedAt !== null) + 1] ?? null;
}

function standingOf({ verdict, settledAs }: ServerFacts, darkRun: DarkRun | null): Standing {
  if (darkRun !== null) return 'disabled';
  if (verdict !== null && verdict.verdict === 'dark') return 'provisionally-dark';
  if (verdict !== null && isAlive(verdict.verdict)) return 'live';
  if (settledAs !== null) return 'settled-otherwise';
  if (verdict === null) return 'not-looked-at';
  return verdict.verdict === 'answers-other' ? 'answers-other' : 'inconclusive';
}

export function isLive({ standing }: CountedServer): boolean {
  return standing === 'live';
}

export function serverFigure(server: CountedServer): ServerFigure {
  const { facts, darkRun } = server;
  const { verdict } = facts;
  const isWrong = facts.isWrong;
  return {
    serverId: facts.serverId,
    hostType: facts.hostType,
    host: facts.host,
    kind: facts.kind,
    isDevice: server.isDevice,
    country: facts.country,
    providerKey: facts.providerKey,
    provider: facts.provider,
    method: facts.method,
    group: server.group,
    identifiedAt: isoInstant(server.identifiedAt),
    notifiedAt: isoOrNull(facts.notifiedAt),
    verdict: verdict?.verdict ?? null,
    finding: verdict?.finding ?? null,
    lastLiveAt: isoOrNull(darkRun?.lastLiveAt ?? verdict?.lastLiveAt ?? null),
    darkAt: isoOrNull(darkRun?.darkAt ?? verdict?.darkAt ?? null),
    confirmedAt: isoOrNull(darkRun?.confirmedAt ?? null),
    isDisabled: !isWrong && darkRun !== null,
    isProvisionallyDark: !isWrong && server.standing === 'provisionally-dark',
    isDarkUnprompted: !isWrong && server.isDarkUnprompted,
    hasReturned: !isWrong && server.hasReturned,
    isWrong,
    settledAs: facts.settledAs,
    aliveHours: isWrong ? 0 : hoursOf(server.alive.ms),
    caseIds: facts.caseIds,
  };
}

export function outcomeOf({ verdict }: ServerFacts): LookOutcome | 'not-looked' {
  return verdict?.verdict ?? 'not-looked';
}
