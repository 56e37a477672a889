import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SeveredFigure } from '../../domain/report.ts';
import type {
  SeveranceConfiguration,
  SeveranceFacts,
  SeveranceServer,
  SeveranceSetup,
} from '../../domain/severance.ts';
import {
  collectedAt,
  fallbacksInUse,
  inCirculation,
  isAlive,
  isFallback,
  isUnresolved,
  lastCollectedAt,
  listedIn,
  nameOf,
  newestFirst,
} from './circulation.ts';
import { coverageGaps } from './coverage-gaps.ts';
import { severedSince } from './since.ts';

const DAY_MS = 86_400_000;

/**
 * Whether any configuration in circulation still reaches a live server (DESIGN.md, "What the figures mean"): `no` where one
 * does, or where a fallback that nobody can seize is alive; `unknown` where a listed server is inconclusive, such a fallback
 * is unresolved, or no configuration was collected for `staleDays` days; else `none-observed-live`, and never "yes".
 */
export function severed(facts: SeveranceFacts, setup: SeveranceSetup): SeveredFigure {
  const circulating = inCirculation(facts);
  const listed = listedIn(facts, circulating);
  const servers = facts.servers.filter((server, index) => listed[index] === 1 && !isFallback(server));
  const fallbacks = fallbacksInUse(facts).flatMap((index) => facts.servers[index] ?? []);
  const newest = newestCollection(facts.configurations);
  const daysSinceNewest = newest === null ? null : (setup.asOf - newest) / DAY_MS;

  const against = reasonsAgainst(facts, circulating, servers, fallbacks);
  const open = reasonsOpen(servers, fallbacks, daysSinceNewest, facts.configurations.length, setup.staleDays);
  const state = against.length > 0 ? 'no' : open.length > 0 ? 'unknown' : 'none-observed-live';
  const since = severedSince(facts, state, setup);
  const [first] = newestFirst(facts.configurations);
  const count = (test: (server: SeveranceServer) => boolean): number => servers.filter(test).length;
  return {
    state,
    since: since === null ? null : isoInstant(since),
    reasons:
      state === 'none-observed-live'
        ? [
            `no server of ${counted(circulating.length, 'configuration')} in circulation was found alive; what was pushed to bots unseen, nobody knows`,
          ]
        : [...against, ...open],
    coverage: {
      configurations: facts.configurations.length,
      inCirculation: circulating.length,
      newestConfiguration:
        first === undefined
          ? null
          : { version: first.version, tag: first.tag, collectedAt: isoOrNull(collectedAt(first)) },
      daysSinceNewest: daysSinceNewest === null ? null : Math.max(0, Math.floor(daysSinceNewest)),
      sources: [...new Set(facts.configurations.flatMap(({ sources }) => sources))].toSorted(),
      unreadableEntries: circulating.reduce((sum, { entries, accepted }) => sum + Math.max(0, entries - accepted), 0),
      listedServers: servers.length,
      live: count(({ verdict }) => isAlive(verdict)),
      dark: count(({ verdict, confirmedAt }) => verdict === 'dark' && confirmedAt !== null),
      provisionallyDark: count(({ verdict, confirmedAt }) => verdict === 'dark' && confirmedAt === null),
      answersOther: count(({ verdict }) => verdict === 'answers-other'),
      inconclusive: count(({ verdict }) => isUnresolved(verdict)),
      fallbacks: fallbacks.length,
      gaps: coverageGaps(facts, setup),
    },
  };
}

/** Live servers that stand in none of the `newest` configurations in circulation, in the order of the facts. */
export function liveNotInLatest(facts: SeveranceFacts, newest: number): readonly SeveranceServer[] {
  const listed = listedIn(facts, newestFirst(inCirculation(facts)).slice(0, newest));
  return facts.servers.filter(({ verdict }, index) => isAlive(verdict) && listed[index] === 0);
}

/** When any configuration, retired ones too, was last collected: collecting goes on though one of them be retired. */
function newestCollection(configurations: readonly SeveranceConfiguration[]): Instant | null {
  const dates = configurations.flatMap((configuration) => lastCollectedAt(configuration) ?? []);
  return dates.reduce<Instant | null>((latest, date) => (latest === null || date > latest ? date : latest), null);
}

function reasonsAgainst(
  facts: SeveranceFacts,
  circulating: readonly SeveranceConfiguration[],
  servers: readonly SeveranceServer[],
  fallbacks: readonly SeveranceServer[],
): readonly string[] {
  const reasons: string[] = [];
  const reaching = newestFirst(
    circulating.filter(({ lists }) =>
      lists.some((index) => {
        const server = facts.servers[index];
        return server !== undefined && !isFallback(server) && isAlive(server.verdict);
      }),
    ),
  );
  const [newest] = reaching;
  if (newest !== undefined) {
    const live = servers.filter(({ verdict }) => isAlive(verdict)).length;
    reasons.push(
      `${reaching.length} of ${counted(circulating.length, 'configuration')} in circulation ${reaching.length === 1 ? 'lists' : 'list'} a live server (${counted(live, 'such server')} in all), the newest of them ${nameOf(newest)}`,
    );
  }
  const alive = fallbacks.filter(({ verdict }) => isAlive(verdict)).length;
  if (alive > 0)
    reasons.push(`${counted(alive, 'fallback')} that nobody can seize ${alive === 1 ? 'is' : 'are'} alive`);
  return reasons;
}

function reasonsOpen(
  servers: readonly SeveranceServer[],
  fallbacks: readonly SeveranceServer[],
  daysSinceNewest: number | null,
  configurations: number,
  staleDays: number,
): readonly string[] {
  const reasons: string[] = [];
  const inconclusive = servers.filter(({ verdict }) => isUnresolved(verdict)).length;
  if (inconclusive > 0) {
    const unseen = servers.filter(({ verdict }) => verdict === null).length;
    reasons.push(
      `${counted(inconclusive, 'listed server')} ${inconclusive === 1 ? 'is' : 'are'} inconclusive${unseen === 0 ? '' : `; nobody has looked at ${unseen} of them`}`,
    );
  }
  const unresolved = fallbacks.filter(({ verdict }) => isUnresolved(verdict)).length;
  if (unresolved > 0) {
    reasons.push(
      `nobody knows whether ${counted(unresolved, 'fallback')} that nobody can seize ${unresolved === 1 ? 'is' : 'are'} alive`,
    );
  }
  if (daysSinceNewest === null) {
    reasons.push(
      configurations === 0 ? 'no configuration was ever collected' : 'no configuration says when it was collected',
    );
  } else if (daysSinceNewest > staleDays) {
    reasons.push(
      `no configuration was collected for ${Math.floor(daysSinceNewest)} days, and after ${staleDays} nobody knows`,
    );
  }
  return reasons;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function isoOrNull(instant: Instant | null): string | null {
  return instant === null ? null : isoInstant(instant);
}
