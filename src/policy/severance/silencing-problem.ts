import type { SeveranceFacts } from '../../domain/severance.ts';
import { inCirculation, isAlive, isFallback } from './circulation.ts';

/**
 * Which servers have to fall to silence which configurations, folded: servers that stand in the same configurations fall
 * together or not at all (half of them silences nothing), so they are one *group* of some size; configurations with the same
 * live servers are one *set* of some weight.
 */
export interface SilencingProblem {
  /** For each group its servers, as indexes into the facts. */
  readonly groups: readonly (readonly number[])[];
  /** For each group how many servers it has. */
  readonly sizes: Int32Array;
  /** What has to fall: groups, ascending. */
  readonly sets: readonly { readonly groups: Int32Array; readonly weight: number; readonly servers: number }[];
  /** All live servers that have to fall to silence all that can be. */
  readonly servers: number;
  /** Configurations that can be silenced. */
  readonly silenceable: number;
  /** Configurations that list a live fallback, which nobody can seize: no set of servers silences them. */
  readonly beyondReach: number;
}

export function silencingProblem(facts: SeveranceFacts): SilencingProblem {
  const { servers } = facts;
  const weights = new Map<string, { members: readonly number[]; weight: number }>();
  let beyondReach = 0;
  for (const { lists } of inCirculation(facts)) {
    const living = lists.filter((index) => isAlive(servers[index]?.verdict ?? null));
    if (living.length === 0) continue;
    if (living.some((index) => servers[index] !== undefined && isFallback(servers[index]))) {
      beyondReach += 1;
      continue;
    }
    const key = living.join(' ');
    const known = weights.get(key);
    if (known === undefined) weights.set(key, { members: living, weight: 1 });
    else known.weight += 1;
  }
  const folded = [...weights.values()];
  const standsIn = new Map<number, number[]>();
  for (const [set, { members }] of folded.entries()) {
    for (const server of members) {
      const sets = standsIn.get(server);
      if (sets === undefined) standsIn.set(server, [set]);
      else sets.push(set);
    }
  }
  const groupOf = new Map<string, number>();
  const groups: number[][] = [];
  const groupOfServer = new Map<number, number>();
  for (const [server, sets] of [...standsIn].toSorted(([a], [b]) => a - b)) {
    const key = sets.join(' ');
    let group = groupOf.get(key);
    if (group === undefined) {
      group = groups.length;
      groupOf.set(key, group);
      groups.push([]);
    }
    groups[group]?.push(server);
    groupOfServer.set(server, group);
  }
  return {
    groups,
    sizes: Int32Array.from(groups, (members) => members.length),
    sets: folded.map(({ members, weight }) => ({
      groups: Int32Array.from(new Set(members.map((server) => groupOfServer.get(server) ?? 0))).toSorted(),
      weight,
      servers: members.length,
    })),
    servers: standsIn.size,
    silenceable: folded.reduce((sum, { weight }) => sum + weight, 0),
    beyondReach,
  };
}
