import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** A bounce that came back by mail after the server had taken the message. */
export interface Bounce {
  readonly dispatchId: string;
  /** The mailbox that it names; null where it names none. */
  readonly recipient: string | null;
  readonly reason: string;
}

/**
 * Turns to the next listed contact, or to a person where none is left; in the caller's transaction, which holds the operation.
 * A bounce that names another mailbox than the one that was written to last changes nothing: anybody can write one.
 */
export async function dispatchBounced(world: World, transaction: WriteTransaction, bounce: Bounce): Promise<boolean> {
  const dispatch = await transaction.dispatch(bounce.dispatchId);
  if (dispatch === null || dispatch.state !== 'sent' || dispatch.recipient === null) return false;
  if (bounce.recipient?.toLowerCase() !== dispatch.recipient.toLowerCase()) return false;
  const isLast = dispatch.contactIndex + 1 >= dispatch.contacts.length;
  await transaction.append({
    actor: world.actor,
    recordedAt: world.clock.now(),
    kind: 'dispatch.bounced',
    subject: dispatch.dispatchId,
    body: {
      schema: 1,
      operation: dispatch.operationId,
      notice: dispatch.noticeId,
      recipient: dispatch.recipient,
      response: bounce.reason.slice(0, 500),
      next: isLast ? 'person' : 'next-contact',
    },
  });
  return true;
}
