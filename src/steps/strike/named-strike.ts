import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import type { Strike } from '../../domain/strike.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** The strike of an operation that a person means: by its number, or its id. */
export async function namedStrike(
  transaction: ReadTransaction,
  { id, name }: Operation,
  text: string,
): Promise<Strike> {
  const strikes = await transaction.strikes(id);
  const wanted = text.trim().toLowerCase();
  const found = strikes.find(({ number, strikeId }) => String(number) === wanted || strikeId === wanted);
  if (found !== undefined) return found;
  throw problem(
    'not-found',
    `the operation ${name} has no strike ${text}`,
    strikes.length === 0
      ? `Plan one with: dismantle strike plan --operation ${name}`
      : `Known ones: ${strikes.map(({ number }) => number).join(', ')}`,
  );
}
