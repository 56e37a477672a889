import type { SeveranceConfiguration, SeveranceFacts, SeveranceServer } from '../../domain/severance.ts';
import { inCirculation, isAlive, isFallback, newestFirst } from './circulation.ts';

/** A server that remains, and what hangs on it. */
export interface RemainingServer {
  readonly server: SeveranceServer;
  /** Nobody can have it switched off. */
  readonly isFallback: boolean;
  /** Configurations in circulation that list it. */
  readonly configurations: number;
  /** Of those, the ones that list no other server alive: they are silenced the moment it falls. */
  readonly only: number;
  /**
   * How many configurations hang on it when each is parted evenly among the live servers that it lists. That is its Shapley
   * value (Shapley 1953) in the game in which a set of servers wins the configurations that its fall silences: each
   * configuration is a unanimity game of its live servers, and those part evenly. The shares of all servers together are
   * the number of configurations that still reach one.
   */
  readonly share: number;
  /** The newest configuration in circulation that lists it; null: none does. */
  readonly newest: { readonly version: string; readonly tag: string } | null;
}

/** The live servers of the operation, the one that most of the botnet hangs on first; those that no configuration lists last. */
export function remainingServers(facts: SeveranceFacts): readonly RemainingServer[] {
  const { servers } = facts;
  const alive = servers.map(({ verdict }) => isAlive(verdict));
  const configurations = new Int32Array(servers.length);
  const only = new Int32Array(servers.length);
  const share = new Float64Array(servers.length);
  const newest = new Map<number, SeveranceConfiguration>();
  for (const configuration of newestFirst(inCirculation(facts))) {
    const living = configuration.lists.filter((index) => alive[index]);
    for (const index of living) {
      configurations[index] = (configurations[index] ?? 0) + 1;
      share[index] = (share[index] ?? 0) + 1 / living.length;
      if (living.length === 1) only[index] = (only[index] ?? 0) + 1;
      if (!newest.has(index)) newest.set(index, configuration);
    }
  }
  return servers
    .flatMap((server, index): RemainingServer[] => {
      if (!alive[index]) return [];
      const listing = newest.get(index);
      return [
        {
          server,
          isFallback: isFallback(server),
          configurations: configurations[index] ?? 0,
          only: only[index] ?? 0,
          share: share[index] ?? 0,
          newest: listing === undefined ? null : { version: listing.version, tag: listing.tag },
        },
      ];
    })
    .toSorted((a, b) => b.share - a.share || b.only - a.only || b.configurations - a.configurations);
}
