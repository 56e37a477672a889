import { findOperation } from '../flow.ts';
import type { KeptEntry } from '../ledger/export.ts';
import type { World } from '../ports/world.ts';
import type { RecordedLook } from '../ports/verdicts.ts';
import { selectEntries } from '../steps/evidence/select-entries.ts';
import { evidenceServer } from './evidence.ts';

/** A page shows no more of them; the evidence bundle has all. */
export const MOST_LOOKS = 2000;
export const MOST_ENTRIES_ABOUT = 500;

/** All looks at a server, the oldest first: the newest so many. */
export async function looksAt(world: World, name: string, server: string): Promise<readonly RecordedLook[]> {
  const operation = await findOperation(world, name);
  return world.store.read(async (transaction) => {
    const { serverId } = await evidenceServer(transaction, operation, server);
    return (await transaction.recordedLooks([{ serverId, since: null }])).slice(-MOST_LOOKS);
  });
}

/** The entries of the ledger about a server, as a bundle of evidence about it would have them: the newest so many. */
export async function entriesAbout(world: World, name: string, server: string): Promise<readonly KeptEntry[]> {
  const operation = await findOperation(world, name);
  return world.store.read(async (transaction) => {
    const found = await evidenceServer(transaction, operation, server);
    const selected = await selectEntries(transaction, { operationId: operation.id, server: found });
    const kept: KeptEntry[] = [];
    for (const { sequence } of selected.slice(-MOST_ENTRIES_ABOUT)) {
      const [entry] = await transaction.entriesAfter(sequence - 1, 1);
      if (entry !== undefined) kept.push(entry);
    }
    return kept;
  });
}
