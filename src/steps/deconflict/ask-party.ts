import type { PartyKind } from '../../domain/deconfliction.ts';
import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';
import { knownParty, namedRound, speaker } from './named-round.ts';

export interface QuestionWords {
  readonly round: string;
  readonly party: string;
  readonly partyKind: PartyKind;
  readonly channel: string;
  /** Null: now. */
  readonly at: Instant | null;
  readonly as: string | null;
}

/** People write moments to the minute. */
const MINUTE_MS = 60_000;

/** Records that a party was asked. Returns the number of the round. */
export function askParty(world: World, operation: Operation, words: QuestionWords): Promise<number> {
  const { party, partyKind, channel } = words;
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = await speaker(transaction, words.as, world.actor);
    const round = await namedRound(transaction, operation, words.round);
    const known = knownParty(round, party);
    if (known !== null) {
      throw problem(
        'refused',
        `${known.party} was asked in round ${round.number} on ${readableInstant(known.askedAt)}`,
        `Record what came back: dismantle deconflict answer ${round.number} --party NAME --answer clear|no-answer|hands-off`,
      );
    }
    const now = world.clock.now();
    // A clock that ran ahead when the round was opened may have been set back since: what is asked now is asked after that.
    const at = words.at ?? Math.max(now, round.openedAt);
    if (words.at !== null && at > now)
      throw problem('usage', '--at lies in the future', 'Record a question once it has been asked');
    if (at < round.openedAt - (round.openedAt % MINUTE_MS)) {
      throw problem(
        'refused',
        `round ${round.number} was opened on ${readableInstant(round.openedAt)}: nobody can have been asked about it before`,
        'Hand over the list of the round, then record when that was',
      );
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'deconfliction.asked',
      subject: round.roundId,
      body: {
        schema: 1,
        operation: operation.id,
        party,
        partyKind,
        channel,
        askedAt: isoInstant(Math.max(at, round.openedAt)),
        by,
      },
    });
    return round.number;
  });
}
