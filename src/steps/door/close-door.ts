import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';

/** Ends a door before its time. What was said at it stays; its page says that it is closed, and whom to write to. */
export async function closeDoor(
  world: World,
  noticeId: string,
  words: { readonly person: string; readonly reason: string },
): Promise<void> {
  await world.store.write(async (transaction) => {
    const found = await transaction.door(noticeId);
    if (found === null) throw noDoor();
    await transaction.lockOperation(found.operationId);
    const by = speakerOf(await transaction.people(), words.person);
    const door = await transaction.door(noticeId);
    if (door === null) throw noDoor();
    if (door.closedAt !== null) throw problem('refused', `the door of ${door.reference} is closed already`);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'door.closed',
      subject: noticeId,
      body: { schema: 1, operation: door.operationId, by, reason: words.reason },
    });
  });
}

export function noDoor(): Error {
  return problem(
    'not-found',
    'this notice has no door',
    'Notices that are drafted while http.publicUrl is set have one: docs/door.md',
  );
}
