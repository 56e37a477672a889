import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { isoInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';

interface Words {
  readonly person: string;
  readonly reason: string;
}

/** Ends an operation: nothing of it is looked at or sent from then on. Corrections still go, since they undo harm. */
export async function closeOperation(world: World, operation: Operation, words: Words): Promise<void> {
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    if (((await transaction.findOperation(operation.name))?.closedAt ?? null) !== null) {
      throw problem('refused', `${operation.name} is closed already`, 'See: dismantle operation list');
    }
    const by = speakerOf(await transaction.people(), words.person);
    const now = world.clock.now();
    const entry = { actor: world.actor, recordedAt: now, subject: operation.id };
    const armings = await transaction.armings(operation.id);
    if (armings.some(({ disarmedAt, until }) => disarmedAt === null && until > isoInstant(now))) {
      const body = { schema: 1, reason: words.reason, by };
      await transaction.append({ ...entry, kind: 'operation.disarmed', body });
    }
    const body = { schema: 1, operation: operation.id, reason: words.reason, by };
    await transaction.append({ ...entry, kind: 'operation.closed', body });
  });
}

/** Opens it again: neither looking nor sending comes back by that. */
export async function reopenOperation(world: World, operation: Operation, words: Words): Promise<void> {
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    if (((await transaction.findOperation(operation.name))?.closedAt ?? null) === null) {
      throw problem('refused', `${operation.name} is open`, 'See: dismantle operation list');
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'operation.reopened',
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
