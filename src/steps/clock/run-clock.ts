import type { ClockStep } from '../../domain/clock.ts';
import type { DispatchText } from '../../domain/dispatch.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import type { ClockNotice } from '../../ports/clock-facts.ts';
import type { Queue, QueuedMessage } from '../../ports/queueing.ts';
import type { WriteTransaction } from '../../ports/store.ts';
import { furtherContacts, reachedMailbox, stepsOf } from './sent-notice.ts';
import type { ClockSetup } from './sent-notice.ts';

export interface RunClockSetup extends ClockSetup {
  readonly queue: Queue;
}

/**
 * Queues what goes by itself and is due, in a transaction that holds the operation; returns how many messages that were.
 * Each has its own Message-ID that follows from the notice, its kind and its number, so that however often this runs, or is
 * killed, nothing is queued twice. Telephone, upstream, police and whatever a person has to decide are never among it.
 */
export async function runClock(
  transaction: WriteTransaction,
  operation: Operation,
  setup: RunClockSetup,
  now: Instant,
): Promise<number> {
  let queued = 0;
  for (const notice of await transaction.runningNotices(operation.id)) {
    for (const step of stepsOf(notice, setup)) {
      if (!step.automatic || step.dueAt > now) continue;
      for (const message of messagesOf(operation, notice, step)) {
        if (isKnown(notice, message.messageId)) continue;
        if ((await setup.queue(transaction, message)) !== null) queued += 1;
      }
    }
  }
  return queued;
}

/** What a person has stopped, or a retraction, is not begun again by a clock. */
function isKnown({ dispatches }: ClockNotice, messageId: string): boolean {
  return dispatches.some((each) => each.messageId === messageId && (each.state !== 'cancelled' || each.attempts > 0));
}

function messagesOf(operation: Operation, notice: ClockNotice, step: ClockStep): readonly QueuedMessage[] {
  const { ordinal } = step;
  if (step.kind === 'reminder') {
    const text = notice.reminders[ordinal - 1];
    const desk = reachedMailbox(notice);
    return text === undefined || desk === null
      ? []
      : [messageOf(operation, notice, 'reminder', desk, `r${ordinal}`, text)];
  }
  if (step.kind === 'next-contact') {
    const next = furtherContacts(notice)[ordinal - 1];
    return notice.nextContact === null || next === undefined
      ? []
      : [messageOf(operation, notice, 'reminder', next, `next${ordinal}`, notice.nextContact)];
  }
  if (step.kind === 'csirt-copy' && notice.copy !== null) {
    const { copy } = notice;
    return notice.informed.flatMap(({ contact }, index) =>
      contact === null ? [] : [messageOf(operation, notice, 'csirt-copy', contact, `copy${index + 1}`, copy)],
    );
  }
  return [];
}

function messageOf(
  operation: Operation,
  notice: ClockNotice,
  kind: 'reminder' | 'csirt-copy',
  contact: string,
  suffix: string,
  { subject, body }: DispatchText,
): QueuedMessage {
  const at = notice.messageId.lastIndexOf('@');
  const earlier = notice.dispatches.filter((each) => each.kind === 'reminder' && each.state === 'sent');
  return {
    operationId: operation.id,
    noticeId: notice.noticeId,
    kind,
    channel: 'mail',
    contacts: [contact],
    messageId: `${notice.messageId.slice(0, at)}.${suffix}${notice.messageId.slice(at)}`,
    inReplyTo: notice.messageId,
    references: [notice.messageId, ...(kind === 'reminder' ? earlier.map(({ messageId }) => messageId) : [])],
    notBefore: null,
    notAfter: null,
    hash: notice.hash,
    text: { subject, body },
  };
}
