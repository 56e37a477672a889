import { doubtsOf, mayHaveArrivedWords } from '../../policy/may-have-arrived.ts';
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
 * Turns to the next listed contact; to a person where none is left, or where an earlier attempt may lie in that mailbox all the same, so
 * that a further contact would have it twice. In the caller's transaction, which holds the operation.
 * A bounce that names another mailbox than the one that was written to last changes nothing: anybody can write one.
 */
export async function dispatchBounced(world: World, transaction: WriteTransaction, bounce: Bounce): Promise<boolean> {
  const dispatch = await transaction.dispatch(bounce.dispatchId);
  if (dispatch === null || dispatch.state !== 'sent' || dispatch.recipient === null) return false;
  if (bounce.recipient?.toLowerCase() !== dispatch.recipient.toLowerCase()) return false;
  const doubts = doubtsOf(await transaction.attempts(dispatch.dispatchId));
  const mayHaveArrived = doubts.some((each) => each.recipient === dispatch.recipient);
  const isLast = dispatch.contactIndex + 1 >= dispatch.contacts.length;
  const isForPerson = isLast || mayHaveArrived;
  const about = { schema: 1, operation: dispatch.operationId, notice: dispatch.noticeId };
  const entry = { actor: world.actor, recordedAt: world.clock.now(), subject: dispatch.dispatchId };
  for (const { attempt, recipient } of isForPerson ? doubts : []) {
    // Told to a person, so that it goes on once that person has looked.
    const response = 'lost before the answer, and not tried again by itself';
    const body = { ...about, attempt, recipient, code: null, response, next: 'person', nextAt: null, certain: false };
    await transaction.append({ ...entry, kind: 'dispatch.failed', body });
  }
  const note = mayHaveArrived ? await noteFor(transaction, dispatch.noticeId, dispatch.recipient) : '';
  await transaction.append({
    ...entry,
    kind: 'dispatch.bounced',
    body: {
      ...about,
      recipient: dispatch.recipient,
      response: `${bounce.reason.slice(0, MAX_RESPONSE - note.length)}${note}`,
      next: isForPerson ? 'person' : 'next-contact',
    },
  });
  return true;
}

const MAX_RESPONSE = 500;

async function noteFor(transaction: WriteTransaction, noticeId: string, recipient: string): Promise<string> {
  const notice = await transaction.noticeToSend(noticeId);
  return `; an earlier one was lost before the answer: ${mayHaveArrivedWords(recipient, notice?.reference ?? '')}`;
}
