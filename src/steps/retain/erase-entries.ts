import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import type { PlannedErasure } from './plan-erasure.ts';

/**
 * Carries a plan out: first the entry that says so, then the erasing, in one transaction. What is erased stays as a
 * commitment that nobody can open any more, so that the ledger still audits.
 */
export async function eraseEntries(
  world: World,
  reason: string,
  plan: (transaction: ReadTransaction) => Promise<readonly PlannedErasure[]>,
): Promise<readonly PlannedErasure[]> {
  return world.store.write(async (transaction) => {
    const planned = await plan(transaction);
    if (planned.length === 0) return planned;
    const sequences = planned.map(({ sequence }) => sequence);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'erasure',
      subject: sequences.join(' ').slice(0, 200),
      body: { schema: 1, sequences, reason },
    });
    world.progress.step('erasing, and making the state anew from what is left');
    await transaction.erase(sequences);
    return planned;
  });
}
