import { createHash } from 'node:crypto';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem, ProblemError } from '../../domain/problem.ts';
import { afterFailure } from '../../policy/after-failure.ts';
import type { MailOutcome } from '../../ports/mail-transport.ts';
import type { DispatchAttempt, DispatchNotice, DispatchRecord } from '../../ports/dispatches.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { jobFor } from './send-setup.ts';
import type { SendSetup } from './send-setup.ts';
import { whatKeepsIt } from './what-keeps-it.ts';
import type { Kept } from './what-keeps-it.ts';

/** How one dispatch fared this time. */
export type SendResult =
  | { readonly result: 'sent'; readonly recipient: string; readonly response: string }
  | { readonly result: 'retry'; readonly at: Instant; readonly response: string }
  | { readonly result: 'next-contact' | 'person'; readonly response: string }
  /** Rules, limits or windows keep it; nothing was begun. */
  | { readonly result: 'kept'; readonly kept: Kept }
  /** Sent, cancelled or another process's already. */
  | { readonly result: 'nothing' };

export interface Loaded {
  readonly dispatch: DispatchRecord;
  readonly notice: DispatchNotice;
  readonly attempts: readonly DispatchAttempt[];
}

interface Begun extends Loaded {
  readonly attempt: number;
  readonly recipient: string;
  readonly message: Uint8Array;
  /** No further contact is tried, whatever the outcome. */
  readonly isLastContact?: boolean;
}

/**
 * Carries one dispatch out (rule 1): what is about to happen is in the ledger, committed, before the connection is opened, and
 * its outcome after. Whoever dies between the two leaves an intent without outcome; the next comer tries again with the same
 * Message-ID, since nobody can know whether the message has arrived. At least once, never under two Message-IDs.
 */
export async function sendDispatch(world: World, setup: SendSetup, dispatchId: string): Promise<SendResult> {
  const done = await world.store.exclusively(`dispatch ${dispatchId}`, () => attemptDispatch(world, setup, dispatchId));
  return done?.value ?? { result: 'nothing' };
}

async function attemptDispatch(world: World, setup: SendSetup, dispatchId: string): Promise<SendResult> {
  const begun = await begin(world, setup, dispatchId);
  if ('result' in begun) return begun;
  const { transport } = setup;
  let outcome: MailOutcome;
  try {
    if (transport === null) throw new Error('begun without a mail server');
    outcome = await transport.deliver({
      from: setup.envelopeFrom,
      to: begun.recipient,
      message: begun.message,
      drill: setup.operation.drill,
    });
  } catch (error) {
    // The transport refused before any connection: nothing has left, and another contact would fare the same.
    if (!(error instanceof ProblemError)) throw error;
    return finish(world, setup, { ...begun, isLastContact: true }, {
      outcome: 'refused', code: null, response: error.problem.message, permanent: true,
    }); // prettier-ignore
  }
  return finish(world, setup, begun, outcome);
}

/** Puts the intent on record, or says why not. The message is composed outside of any transaction: signing takes its time. */
async function begin(world: World, setup: SendSetup, dispatchId: string): Promise<Begun | SendResult> {
  const now = world.clock.now();
  const first = await world.store.read(async (transaction) => {
    const loaded = await load(transaction, dispatchId);
    if (loaded === null) return null;
    const kept = await whatKeepsIt(transaction, setup, loaded, now);
    const message = kept === null ? await storedMessage(transaction, loaded) : null;
    return { ...loaded, kept, stored: message };
  });
  if (first === null) return { result: 'nothing' };
  if (first.kept !== null) return keptResult(world, setup, first, first.kept);
  const { dispatch } = first;
  const recipient = dispatch.contacts[dispatch.contactIndex];
  if (recipient === undefined) throw new Error(`the dispatch ${dispatchId} has no contact ${dispatch.contactIndex}`);
  const message = await composed(setup, first, recipient, now);
  const sha256 = createHash('sha256').update(message).digest('hex');
  const attempt = dispatch.attempts + 1;
  try {
    return await world.store.write(async (transaction) => {
      await transaction.lockOperation(dispatch.operationId);
      const again = await load(transaction, dispatchId);
      if (again === null || again.dispatch.attempts !== dispatch.attempts || again.notice.hash !== first.notice.hash) {
        return { result: 'nothing' } as const;
      }
      const kept = await whatKeepsIt(transaction, setup, again, world.clock.now());
      if (kept !== null) return { result: 'kept', kept } as const;
      await transaction.keepMessage(sha256, message);
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'dispatch.attempted',
        subject: dispatchId,
        body: {
          schema: 1,
          operation: dispatch.operationId,
          notice: dispatch.noticeId,
          attempt,
          recipient,
          messageSha256: sha256,
          host: setup.transport?.host ?? '',
          port: setup.transport?.port ?? 0,
        },
      });
      return { ...again, attempt, recipient, message };
    });
  } catch (error) {
    // The rules stand in the database as well; what it refuses has not begun.
    if (!(error instanceof ProblemError) || error.problem.code !== 'refused') throw error;
    return { result: 'kept', kept: { reasons: [error.problem.message], at: null } };
  }
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

/** An intent without outcome that may not be tried again any more cannot stay open: it may have left, and a person has to know. */
async function keptResult(world: World, setup: SendSetup, loaded: Loaded, kept: Kept): Promise<SendResult> {
  const { dispatch } = loaded;
  // The newest of those of which nobody knows whether they arrived: a later one may have been refused for certain, and one that was
  // given up before, and is to be tried again by a person's word, waits.
  const open = loaded.attempts.findLast(
    ({ outcome, isGivenUp }) => !isGivenUp && (outcome === 'unknown' || outcome === null),
  );
  // Unarmed, it waits like everything else: armed again, it goes on under its Message-ID.
  if (open === undefined || kept.at !== null || kept.isArmingAlone === true) return { result: 'kept', kept };
  const response = `begun, its outcome is not known, and not tried again: ${kept.reasons.join('; ')}`;
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(dispatch.operationId);
    const again = await load(transaction, dispatch.dispatchId);
    if (again === null || again.dispatch.attempts !== dispatch.attempts) return;
    await transaction.append(
      failure(world, setup, { ...loaded, attempt: open.attempt, recipient: open.recipient }, {
        code: null, response, next: 'person', nextAt: null, certain: false,
      }),
    ); // prettier-ignore
  });
  return { result: 'person', response };
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

async function finish(world: World, setup: SendSetup, begun: Begun, outcome: MailOutcome): Promise<SendResult> {
  const { dispatch, attempt, recipient } = begun;
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(dispatch.operationId);
    const now = world.clock.now();
    const response = outcome.response.slice(0, MAX_RESPONSE);
    if (outcome.outcome === 'accepted') {
      await transaction.append({
        actor: world.actor,
        recordedAt: now,
        kind: 'dispatch.delivered',
        subject: dispatch.dispatchId,
        body: {
          schema: 1,
          operation: dispatch.operationId,
          notice: dispatch.noticeId,
          attempt,
          recipient,
          code: outcome.code,
          response,
        },
      });
      return { result: 'sent', recipient, response };
    }
    const isPermanent = outcome.outcome === 'refused' && outcome.permanent;
    // A try that was cut short by a crash says nothing of the contact.
    const told = begun.attempts.filter((tried) => tried.recipient === recipient && tried.outcome !== null);
    const triesAtContact = 1 + told.length;
    const contactsLeft = begun.isLastContact === true ? 0 : dispatch.contacts.length - dispatch.contactIndex - 1;
    // What may have arrived already is never told to a further contact by itself: it would be the same notice twice.
    const decided = afterFailure({ isPermanent, triesAtContact, contactsLeft });
    const after =
      decided.next === 'next-contact' && outcome.outcome === 'unknown' ? ({ next: 'person' } as const) : decided;
    const nextAt = after.next === 'retry' ? now + after.waitMs : after.next === 'next-contact' ? now : null;
    const code = outcome.outcome === 'refused' ? outcome.code : null;
    await transaction.append(
      failure(world, setup, begun, {
        code,
        response,
        next: after.next,
        nextAt,
        certain: outcome.outcome === 'refused',
      }),
    );
    if (nextAt !== null)
      await setup.jobs.send(transaction, { ...jobFor(setup, dispatch.dispatchId), startAfter: nextAt });
    return after.next === 'retry'
      ? { result: 'retry', at: now + after.waitMs, response }
      : { result: after.next, response };
  });
}

const MAX_RESPONSE = 500;

function failure(
  world: World,
  setup: SendSetup,
  { dispatch, attempt, recipient }: Pick<Begun, 'dispatch' | 'attempt' | 'recipient'>,
  what: {
    readonly code: number | null;
    readonly response: string;
    readonly next: 'retry' | 'next-contact' | 'person';
    readonly nextAt: Instant | null;
    /** False where it may have arrived all the same. */
    readonly certain: boolean;
  },
): Parameters<Parameters<Parameters<World['store']['write']>[0]>[0]['append']>[0] {
  return {
    actor: world.actor,
    recordedAt: world.clock.now(),
    kind: 'dispatch.failed',
    subject: dispatch.dispatchId,
    body: {
      schema: 1,
      operation: setup.operation.id,
      notice: dispatch.noticeId,
      attempt,
      recipient,
      code: what.code,
      response: what.response,
      next: what.next,
      certain: what.certain,
      nextAt: what.nextAt === null ? null : isoInstant(what.nextAt),
    },
  };
}
