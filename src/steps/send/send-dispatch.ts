import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { afterFailure } from '../../policy/after-failure.ts';
import { doubtsOf, mayHaveArrivedWords } from '../../policy/may-have-arrived.ts';
import type { DispatchAttempt, DispatchNotice, DispatchRecord } from '../../ports/dispatches.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { attemptOnce } from './attempt.ts';
import type { AfterAttempt, Failure, Outbound, SendResult, Standing } from './attempt.ts';
import { jobFor } from './send-setup.ts';
import type { SendSetup } from './send-setup.ts';
import { whatKeepsIt } from './what-keeps-it.ts';

export interface Loaded {
  readonly dispatch: DispatchRecord;
  readonly notice: DispatchNotice;
  readonly attempts: readonly DispatchAttempt[];
}

/** Carries one dispatch out. */
export async function sendDispatch(world: World, setup: SendSetup, dispatchId: string): Promise<SendResult> {
  return attemptOnce(world, setup, outboundOf(world, setup, dispatchId));
}

function outboundOf(world: World, setup: SendSetup, dispatchId: string): Outbound<Loaded> {
  return {
    lock: `dispatch ${dispatchId}`,
    operationId: setup.operation.id,
    load: (transaction) => load(transaction, dispatchId),
    standing,
    whatKeepsIt: (transaction, loaded, now) => whatKeepsIt(transaction, setup, loaded, now),
    async compose(transaction, loaded) {
      const stored = await storedMessage(transaction, loaded);
      return (now) => composed(setup, { ...loaded, stored }, standing(loaded).recipient, now);
    },
    entry: ({ dispatch }, what, body) => ({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: `dispatch.${what}`,
      subject: dispatch.dispatchId,
      body: { ...body, schema: 1, operation: dispatch.operationId, notice: dispatch.noticeId },
    }),
    async isLastWord(transaction, attempt) {
      const dispatch = await transaction.dispatch(dispatchId);
      if (dispatch?.attempts !== attempt) return false;
      // What was cancelled meanwhile stays so, whatever came of the attempt.
      return dispatch.state === 'attempted' || dispatch.state === 'cancelled';
    },
    async isSettled(transaction, attempt) {
      const found = (await transaction.attempts(dispatchId)).find((each) => each.attempt === attempt);
      return found !== undefined && found.outcome !== null;
    },
    after,
    wake: (transaction, at) => setup.jobs.send(transaction, { ...jobFor(setup, dispatchId), startAfter: at }),
  };
}

function standing({ dispatch, notice, attempts }: Loaded): Standing {
  const recipient = dispatch.contacts[dispatch.contactIndex];
  if (recipient === undefined) {
    throw new Error(`the dispatch ${dispatch.dispatchId} has no contact ${dispatch.contactIndex}`);
  }
  return { recipient, attempts: dispatch.attempts, hash: notice.hash, doubts: doubtsOf(attempts) };
}

/** The same contact again, the next one, or a person: what may lie in one mailbox goes to no other by itself. */
function after({ dispatch, notice, attempts }: Loaded, failure: Failure, now: Instant): AfterAttempt {
  const { recipient, outcome, isOurOwn } = failure;
  // A try that was cut short by a crash says nothing of the contact.
  const told = attempts.filter((tried) => tried.recipient === recipient && tried.outcome !== null);
  const decided = afterFailure({
    isPermanent: outcome.outcome === 'refused' && outcome.permanent,
    triesAtContact: 1 + told.length,
    contactsLeft: isOurOwn ? 0 : dispatch.contacts.length - dispatch.contactIndex - 1,
  });
  const doubts = doubtsOf(attempts);
  const mayHaveArrived = outcome.outcome === 'unknown' || doubts.some((each) => each.recipient === recipient);
  if (decided.next === 'retry') return { next: 'retry', nextAt: now + decided.waitMs, note: null, givenUp: [] };
  if (decided.next === 'next-contact' && !mayHaveArrived) {
    return { next: 'next-contact', nextAt: now, note: null, givenUp: [] };
  }
  const note = mayHaveArrived ? mayHaveArrivedWords(recipient, notice.reference) : null;
  return { next: 'person', nextAt: null, note, givenUp: doubts };
}

export async function load(transaction: ReadTransaction, dispatchId: string): Promise<Loaded | null> {
  const dispatch = await transaction.dispatch(dispatchId);
  if (dispatch === null || (dispatch.state !== 'queued' && dispatch.state !== 'attempted')) return null;
  const [notice, attempts] = await Promise.all([
    transaction.noticeToSend(dispatch.noticeId),
    transaction.attempts(dispatchId),
  ]);
  return notice === null ? null : { dispatch, notice, attempts };
}

/** The approved draft; for what goes beside it, the notice as it has left. */
export async function storedMessage(transaction: ReadTransaction, loaded: Loaded): Promise<Uint8Array> {
  const { dispatch, notice } = loaded;
  const asLeft = dispatch.text === null ? null : await transaction.messageAsLeft(notice.noticeId);
  return asLeft ?? approvedMessage(transaction, loaded);
}

async function approvedMessage(transaction: ReadTransaction, { notice }: Loaded): Promise<Uint8Array> {
  const message = await transaction.noticeMessage(notice.messageSha256);
  const sha256 = message === null ? '' : createHash('sha256').update(message).digest('hex');
  if (message === null || sha256 !== notice.messageSha256) {
    throw problem(
      'database',
      `the stored message of the notice ${notice.reference} is not the one that was approved`,
      'Nothing was sent. dismantle audit names every message concerned',
    );
  }
  return message;
}

export async function composed(
  setup: SendSetup,
  { dispatch, notice, stored }: Loaded & { readonly stored: Uint8Array | null },
  recipient: string,
  now: Instant,
): Promise<Uint8Array> {
  if (stored === null) throw new Error(`no message for ${dispatch.dispatchId}`);
  if (dispatch.text === null) return setup.composer.finish(stored, { date: now, to: recipient });
  const isCopy = dispatch.kind === 'csirt-copy' || dispatch.kind === 'referral' || dispatch.kind === 'upstream';
  return setup.composer.compose({
    from: { name: setup.sender.organisation, email: setup.sender.email },
    to: recipient,
    subject: dispatch.text.subject,
    text: dispatch.text.body,
    messageId: dispatch.messageId,
    inReplyTo: dispatch.inReplyTo,
    references: dispatch.references,
    date: now,
    drill: setup.operation.drill,
    attachments: isCopy ? [{ name: `${notice.reference}.eml`, contentType: 'message/rfc822', bytes: stored }] : [],
    automatic: dispatch.kind === 'reminder',
  });
}
