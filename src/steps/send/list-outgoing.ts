import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { briefingStanding } from '../../policy/strike/briefing.ts';
import type { DispatchRecord } from '../../ports/dispatches.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** One outgoing message as a person sees it. */
export interface OutgoingView extends Pick<
  DispatchRecord,
  | 'dispatchId'
  | 'noticeId'
  | 'channel'
  | 'state'
  | 'attempts'
  | 'messageId'
  | 'recipient'
  | 'response'
  | 'ticket'
  | 'code'
> {
  /** A briefing is no dispatch: it goes ahead of its notice, by rules of its own. */
  readonly kind: DispatchRecord['kind'] | 'briefing';
  readonly reference: string;
  readonly provider: string;
  /** Whose turn it is, or who has got it. */
  readonly to: string;
  readonly sentAt: string | null;
  /** When it is tried next; null where it is not. */
  readonly nextAt: string | null;
}

/** Everything that has left, waits to leave or failed to, the oldest first. */
export async function listOutgoing(world: World, operation: Operation): Promise<readonly OutgoingView[]> {
  return world.store.read(async (transaction) => {
    const [names, briefings, all] = await Promise.all([
      transaction.noticeNames(operation.id),
      listBriefings(transaction, operation, world.clock.now()),
      transaction.dispatches(operation.id),
    ]);
    const notices = new Map(names.map((notice) => [notice.noticeId, notice]));
    const dispatches = all.map((dispatch): OutgoingView => ({
      dispatchId: dispatch.dispatchId,
      noticeId: dispatch.noticeId,
      kind: dispatch.kind,
      channel: dispatch.channel,
      state: dispatch.state,
      attempts: dispatch.attempts,
      messageId: dispatch.messageId,
      recipient: dispatch.recipient,
      response: dispatch.response,
      ticket: dispatch.ticket,
      code: dispatch.code,
      reference: notices.get(dispatch.noticeId)?.reference ?? '',
      provider: notices.get(dispatch.noticeId)?.provider ?? '',
      to: dispatch.recipient ?? dispatch.contacts[dispatch.contactIndex] ?? '',
      sentAt: dispatch.sentAt === null ? null : isoInstant(dispatch.sentAt),
      nextAt: dispatch.state === 'queued' ? isoInstant(dispatch.nextAt) : null,
    }));
    return [...briefings, ...dispatches];
  });
}

/** What desks are told ahead of strikes, once it is approved. */
async function listBriefings(
  transaction: ReadTransaction,
  operation: Operation,
  now: Instant,
): Promise<readonly OutgoingView[]> {
  const [planned, written] = await Promise.all([
    transaction.strikes(operation.id),
    transaction.briefings(operation.id),
  ]);
  const strikes = new Map(planned.map((strike) => [strike.strikeId, strike]));
  return written.flatMap((briefing): readonly OutgoingView[] => {
    const strike = strikes.get(briefing.strikeId);
    const standing = strike === undefined ? 'cancelled' : briefingStanding(briefing, strike, now);
    const isOpen = standing === 'approved';
    if (standing === 'to-approve' || standing === 'half-approved') return [];
    return [
      {
        dispatchId: briefing.briefingId,
        noticeId: briefing.notices[0] ?? '',
        kind: 'briefing',
        channel: 'mail',
        state: isOpen ? 'queued' : standing === 'in doubt' ? 'attempted' : standing,
        attempts: briefing.attempts,
        messageId: briefing.messageId,
        recipient: briefing.state === 'sent' ? briefing.recipient : null,
        response: briefing.response,
        ticket: null,
        code: briefing.code,
        reference: briefing.reference,
        provider: briefing.provider,
        to: briefing.recipient,
        sentAt: briefing.sentAt === null ? null : isoInstant(briefing.sentAt),
        nextAt: isOpen ? isoInstant(briefing.nextAt) : null,
      },
    ];
  });
}

/**
 * Queues a message anew that failed or bounced at every contact, under its own Message-ID: a person has looked and wants it
 * tried again from the first contact. Returns how many were.
 */
export async function retryFailed(world: World, operation: Operation, reference: string, by: string): Promise<number> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const [view] = await transaction.notices(operation.id, [reference]);
    if (view === undefined) {
      throw problem('not-found', `there is no notice ${reference}`, 'List them with: dismantle notices');
    }
    const failed = (await transaction.dispatches(operation.id, view.noticeId)).filter(
      ({ state }) => state === 'failed',
    );
    for (const dispatch of failed) {
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'dispatch.retried',
        subject: dispatch.dispatchId,
        body: { schema: 1, operation: operation.id, notice: view.noticeId, by },
      });
    }
    return failed.length;
  });
}
