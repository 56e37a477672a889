import { PARTY_KINDS } from '../domain/deconfliction.ts';
import type { PartyAnswer, PartyKind } from '../domain/deconfliction.ts';
import { parseInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { problem } from '../domain/problem.ts';
import { findOperation, operationNamed } from '../flow.ts';
import { roundStanding } from '../policy/deconfliction.ts';
import type { RoundStanding } from '../policy/deconfliction.ts';
import type { Hands } from '../policy/two-hands.ts';
import type { HandsOffRecord, RoundRecord } from '../ports/deconfliction.ts';
import type { Signing } from '../ports/signing.ts';
import type { World } from '../ports/world.ts';
import { answerAct, handsOffAndClearAct, recordHandsOffAnswer } from '../steps/deconflict/answer-round.ts';
import type { AnswerWords, HandsOffWords } from '../steps/deconflict/answer-round.ts';
import { askParty } from '../steps/deconflict/ask-party.ts';
import type { QuestionWords } from '../steps/deconflict/ask-party.ts';
import { liftAct, recordHandsOff } from '../steps/deconflict/hands-off.ts';
import { namedRound } from '../steps/deconflict/named-round.ts';
import { openRound } from '../steps/deconflict/open-round.ts';
import type { OpenedRound } from '../steps/deconflict/open-round.ts';
import { listRound } from '../steps/deconflict/round-list.ts';
import type { RoundList } from '../steps/deconflict/round-list.ts';
import { skipAct, skipHands } from '../steps/deconflict/skip-kind.ts';
import type { SkipWords } from '../steps/deconflict/skip-kind.ts';
import { oneLine } from '../steps/intake/import-options.ts';
import { actSigned } from '../steps/people/act-signed.ts';

/*
 * Asking others who may be at work on the same servers, before anybody is written to.
 */

/** Opens a round over what no earlier round speaks for. */
export async function openDeconfliction(world: World, name: string, as: string | null): Promise<OpenedRound> {
  return openRound(world, await findOperation(world, name), as);
}

/** What a party of that kind may be handed about a round. */
export async function listDeconfliction(
  world: World,
  name: string,
  round: string,
  partyKind: PartyKind | null,
): Promise<RoundList> {
  return listRound(world, await findOperation(world, name), round, partyKind);
}

export async function askForDeconfliction(world: World, name: string, words: QuestionWords): Promise<number> {
  return askParty(world, await findOperation(world, name), {
    ...words,
    party: partyName(words.party),
    channel: oneLine(words.channel, '--channel', 200),
  });
}

/** A signed answer for a whole round. */
export async function answerDeconfliction(
  world: World,
  signing: Signing,
  name: string,
  words: AnswerWords & { readonly answer: PartyAnswer },
  waitHours: number,
): Promise<void> {
  await actSigned(world, signing, answerAct(world, await findOperation(world, name), said(words), waitHours));
}

/** "Hands off" some servers; with `signing`, the party is clear for all others, which a person signs. */
export async function answerHandsOff(
  world: World,
  signing: Signing | null,
  name: string,
  words: AnswerWords,
  handsOff: HandsOffWords,
): Promise<void> {
  const operation = await findOperation(world, name);
  if (signing === null) await recordHandsOffAnswer(world, operation, said(words), handsOff);
  else await actSigned(world, signing, handsOffAndClearAct(world, operation, said(words), handsOff));
}

export async function skipDeconfliction(world: World, signing: Signing, name: string, words: SkipWords): Promise<void> {
  const reason = oneLine(words.reason, '--reason', 1000);
  await actSigned(world, signing, skipAct(await findOperation(world, name), { ...words, reason }));
}

/** Rounds with what each still waits for; one where a round is named. */
export async function deconflictionStatus(
  world: World,
  name: string,
  round: string | null,
): Promise<readonly RoundStatus[]> {
  return world.store.read(async (transaction) => {
    const operation = await operationNamed(transaction, name);
    const rounds =
      round === null
        ? await transaction.deconfliction().rounds(operation.id)
        : [await namedRound(transaction, operation, round)];
    return rounds.map((each) => ({ ...each, standing: roundStanding(each) }));
  });
}

/** Of each kind of party, who has said that it is not asked, and who may. */
export async function skipStandings(world: World, name: string, round: string): Promise<readonly SkipStanding[]> {
  return world.store.read(async (transaction) => {
    const found = await namedRound(transaction, await operationNamed(transaction, name), round);
    const people = await transaction.people();
    return PARTY_KINDS.map((partyKind) => ({ partyKind, hands: skipHands(found, partyKind, people) }));
  });
}

export interface SkipStanding {
  readonly partyKind: PartyKind;
  readonly hands: Hands;
}

export interface RoundStatus extends RoundRecord {
  readonly standing: RoundStanding;
}

/** A party wants a server left alone; it blocks at once. Returns the server's host. */
export async function handsOff(
  world: World,
  name: string,
  server: string,
  words: { readonly party: string; readonly until: Instant; readonly as: string; readonly reason: string },
): Promise<string> {
  const { as, until } = words;
  const note = oneLine(words.reason, '--reason', 1000);
  const operation = await findOperation(world, name);
  return recordHandsOff(world, operation, server, { as: speakerName(as), until, party: partyName(words.party), note });
}

export async function liftHandsOff(
  world: World,
  signing: Signing,
  name: string,
  server: string,
  words: { readonly as: string; readonly reason: string },
): Promise<void> {
  const operation = await findOperation(world, name);
  const reason = oneLine(words.reason, '--reason', 1000);
  await actSigned(world, signing, liftAct(world, operation, server, { ...words, reason }));
}

export async function listHandsOffs(world: World, name: string): Promise<readonly HandsOffRecord[]> {
  const { id } = await findOperation(world, name);
  return world.store.read((transaction) => transaction.deconfliction().handsOffs({ operationId: id }));
}

export function partyKindOf(text: string): PartyKind {
  const found = PARTY_KINDS.find((kind) => kind === text);
  if (found !== undefined) return found;
  throw problem('usage', `--kind "${text}" is not one of ${PARTY_KINDS.join(', ')}`);
}

export function instantOf(text: string, option: string): Instant {
  const found = parseInstant(text);
  if (found !== null) return found;
  throw problem(
    'usage',
    `${option} "${text}" is no moment`,
    `Write it year first: ${option} 2026-11-25 or 2026-11-25T07:30Z`,
  );
}

function said<Words extends AnswerWords>(words: Words): Words {
  return { ...words, as: speakerName(words.as), reason: oneLine(words.reason, '--reason', 1000) };
}

export function partyName(text: string): string {
  return oneLine(text, '--party', 120);
}

export function speakerName(text: string): string {
  return oneLine(text, '--as', 100);
}

export { roundCsv } from '../steps/deconflict/round-list.ts';
export type { RoundList } from '../steps/deconflict/round-list.ts';
export type { OpenedRound } from '../steps/deconflict/open-round.ts';
