import type { WorkCount, WorkRecord, WorkerRecord } from '../ports/work.ts';
import type { World } from '../ports/world.ts';

/*
 * Who works here, and what waits for them.
 */

/** Without a word from it for so long, a worker is taken to be gone. */
const SILENT_MS = 30_000;

export interface WorkerView extends WorkerRecord {
  readonly isSilent: boolean;
}

export interface WorkOverview {
  readonly workers: readonly WorkerView[];
  /** Workers at work decide by different settings: names and hashes differ. */
  readonly settingsDiffer: boolean;
  readonly work: readonly WorkCount[];
  /** What failed when it was last tried, with the name of the operation, the source or the provider that it is about. */
  readonly failing: readonly (WorkRecord & { readonly about: string })[];
}

const MOST_FAILING = 100;

export async function workOverview(world: World): Promise<WorkOverview> {
  const now = world.clock.now();
  return world.store.read(async (transaction) => {
    const workers = (await transaction.workers()).map((worker) => ({
      ...worker,
      isSilent: now - worker.seenAt > SILENT_MS,
    }));
    const named = [...(await transaction.operations()), ...(await transaction.feedSources())];
    const names = new Map(named.map(({ id, name }) => [id, name]));
    for (const { id, provider } of await transaction.webhooks()) names.set(id, provider);
    const records = await transaction.workRecords(MOST_FAILING);
    return {
      workers,
      settingsDiffer: new Set(workers.filter(({ isSilent }) => !isSilent).map(({ settings }) => settings)).size > 1,
      work: await transaction.workCounts(now),
      failing: records
        .filter(({ failures }) => failures > 0)
        .map((record) => ({ ...record, about: names.get(record.subject) ?? record.subject })),
    };
  });
}

export type { WorkCount, WorkRecord } from '../ports/work.ts';
