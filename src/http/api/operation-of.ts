import type { World } from '../../ports/world.ts';
import { notHere } from '../problem.ts';
import { z } from '../route.ts';

/** The parameter by which routes name an operation. */
export function anOperation(): z.ZodObject<{ operation: z.ZodString }> {
  return z.object({ operation: z.string().min(1).max(200).openapi({ description: 'Its name or its id' }) });
}

/** The name of an operation of the world's organisation, by name or id; what is not there is not here. */
export async function operationOf(world: World, named: string): Promise<string> {
  const operations = await world.store.read((transaction) => transaction.operations());
  const found =
    operations.find(({ name }) => name === named) ?? operations.find(({ id }) => id === named.toLowerCase());
  if (found === undefined) throw notHere();
  return found.name;
}
