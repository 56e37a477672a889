import type { Operation } from '../../domain/operation.ts';
import { personKey, speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { PartyRecord, RoundRecord } from '../../ports/deconfliction.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** The round of an operation that a person means: by its number, or its id. */
export async function namedRound(
  transaction: ReadTransaction,
  { id, name }: Operation,
  text: string,
): Promise<RoundRecord> {
  const queries = transaction.deconfliction();
  const [found] = await queries.rounds(id, text.trim().toLowerCase());
  if (found !== undefined) return found;
  const rounds = await queries.rounds(id);
  throw problem(
    'not-found',
    `the operation ${name} has no round ${text}`,
    rounds.length === 0
      ? `Open one with: dismantle deconflict open --operation ${name}`
      : `Known ones: ${rounds.map(({ number }) => number).join(', ')}`,
  );
}

/** A party of a round, however its name is written. */
export function knownParty({ parties }: RoundRecord, name: string): PartyRecord | null {
  return parties.find(({ party }) => personKey(party) === personKey(name)) ?? null;
}

export function namedParty(round: RoundRecord, name: string): PartyRecord {
  const found = knownParty(round, name);
  if (found !== null) return found;
  throw problem(
    'not-found',
    `${name} has not been asked in round ${round.number}`,
    round.parties.length === 0
      ? `Record whom you asked: dismantle deconflict ask ${round.number} --party NAME --kind KIND --channel TEXT`
      : `Asked were: ${round.parties.map(({ party }) => party).join(', ')}`,
  );
}

/** The id of a server of the operation, and its host. */
export async function serverOf(
  transaction: ReadTransaction,
  operation: Operation,
  text: string,
): Promise<{ readonly serverId: string; readonly host: string }> {
  const wanted = namedServer(operation.id, text);
  const server = await transaction.server(operation.id, wanted.id);
  if (server === null) throw noSuchServer(operation, wanted);
  return { serverId: server.serverId, host: server.host };
}

/** Who says something that needs no signature; the local user, while nobody is on record and no name is given. */
export async function speaker(transaction: ReadTransaction, as: string | null, actor: string): Promise<string> {
  const people = await transaction.people();
  if (as !== null) return speakerOf(people, as);
  if (people.length === 0) return actor;
  throw problem('usage', 'people are on record here, so that one of them has to say this', 'Say who with --as NAME');
}
