import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';

/** When the notices of an operation are to leave; null takes the aim back. */
export interface Aim {
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
}

/** Records the aim. Notices are drafted anew with it by the next run: whoever approves them approves the moment as well. */
export async function aimNotices(world: World, operation: Operation, by: string, aim: Aim): Promise<void> {
  const now = world.clock.now();
  if (aim.notBefore !== null && aim.notBefore <= now) {
    throw problem('usage', 'the aim lies in the past', 'Give a moment to come: 2026-11-30T14:00Z');
  }
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind: 'notice.aimed',
      subject: operation.id,
      body: {
        schema: 1,
        operation: operation.id,
        notBefore: aim.notBefore === null ? null : isoInstant(aim.notBefore),
        notAfter: aim.notAfter === null ? null : isoInstant(aim.notAfter),
        by,
      },
    });
  });
}
