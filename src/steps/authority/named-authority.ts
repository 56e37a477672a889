import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import type { AuthorityRecord } from '../../ports/authorities.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** The authority of an operation that a person means: by its reference in any case, or its id. */
export async function namedAuthority(
  transaction: ReadTransaction,
  { id, name }: Operation,
  text: string,
): Promise<AuthorityRecord> {
  const authorities = await transaction.authorities().list(id);
  const wanted = text.trim().toLowerCase();
  const found = authorities.find(
    ({ reference, authorityId }) => reference.toLowerCase() === wanted || authorityId === wanted,
  );
  if (found !== undefined) return found;
  throw problem(
    'not-found',
    `the operation ${name} has no authority ${text}`,
    authorities.length === 0
      ? 'Put one on record with: dismantle authority add'
      : `Known ones: ${authorities.map(({ reference }) => reference).join(', ')}`,
  );
}
