import { derivedId } from '../../domain/derived-id.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { QueuedMessage } from '../../ports/queueing.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** What is to leave, and who stands behind it. */
export interface DispatchRequest extends QueuedMessage {
  readonly approvedBy?: readonly string[];
}

/**
 * Puts a message on record to leave, in the caller's transaction; the next `send` carries it out. What is queued, on its way
 * or sent already stays as it is; what was cancelled or failed is queued anew. Returns the dispatch's id, or null where
 * nothing had to be done.
 */
export async function queueDispatch(
  world: World,
  transaction: WriteTransaction,
  request: DispatchRequest,
): Promise<string | null> {
  if (request.contacts.length === 0) throw new Error('a dispatch needs a contact');
  const dispatchId = dispatchIdOf(request.messageId);
  const known = await transaction.dispatch(dispatchId);
  if (known !== null && known.state !== 'cancelled' && known.state !== 'failed') return null;
  const iso = (moment: Instant | null): string | null => (moment === null ? null : isoInstant(moment));
  await transaction.append({
    actor: world.actor,
    recordedAt: world.clock.now(),
    kind: 'dispatch.queued',
    subject: dispatchId,
    body: {
      schema: 1,
      operation: request.operationId,
      notice: request.noticeId,
      dispatchKind: request.kind,
      channel: request.channel,
      contacts: request.contacts,
      messageId: request.messageId,
      inReplyTo: request.inReplyTo,
      references: request.references,
      hash: request.hash,
      notBefore: iso(request.notBefore),
      notAfter: iso(request.notAfter),
      text: request.text === null ? null : { subject: request.text.subject, body: request.text.body },
      approvedBy: request.approvedBy ?? [],
    },
  });
  return dispatchId;
}

/** One Message-ID is one dispatch. */
export function dispatchIdOf(messageId: string): string {
  return derivedId('dispatch', messageId);
}

/** "abc.copy@cert.example": a message of its own that belongs to a notice, the same at every computing. */
export function followingMessageId(messageId: string, suffix: string): string {
  const at = messageId.lastIndexOf('@');
  return `${messageId.slice(0, at)}.${suffix}${messageId.slice(at)}`;
}
