import { PARTY_KINDS } from '../../src/domain/deconfliction.ts';
import type { PartyKind } from '../../src/domain/deconfliction.ts';
import {
  answerDeconfliction,
  answerHandsOff,
  askForDeconfliction,
  handsOff,
  liftHandsOff,
  openDeconfliction,
  skipDeconfliction,
} from '../../src/flow/deconflict.ts';
import { look } from '../../src/flow/look.ts';
import type { LookOutcome } from '../../src/domain/look.ts';
import type { World } from '../../src/ports/world.ts';
import type { TestKey } from './ssh-keys.ts';

/** A person on record, with the key that signs. */
export interface Enrolled {
  readonly name: string;
  readonly key: Pick<TestKey, 'signing'>;
}

export const PARTIES: Readonly<Record<PartyKind, string>> = {
  'law-enforcement': 'Police Example',
  csirt: 'CSIRT Example',
  'sinkhole-operator': 'Sinkhole Example',
};

export function ask(
  world: World,
  person: Enrolled,
  round: number,
  partyKind: PartyKind,
  party: string = PARTIES[partyKind],
): Promise<number> {
  const words = { round: String(round), party, partyKind, channel: 'desk@party.example' };
  return askForDeconfliction(world, 'lab', { ...words, at: null, as: person.name });
}

export function answer(
  world: World,
  person: Enrolled,
  round: number,
  partyKind: PartyKind,
  said: 'clear' | 'no-answer' = 'clear',
  party: string = PARTIES[partyKind],
): Promise<void> {
  const words = { round: String(round), party, at: null, as: person.name, reason: 'call of 9:40' };
  return answerDeconfliction(world, person.key.signing, 'lab', { ...words, answer: said }, 24);
}

/** Opens a round, has all three kinds of party asked, and each say that it is clear. Returns its number. */
export async function deconflict(world: World, person: Enrolled): Promise<number> {
  const { round } = await openDeconfliction(world, 'lab', person.name);
  if (round === null) throw new Error('there is nothing new to ask about');
  for (const kind of PARTY_KINDS) {
    await ask(world, person, round.number, kind);
    await answer(world, person, round.number, kind);
  }
  return round.number;
}

export function sayHandsOff(world: World, person: Enrolled, server: string, until: number): Promise<string> {
  return handsOff(world, 'lab', server, {
    party: PARTIES['law-enforcement'],
    until,
    as: person.name,
    reason: 'being watched',
  });
}

export function lift(world: World, person: Enrolled, server: string): Promise<void> {
  return liftHandsOff(world, person.key.signing, 'lab', server, { as: person.name, reason: 'they agree' });
}

export function skip(world: World, person: Enrolled, round: number, partyKind: PartyKind): Promise<void> {
  const words = { round: String(round), partyKind, as: person.name, reason: 'none is known here' };
  return skipDeconfliction(world, person.key.signing, 'lab', words);
}

/** The answer of the police to a round: hands off one server, and clear for the others where that is signed. */
export function answerHandsOffOne(
  world: World,
  person: Enrolled,
  round: number,
  words: { readonly servers: readonly string[]; readonly until: number; readonly isRestClear: boolean },
): Promise<void> {
  const { servers, until, isRestClear } = words;
  const said = {
    round: String(round),
    party: PARTIES['law-enforcement'],
    at: null,
    as: person.name,
    reason: 'being watched',
  };
  return answerHandsOff(world, isRestClear ? person.key.signing : null, 'lab', said, { servers, until });
}

/** Somebody looked at a server, and saw this. */
export function sayLook(world: World, person: string, server: string, outcome: LookOutcome, at: string) {
  return look(
    world,
    'lab',
    [{ server, port: '443', at, vantage: 'our own line', outcome, how: 'TLS handshake' }],
    person,
  );
}
