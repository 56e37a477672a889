import type { PartyKind } from '../../domain/deconfliction.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertTwoHands } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { roundStanding } from '../../policy/deconfliction.ts';
import type { SignedAct } from '../../ports/signing.ts';
import { namedRound } from './named-round.ts';

export interface SkipWords {
  readonly round: string;
  readonly partyKind: PartyKind;
  readonly as: string;
  readonly reason: string;
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
