import type { Instant } from '../../domain/instant.ts';
import { isAlive } from '../../domain/look.ts';
import type { AuthorityInForce } from '../../domain/method.ts';
import type { Operation } from '../../domain/operation.ts';
import { mayBeNamed, notInForce, prepareAuthorities } from '../../policy/authority-coverage.ts';
import type { AuthorityRecord, CoverageServer } from '../../ports/authorities.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** Whether somebody saw it alive or gone when they looked last; `unknown` where nobody has, or could not tell. */
export type Liveness = 'alive' | 'gone' | 'unknown';

/** How one server stands under the authorities at one moment. */
export interface ServerCoverage {
  readonly server: CoverageServer;
  readonly liveness: Liveness;
  readonly fact: AuthorityInForce;
  /** The reference of the authority that covers it; null where none does. */
  readonly authority: string | null;
  /** The entry of its scope that names the server, or "standing". */
  readonly by: string | null;
  /** Why each of the others does not cover it. */
  readonly others: readonly { readonly authority: string; readonly reasons: readonly string[] }[];
}

/** Every server of an open case, in pages, sorted by host. */
export async function* coverageOf(
  transaction: ReadTransaction,
  operation: Operation,
  now: Instant,
): AsyncGenerator<readonly ServerCoverage[]> {
  const authorities = prepareAuthorities(await transaction.authorities().list(operation.id));
  for await (const page of transaction.authorities().openServers(operation.id)) {
    yield page.map((server) => {
      const { fact, covering, answers } = authorities.coverageOf(server, now);
      return {
        server,
        liveness: livenessOf(server),
        fact,
        authority: covering?.authority.reference ?? null,
        by: covering?.by ?? null,
        others: answers
          .filter(({ covers }) => !covers)
          .map(({ authority, reasons }) => ({ authority: authority.reference, reasons })),
      };
    });
  }
}

function livenessOf({ look }: CoverageServer): Liveness {
  if (look === null || look.outcome === 'inconclusive') return 'unknown';
  return isAlive(look.outcome) ? 'alive' : 'gone';
}

/** An authority with how it stands at one moment. */
export interface AuthorityStanding extends AuthorityRecord {
  readonly inForce: boolean;
  /** Why it is not in force, a sentence each. */
  readonly notInForce: readonly string[];
  /** Whether anybody outside may be told that it exists. */
  readonly mayBeNamed: boolean;
  /** Servers of open cases that it covers: that it is the one taken for. */
  readonly servers: number;
}

export async function authorityStandings(
  transaction: ReadTransaction,
  operation: Operation,
  now: Instant,
): Promise<readonly AuthorityStanding[]> {
  const authorities = await transaction.authorities().list(operation.id);
  const byReference = new Map(authorities.map((authority) => [authority.reference, authority]));
  const counts = new Map<string, number>();
  if (authorities.length > 0) {
    for await (const page of coverageOf(transaction, operation, now)) {
      for (const { authority } of page) if (authority !== null) counts.set(authority, (counts.get(authority) ?? 0) + 1);
    }
  }
  return authorities.map((authority) => {
    const reasons = notInForce(authority, byReference, now);
    return {
      ...authority,
      inForce: reasons.length === 0,
      notInForce: reasons,
      mayBeNamed: mayBeNamed(authority, now),
      servers: counts.get(authority.reference) ?? 0,
    };
  });
}
