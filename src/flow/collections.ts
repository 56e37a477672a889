import { findOperation } from '../flow.ts';
import type { Contribution } from '../domain/contribution.ts';
import type { World } from '../ports/world.ts';
import { publishCollections } from '../steps/share/publish-collections.ts';
import type { Published } from '../steps/share/publish-collections.ts';
import { importFile } from '../steps/intake/import-file.ts';
import { parseImportOptions } from '../steps/intake/import-options.ts';
import { receiveContribution } from '../steps/share/receive-contribution.ts';
import type { HandedIn } from '../steps/share/receive-contribution.ts';
import { settleContributions } from '../steps/share/settle-contributions.ts';
import type { SettledContribution } from '../steps/share/settle-contributions.ts';

/*
 * Collections: what each recipient of an operation can fetch over TAXII. `dismantle give` writes the same for one moment.
 */

/** Keeps what a partner hands in until `takeContributions`. */
export function handIn(world: World, handedIn: HandedIn): Promise<Contribution> {
  return receiveContribution(world, handedIn);
}

/** Has intake take what partners have handed in to an operation. */
export async function takeContributions(world: World, name: string): Promise<readonly SettledContribution[]> {
  const operation = await findOperation(world, name);
  return settleContributions(world, operation, (input, words) =>
    importFile(world, operation, input, parseImportOptions(words)),
  );
}

/** Brings the collections of an operation to what its recipients may have. Cheap where nothing has been recorded since. */
export async function publish(world: World, name: string, organisation: string | null): Promise<Published> {
  return publishCollections(world, await findOperation(world, name), organisation);
}

/** After an erasure: collections of all operations that have any say no more of what is gone. */
export async function publishAfterErasure(world: World, organisation: string | null): Promise<void> {
  const collections = await world.store.read((transaction) => transaction.collections(null));
  for (const operation of new Set(collections.map((each) => each.operation)))
    await publish(world, operation, organisation);
}

export type { Contribution, HandedIn, Published, SettledContribution };
