import { z } from 'zod';
import { collectionId } from '../../src/domain/collection.ts';
import type { CollectionFilter } from '../../src/domain/collection.ts';
import { deconflict } from './deconfliction.ts';
import { openApprovalLab } from './approvals.ts';
import type { ApprovalLab } from './approvals.ts';
import { inTransactionAs } from './database.ts';
import type { TestDatabase } from './database.ts';
import { labLocator } from './world.ts';
import type { TestWorld } from './world.ts';

export const COLLECTED = ['192.0.2.11', '192.0.2.12', '198.51.100.7', '203.0.113.9'] as const;

/** A drill of four servers, two of them in Germany and at Prairie, all of which may be given. */
export async function openCollectionLab(database: TestDatabase): Promise<ApprovalLab> {
  const lab = await openApprovalLab(database, {
    hosts: COLLECTED,
    sources: {
      locator: labLocator({ '192.0.2.': { asn: 64496, holder: 'Prairie' } }),
      warningLists: { 'some-list': ['198.51.100.250/32'] },
    },
  });
  await deconflict(lab.world, lab.ada);
  return lab;
}

export const EVERYTHING: CollectionFilter = {
  addedAfter: null,
  ids: null,
  types: null,
  versions: { last: false, first: false, all: true, at: [] },
};
export const LATEST: CollectionFilter = { ...EVERYTHING, versions: { last: true, first: false, all: false, at: [] } };

export const servedObject = z.looseObject({
  id: z.string(),
  type: z.string(),
  created: z.string().optional(),
  modified: z.string().optional(),
  revoked: z.boolean().optional(),
});
export type ServedObject = z.infer<typeof servedObject>;

/** What a collection shows, in the order of adding. */
export async function objectsIn(
  world: TestWorld,
  recipient: string,
  filter: CollectionFilter = LATEST,
): Promise<readonly ServedObject[]> {
  return world.store.read(async (transaction) => {
    const operation = await transaction.findOperation('lab');
    const rows = await transaction.collectionObjects(collectionId(operation?.id ?? '', recipient), filter, 100_000);
    return rows.map(({ object }) => servedObject.parse(JSON.parse(object)));
  });
}

export async function recipientsWithCollections(world: TestWorld): Promise<readonly string[]> {
  const collections = await world.store.read((transaction) => transaction.collections(null));
  return collections.map(({ recipient }) => recipient);
}

/** A partner as an administrator would set it. */
export async function addPartner(
  database: TestDatabase,
  world: TestWorld,
  key: string,
  recipients: readonly string[],
  mayContribute = false,
): Promise<void> {
  await inTransactionAs(database.access.app, world.organisationId, (session) =>
    session.run(
      `insert into partner (organisation_id, partner, name, recipients, may_contribute, reliability, independence_group, set_at)
       values ($1, $2, $2, $3, $4, 'B', $2, '2026-11-20')`,
      [world.organisationId, key, recipients, mayContribute],
    ),
  );
}
