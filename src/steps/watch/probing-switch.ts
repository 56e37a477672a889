import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

interface Words {
  readonly person: string;
  readonly reason: string;
}

/** Lets the servers of an operation be looked at, until somebody stops it. */
export function probingStart(operation: Operation, { person: name, reason }: Words): SignedAct {
  return {
    name,
    act: 'operation.probing-started',
    lock: operation.id,
    async prepare(transaction) {
      await assertOpen(transaction, operation, 'is not looked at');
      if (await isProbingOn(transaction, operation)) {
        throw problem('refused', `probing is on for ${operation.name} already`, 'See: dismantle probing show');
      }
      return { subject: operation.id, terms: { operation: operation.id, reason } };
    },
  };
}

/** Stops it at once. Whoever is on record may, without a key: it lets nothing out. */
export async function stopProbing(world: World, operation: Operation, words: Words): Promise<void> {
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    if (!(await isProbingOn(transaction, operation))) {
      throw problem('refused', `probing is not on for ${operation.name}`, 'See what is: dismantle probing show');
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'operation.probing-stopped',
      subject: operation.id,
      body: {
        schema: 1,
        operation: operation.id,
        reason: words.reason,
        by: speakerOf(await transaction.people(), words.person),
      },
    });
  });
}

export async function isProbingOn(transaction: ReadTransaction, operation: Operation): Promise<boolean> {
  const probings = await transaction.probings(operation.id);
  return probings.some(({ stoppedAt }) => stoppedAt === null);
}

/** Refuses what is not done for an operation that somebody has closed: as it stands now, not when it was read. */
export async function assertOpen(transaction: ReadTransaction, operation: Operation, whatNot: string): Promise<void> {
  assertNotClosed((await transaction.findOperation(operation.name)) ?? operation, whatNot);
}

/** The same of an operation as it was read just now. */
export function assertNotClosed({ name, closedAt }: Operation, whatNot: string): void {
  if ((closedAt ?? null) === null) return;
  throw problem(
    'refused',
    `${name} is closed, and ${whatNot}`,
    `Open it again first: dismantle operation reopen --operation ${name}`,
  );
}
