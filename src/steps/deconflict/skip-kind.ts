import type { PartyKind, Round } from '../../domain/deconfliction.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertTwoHands } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { SIGNED_KINDS, SKIPPED_KIND } from '../../ledger/signed-act.ts';
import { SKIPS_NEEDED, roundStanding } from '../../policy/deconfliction.ts';
import { handsOf } from '../../policy/two-hands.ts';
import type { Hands } from '../../policy/two-hands.ts';
import type { PersonRecord } from '../../ports/people.ts';
import type { SignedAct } from '../../ports/signing.ts';
import { namedRound } from './named-round.ts';

export interface SkipWords {
  readonly round: string;
  readonly partyKind: PartyKind;
  readonly as: string;
  readonly reason: string;
}

/** Who has said that a kind of party is not asked, and who may: what `skipAct` would say of each. */
export function skipHands(round: Round, kind: PartyKind, people: readonly PersonRecord[]): Hands {
  const standing = roundStanding(round).kinds.find((each) => each.kind === kind);
  const given = standing?.skippedBy ?? [];
  const isOver = standing?.state === 'answered' || standing?.state === 'skipped';
  return handsOf(people, {
    refused: isOver ? `in round ${round.number} nothing of ${kind} is missing` : null,
    needed: SKIPS_NEEDED,
    roles: SIGNED_KINDS[SKIPPED_KIND] ?? [],
    given,
    missing: null,
    keeps: ({ person }) => (given.includes(person) ? 'has skipped it already' : null),
  });
}

/** A person's word that a kind of party is not asked, to be signed. It counts once two different people have said it. */
export function skipAct(operation: Operation, { round: text, partyKind, as, reason }: SkipWords): SignedAct {
  return {
    name: as,
    act: 'deconfliction.skipped',
    lock: operation.id,
    async prepare(transaction, signer) {
      const { person, name } = signer;
      const round = await namedRound(transaction, operation, text);
      const standing = roundStanding(round).kinds.find(({ kind }) => kind === partyKind);
      if (standing?.skippedBy.includes(person) === true) {
        throw problem(
          'refused',
          `${name} has skipped ${partyKind} in round ${round.number} already; the same person twice is one`,
          'A second person has to say so, too',
        );
      }
      if (standing?.state === 'answered' || standing?.state === 'skipped') {
        throw problem('refused', `in round ${round.number} nothing of ${partyKind} is missing`);
      }
      assertTwoHands(await transaction.people(), signer, standing?.skippedBy ?? []);
      return { subject: round.roundId, terms: { operation: operation.id, partyKind, reason } };
    },
  };
}
