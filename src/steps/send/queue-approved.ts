import type { DispatchChannel } from '../../domain/dispatch.ts';
import type { DispatchNotice } from '../../ports/dispatches.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { followingMessageId, queueDispatch } from './queue-dispatch.ts';

/**
 * Queues what has got its last approval: the notice itself, and the copies for the national CSIRTs, which are informed in
 * parallel and not after. In the caller's transaction, which holds the operation. Returns how many messages were queued.
 */
export async function queueApproved(world: World, transaction: WriteTransaction, operationId: string): Promise<number> {
  let queued = 0;
  for (const noticeId of await transaction.approvedNotices(operationId)) {
    const notice = await transaction.noticeToSend(noticeId);
    if (notice === null) continue;
    const about = {
      operationId,
      noticeId,
      hash: notice.hash,
      notBefore: notice.notBefore,
      notAfter: notice.notAfter,
      approvedBy: notice.approvedBy,
    };
    const { channel, contacts } = wayOf(notice);
    if (contacts.length > 0) {
      const request = { ...about, kind: 'notice' as const, channel, contacts };
      const first = { messageId: notice.messageId, inReplyTo: null, references: [], text: null };
      if ((await queueDispatch(world, transaction, { ...request, ...first })) !== null) queued += 1;
    }
    queued += await queueCopies(world, transaction, notice, about);
  }
  return queued;
}

async function queueCopies(
  world: World,
  transaction: WriteTransaction,
  notice: DispatchNotice,
  about: Pick<Parameters<typeof queueDispatch>[2], 'operationId' | 'noticeId' | 'hash' | 'notBefore' | 'notAfter'>,
): Promise<number> {
  if (notice.copy === null) return 0;
  let queued = 0;
  for (const [index, { contact }] of notice.informed.entries()) {
    if (contact === null) continue;
    const id = await queueDispatch(world, transaction, {
      ...about,
      kind: 'csirt-copy',
      channel: 'mail',
      contacts: [contact],
      messageId: followingMessageId(notice.messageId, `copy${index + 1}`),
      // The copy names the notice, so that whoever gets both sees one thread.
      inReplyTo: notice.messageId,
      references: [notice.messageId],
      text: notice.copy,
    });
    if (id !== null) queued += 1;
  }
  return queued;
}

/** A notice that has a mailbox goes by mail; a form or an interface is a person's to fill in, at its address. */
function wayOf({ channel, contacts, contact }: DispatchNotice): {
  readonly channel: DispatchChannel;
  readonly contacts: readonly string[];
} {
  if (contacts.length > 0) return { channel: channel === 'designated-agent' ? channel : 'mail', contacts };
  if (contact === null || (channel !== 'form' && channel !== 'api')) return { channel: 'mail', contacts: [] };
  return { channel, contacts: [contact] };
}
