import type { Operation } from '../../domain/operation.ts';
import { assertTwoHands } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { ListHit } from '../../domain/rows.ts';
import { RELEASED_KIND, SIGNED_KINDS } from '../../ledger/signed-act.ts';
import { RELEASES_NEEDED } from '../../policy/released-hits.ts';
import { handsOf } from '../../policy/two-hands.ts';
import type { Hands } from '../../policy/two-hands.ts';
import type { PersonRecord } from '../../ports/people.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { SignedAct } from '../../ports/signing.ts';

export interface ReleaseRequest {
  readonly name: string;
  readonly operation: Operation;
  /** A host, host:port, URL or server id. */
  readonly server: string;
  readonly reason: string;
}

/** How letting a server go stands that lists hold: the entries that hold it, and whose word may count. */
export interface ReleaseStanding {
  readonly host: string;
  readonly holding: readonly { readonly list: string; readonly entry: string }[];
  readonly hands: Hands;
}

/** What `releaseServer` would say of each. */
export async function releaseStanding(
  transaction: ReadTransaction,
  operation: Operation,
  server: string,
): Promise<ReleaseStanding> {
  const wanted = namedServer(operation.id, server);
  const known = await transaction.server(operation.id, wanted.id);
  if (known === null) throw noSuchServer(operation, wanted);
  const hits = (await transaction.caseOf(known.serverId))?.listHits ?? [];
  const releases = await transaction.releases(known.serverId);
  const personsOf = ({ list, entry }: Pick<ListHit, 'list' | 'entry'>): readonly string[] =>
    releases.find((each) => each.list === list && each.entry === entry)?.persons ?? [];
  const holding = hits.filter(({ effect }) => effect === 'hold');
  const open = holding.filter((hit) => personsOf(hit).length < RELEASES_NEEDED);
  const openTo = ({ person }: PersonRecord): readonly ListHit[] => holding.filter((hit) => !personsOf(hit).includes(person)); // prettier-ignore
  const never = hits.find(({ effect }) => effect === 'never');
  const refused =
    never !== undefined
      ? `it is never touched, says the list ${never.list}: nobody releases it`
      : open.length === 0
        ? 'no list holds it'
        : null;
  const hands = handsOf(await transaction.people(), {
    refused,
    needed: RELEASES_NEEDED,
    roles: SIGNED_KINDS[RELEASED_KIND] ?? [],
    given: open.flatMap(personsOf),
    missing: null,
    keeps: (person) => (openTo(person).length === 0 ? 'has released it already' : null),
    beside: (person) => openTo(person).flatMap(personsOf),
  });
  return { host: known.host, holding: open.map(({ list, entry }) => ({ list, entry })), hands };
}

/**
 * A person's word that a server goes on although lists hold it (rule 3: two named approvals). It is about the entries that
 * hold it now; another entry holds it again. What is never touched nobody releases.
 */
export function releaseServer({ name, operation, server, reason }: ReleaseRequest): SignedAct {
  const wanted = namedServer(operation.id, server);
  return {
    name,
    act: RELEASED_KIND,
    lock: operation.id,
    async prepare(transaction, person) {
      const known = await transaction.server(operation.id, wanted.id);
      if (known === null) throw noSuchServer(operation, wanted);
      const hits = (await transaction.caseOf(known.serverId))?.listHits ?? [];
      const never = hits.find(({ effect }) => effect === 'never');
      if (never !== undefined)
        throw problem('refused', `${wanted.shown} is never touched, says the list ${never.list}: nobody releases it`);
      const holding = hits.filter(({ effect }) => effect === 'hold');
      if (holding.length === 0)
        throw problem(
          'refused',
          `no list holds ${wanted.shown}`,
          'A server that needs corroboration is vouched for: dismantle attest SERVER',
        );
      const releases = await transaction.releases(known.serverId);
      const open = holding.filter(
        ({ list, entry }) =>
          !releases.some((each) => each.list === list && each.entry === entry && each.persons.includes(person.person)),
      );
      if (open.length === 0)
        throw problem(
          'refused',
          `${person.name} has released ${wanted.shown} already`,
          `It takes ${RELEASES_NEEDED} different people; then run: dismantle run --operation ${operation.name}`,
        );
      const others = releases.filter((each) =>
        open.some(({ list, entry }) => list === each.list && entry === each.entry),
      );
      assertTwoHands(
        await transaction.people(),
        person,
        others.flatMap(({ persons }) => persons),
      );
      return {
        subject: known.serverId,
        terms: { operation: operation.id, lists: open.map(({ list, entry }) => ({ list, entry })), reason },
      };
    },
  };
}
