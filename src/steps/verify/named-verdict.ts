import type { LookOutcome } from '../../domain/look.ts';
import type { Operation } from '../../domain/operation.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { VerdictFacts } from '../../ports/verdicts.ts';
import type { ServerView } from '../../ports/views.ts';

export interface NamedVerdict {
  readonly server: ServerView;
  readonly facts: VerdictFacts;
  /** What it is found to be; before the first verdict what somebody wrote down last. Null: nobody has looked. */
  readonly standing: LookOutcome | null;
}

/** The server that a person names, with how it stands. */
export async function namedVerdict(
  transaction: ReadTransaction,
  operation: Operation,
  text: string,
): Promise<NamedVerdict> {
  const wanted = namedServer(operation.id, text);
  const server = await transaction.server(operation.id, wanted.id);
  const [facts] = await transaction.verdictFacts(operation.id, [wanted.id]);
  if (server === null || facts === undefined) throw noSuchServer(operation, wanted);
  return { server, facts, standing: facts.verdict?.verdict ?? server.lastLook };
}
