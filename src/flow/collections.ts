import { findOperation } from '../flow.ts';
import type { World } from '../ports/world.ts';
import { publishCollections } from '../steps/share/publish-collections.ts';
import type { Published } from '../steps/share/publish-collections.ts';

/*
 * Collections: what each recipient of an operation can fetch over TAXII. `dismantle give` writes the same for one moment.
 */

/** Brings the collections of an operation to what its recipients may have. Cheap where nothing has been recorded since. */
export async function publish(world: World, name: string, organisation: string | null): Promise<Published> {
  return publishCollections(world, await findOperation(world, name), organisation);
}

export type { Published };
