import type { PartyAnswer } from '../../domain/deconfliction.ts';
import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { silentFrom } from '../../policy/deconfliction.ts';
import type { PartyRecord, RoundRecord } from '../../ports/deconfliction.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { appendHandsOff, assertRunsOn } from './hands-off.ts';
import { namedParty, namedRound, serverOf, speaker } from './named-round.ts';

export interface AnswerWords {
  readonly round: string;
  readonly party: string;
  /** When it was given; null: now. */
  readonly at: Instant | null;
  readonly as: string;
  /** How that is known. */
  readonly reason: string;
}

/** What a party said of single servers. */
export interface HandsOffWords {
  /** As a person writes them. */
  readonly servers: readonly string[];
  readonly until: Instant;
}

/** A party's answer for a whole round, for a person to sign: "clear", or that it has been silent long enough. */
export function answerAct(
  world: World,
  operation: Operation,
  words: AnswerWords & { readonly answer: PartyAnswer },
  waitHours: number,
): SignedAct {
  const now = world.clock.now();
  return {
    name: words.as,
    act: 'deconfliction.answered',
    lock: operation.id,
    async prepare(transaction) {
      const round = await namedRound(transaction, operation, words.round);
      const party = namedParty(round, words.party);
      assertOpen(round, party, words.answer);
      if (words.answer === 'no-answer') assertSilent(party, now, waitHours);
      return {
        subject: round.roundId,
        terms: {
          operation: operation.id,
          party: party.party,
          partyKind: party.partyKind,
          answer: words.answer,
          answeredAt: isoInstant(momentOfAnswer(party, words, now)),
          note: words.reason,
        },
      };
    },
  };
}

/** "Hands off" these servers, and clear for all others of the round. */
export function handsOffAndClearAct(
  world: World,
  operation: Operation,
  words: AnswerWords,
  handsOff: HandsOffWords,
): SignedAct {
  const clear = answerAct(world, operation, { ...words, answer: 'clear' }, 0);
  assertRunsOn(handsOff.until, world.clock.now());
  return {
    ...clear,
    async prepare(transaction, person) {
      await serversOfAnswer(transaction, operation, words, handsOff);
      return clear.prepare(transaction, person);
    },
    async also(transaction, person) {
      const { party, servers } = await serversOfAnswer(transaction, operation, words, handsOff);
      for (const serverId of servers) {
        const word = { party: party.party, until: handsOff.until, note: words.reason, by: person.person };
        await appendHandsOff(world, transaction, operation, serverId, word);
      }
    },
  };
}

/** "Hands off" these servers; for the others of the round the party's answer is still waited for. Returns how many. */
export function recordHandsOffAnswer(
  world: World,
  operation: Operation,
  words: AnswerWords,
  handsOff: HandsOffWords,
): Promise<number> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    assertRunsOn(handsOff.until, world.clock.now());
    const by = await speaker(transaction, words.as, world.actor);
    const { party, servers } = await serversOfAnswer(transaction, operation, words, handsOff);
    for (const serverId of servers) {
      const word = { party: party.party, until: handsOff.until, note: words.reason, by };
      await appendHandsOff(world, transaction, operation, serverId, word);
    }
    return servers.length;
  });
}

async function serversOfAnswer(
  transaction: ReadTransaction,
  operation: Operation,
  words: AnswerWords,
  { servers }: HandsOffWords,
): Promise<{ readonly party: PartyRecord; readonly servers: readonly string[] }> {
  const round = await namedRound(transaction, operation, words.round);
  const party = namedParty(round, words.party);
  const named = new Set<string>();
  for (const text of servers) named.add((await serverOf(transaction, operation, text)).serverId);
  if (named.size === 0) throw problem('usage', 'hands off what?', 'Name the servers: --servers 192.0.2.11,192.0.2.12');
  return { party, servers: [...named].toSorted() };
}

/** An answer stands; only silence may still be broken. */
function assertOpen(round: RoundRecord, { party, answer }: PartyRecord, given: PartyAnswer): void {
  if (answer === null || (answer === 'no-answer' && given === 'clear')) return;
  throw problem(
    'refused',
    `${party} is on record in round ${round.number} as "${answer}" already`,
    'What it says of single servers later: dismantle hands-off SERVER --party NAME --until TIME',
  );
}

function assertSilent({ party, askedAt }: PartyRecord, now: Instant, waitHours: number): void {
  const from = silentFrom(askedAt, waitHours);
  if (now >= from) return;
  throw problem(
    'refused',
    `${party} was asked on ${readableInstant(askedAt)}, and counts as silent from ${readableInstant(from)} on`,
    'Wait, ask again by another channel, or have two people skip it: dismantle deconflict skip',
  );
}

function momentOfAnswer({ party, askedAt }: PartyRecord, { at }: AnswerWords, now: Instant): Instant {
  // Never before the question, which a clock that ran ahead may have dated.
  if (at === null) return Math.max(now, askedAt);
  if (at > now) throw problem('usage', '--at lies in the future', 'Record an answer once it has come');
  if (at < askedAt) throw problem('usage', `--at lies before ${party} was asked, on ${readableInstant(askedAt)}`);
  return at;
}
