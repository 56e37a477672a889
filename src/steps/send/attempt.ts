import { createHash } from 'node:crypto';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import type { MailOutcome } from '../../ports/mail-transport.ts';
import type { EntryDraft, ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import type { SendSetup } from './send-setup.ts';

/*
 *     intent on record ─► still ours? ─► the mail server ─► outcome on record
 *
 * One attempt at a message (rule 1), be it a dispatch or a briefing: what is about to happen is in the ledger, committed, before
 * the connection is opened, and its outcome after. Whoever dies between the two leaves an intent without outcome; the next comer
 * tries again with the same Message-ID, since nobody can know whether the message has arrived. At least once, never under two
 * Message-IDs.
 */

/** Why a message does not leave now. */
export interface Kept {
  /** A sentence each. */
  readonly reasons: readonly string[];
  /** When time alone mends it; null where a person or a run has to. */
  readonly at: Instant | null;
  /** It waits for the time, for an admin, or for a machine that can send: begun or not, it may go on under its Message-ID. */
  readonly mayGoOn: boolean;
}

/** How one message fared this time. */
export type SendResult =
  | { readonly result: 'sent'; readonly recipient: string; readonly response: string }
  | { readonly result: 'retry'; readonly at: Instant; readonly response: string }
  | { readonly result: 'next-contact' | 'person'; readonly response: string }
  /** Rules, limits or windows keep it; nothing was begun. */
  | { readonly result: 'kept'; readonly kept: Kept }
  /** Sent, cancelled or another process's already. */
  | { readonly result: 'nothing' };

/** An attempt of which nobody knows whether it arrived, and of which no person was told. */
export interface Doubt {
  readonly attempt: number;
  readonly recipient: string;
}

/** A message as it stands, as far as its attempts ask. */
export interface Standing {
  readonly recipient: string;
  /** How many were begun. */
  readonly attempts: number;
  /** Of what was approved. */
  readonly hash: string;
  /** The oldest first. */
  readonly doubts: readonly Doubt[];
}

/** An attempt that did not succeed. */
export interface Failure {
  readonly attempt: number;
  readonly recipient: string;
  readonly outcome: Exclude<MailOutcome, { outcome: 'accepted' }>;
  /** Refused here, before any connection: another contact would fare the same. */
  readonly isOurOwn: boolean;
}

/** What follows on it. */
export interface AfterAttempt {
  readonly next: 'retry' | 'next-contact' | 'person';
  /** Null where a person has to look. */
  readonly nextAt: Instant | null;
  /** What a person has to know besides the server's words; null: nothing. */
  readonly note: string | null;
  /** Earlier attempts that are told to the person as well. */
  readonly givenUp: readonly Doubt[];
}

/** What tells a dispatch from a briefing. */
export interface Outbound<Item> {
  /** What nobody else works at meanwhile. */
  readonly lock: string;
  readonly operationId: string;
  /** Null where there is nothing to send, or no more. */
  load(transaction: ReadTransaction): Promise<Item | null>;
  standing(item: Item): Standing;
  /** All that must hold at this moment; null where nothing keeps it. */
  whatKeepsIt(transaction: ReadTransaction, item: Item, now: Instant): Promise<Kept | null>;
  /** What it is composed from is read in the transaction; composing and signing take their time, and come after it. */
  compose(transaction: ReadTransaction, item: Item): Promise<(now: Instant) => Promise<Uint8Array>>;
  entry(item: Item, what: 'attempted' | 'delivered' | 'failed', body: Readonly<Record<string, JsonValue>>): EntryDraft;
  /** Whether this attempt is still the last word: nobody has begun another one, settled it or sent the message since. */
  isLastWord(transaction: ReadTransaction, attempt: number): Promise<boolean>;
  /** Whether it is on record what became of this attempt. */
  isSettled(transaction: ReadTransaction, attempt: number): Promise<boolean>;
  after(item: Item, failure: Failure, now: Instant): AfterAttempt;
  /** Called in the transaction that puts it off until then. */
  wake?(transaction: WriteTransaction, at: Instant): Promise<void>;
}

interface Begun<Item> {
  readonly item: Item;
  readonly attempt: number;
  readonly recipient: string;
  readonly message: Uint8Array;
}

const MAX_RESPONSE = 500;

/** Attempts it once, unless somebody else is at it. */
export async function attemptOnce<Item>(world: World, setup: SendSetup, outbound: Outbound<Item>): Promise<SendResult> {
  const done = await world.store.exclusively(outbound.lock, async (lost): Promise<SendResult> => {
    const begun = await begin(world, setup, outbound);
    if ('result' in begun) return begun;
    return settle(world, outbound, begun, await handOver(setup, begun, lost));
  });
  return done?.value ?? { result: 'nothing' };
}

/** Puts the intent on record, or says why not. The message is composed outside of any transaction. */
async function begin<Item>(
  world: World,
  setup: SendSetup,
  outbound: Outbound<Item>,
): Promise<Begun<Item> | SendResult> {
  const now = world.clock.now();
  const first = await world.store.read(async (transaction) => {
    const item = await outbound.load(transaction);
    if (item === null) return null;
    const kept = await outbound.whatKeepsIt(transaction, item, now);
    return kept === null ? { item, kept, compose: await outbound.compose(transaction, item) } : { item, kept };
  });
  if (first === null) return { result: 'nothing' };
  if (first.kept !== null) return settleDoubts(world, outbound, first.item, first.kept);
  const { recipient, attempts, hash } = outbound.standing(first.item);
  const message = await first.compose(now);
  const sha256 = createHash('sha256').update(message).digest('hex');
  const attempt = attempts + 1;
  try {
    return await world.store.write(async (transaction): Promise<Begun<Item> | SendResult> => {
      await transaction.lockOperationAhead(outbound.operationId);
      const item = await outbound.load(transaction);
      const again = item === null ? null : outbound.standing(item);
      if (item === null || again === null) return { result: 'nothing' };
      if (again.attempts !== attempts || again.hash !== hash || again.recipient !== recipient) {
        return { result: 'nothing' };
      }
      const kept = await outbound.whatKeepsIt(transaction, item, world.clock.now());
      if (kept !== null) return { result: 'kept', kept };
      await transaction.keepMessage(sha256, message);
      await transaction.append(
        outbound.entry(item, 'attempted', {
          attempt,
          recipient,
          messageSha256: sha256,
          host: setup.transport?.host ?? '',
          port: setup.transport?.port ?? 0,
        }),
      );
      return { item, attempt, recipient, message };
    });
  } catch (error) {
    // The rules stand in the database as well; what it refuses has not begun.
    if (!(error instanceof ProblemError) || error.problem.code !== 'refused') throw error;
    return { result: 'kept', kept: { reasons: [error.problem.message], at: null, mayGoOn: true } };
  }
}

/** Attempts without outcome that may not be repeated any more cannot stay open: they may have left, and a person has to know. */
async function settleDoubts<Item>(world: World, outbound: Outbound<Item>, item: Item, kept: Kept): Promise<SendResult> {
  if (kept.mayGoOn || outbound.standing(item).doubts.length === 0) return { result: 'kept', kept };
  const { attempts } = outbound.standing(item);
  const reasons = kept.reasons.join('; ');
  const response = `begun, its outcome is not known, and not tried again: ${reasons}`.slice(0, MAX_RESPONSE);
  return world.store.write(async (transaction): Promise<SendResult> => {
    await transaction.lockOperation(outbound.operationId);
    const again = await outbound.load(transaction);
    if (again === null) return { result: 'nothing' };
    const { attempts: begun, doubts } = outbound.standing(again);
    if (begun !== attempts || doubts.length === 0) return { result: 'nothing' };
    await giveUp(transaction, outbound, again, doubts, response);
    return { result: 'person', response };
  });
}

async function giveUp<Item>(
  transaction: WriteTransaction,
  outbound: Outbound<Item>,
  item: Item,
  doubts: readonly Doubt[],
  response: string,
): Promise<void> {
  const told = { code: null, response, next: 'person', nextAt: null, certain: false };
  for (const { attempt, recipient } of doubts) {
    await transaction.append(outbound.entry(item, 'failed', { attempt, recipient, ...told }));
  }
}

interface Handed {
  readonly outcome: MailOutcome;
  readonly isOurOwn: boolean;
}

const LOCK_LOST = 'PostgreSQL went away, and another process may be at it: nothing was given to the mail server';

/** Once the lock is lost somebody else may be at it, so that nothing is handed over any more. */
async function handOver(
  { transport, envelopeFrom, operation }: SendSetup,
  { recipient, message }: Pick<Begun<unknown>, 'recipient' | 'message'>,
  lost: AbortSignal,
): Promise<Handed> {
  if (lost.aborted) return { outcome: notGiven(LOCK_LOST, false), isOurOwn: false };
  try {
    if (transport === null) throw new Error('begun without a mail server');
    const mail = { from: envelopeFrom, to: recipient, message, drill: operation.drill, lost };
    return { outcome: await transport.deliver(mail), isOurOwn: false };
  } catch (error) {
    // The transport refused before any connection: nothing has left.
    if (!(error instanceof ProblemError)) throw error;
    return { outcome: notGiven(error.problem.message, true), isOurOwn: true };
  }
}

function notGiven(response: string, permanent: boolean): MailOutcome {
  return { outcome: 'refused', code: null, response, permanent };
}

/**
 * So often an outcome is tried to be written down where the database goes away meanwhile: nobody else knows it, and whoever comes
 * next would have to offer the message again.
 */
const WRITES = 2;

async function settle<Item>(
  world: World,
  outbound: Outbound<Item>,
  begun: Begun<Item>,
  handed: Handed,
): Promise<SendResult> {
  for (let written = 1; ; written++) {
    try {
      return await writeOutcome(world, outbound, begun, handed, written > 1);
    } catch (fault) {
      if (written >= WRITES || !(fault instanceof ProblemError) || fault.problem.code !== 'database') throw fault;
    }
  }
}

/** @param isAgain an earlier write failed, or its answer was lost */
async function writeOutcome<Item>(
  world: World,
  outbound: Outbound<Item>,
  { item, attempt, recipient }: Begun<Item>,
  { outcome, isOurOwn }: Handed,
  isAgain: boolean,
): Promise<SendResult> {
  return world.store.write(async (transaction): Promise<SendResult> => {
    await transaction.lockOperation(outbound.operationId);
    const now = world.clock.now();
    const said = outcome.response.slice(0, MAX_RESPONSE);
    const sent = { result: 'sent', recipient, response: said } as const;
    if (isAgain && (await outbound.isSettled(transaction, attempt))) {
      return outcome.outcome === 'accepted' ? sent : { result: 'nothing' };
    }
    if (outcome.outcome === 'accepted') {
      const { code } = outcome;
      await transaction.append(outbound.entry(item, 'delivered', { attempt, recipient, code, response: said }));
      return sent;
    }
    // Whoever lost the lock meanwhile says nothing of what comes next: what somebody else has sent is not queued again.
    if (!(await outbound.isLastWord(transaction, attempt))) return { result: 'nothing' };
    const { next, nextAt, note, givenUp } = outbound.after(item, { attempt, recipient, outcome, isOurOwn }, now);
    const response = note === null ? said : `${said.slice(0, MAX_RESPONSE - note.length - 2)}; ${note}`;
    await giveUp(transaction, outbound, item, givenUp, 'lost before the answer, and not tried again by itself');
    await transaction.append(
      outbound.entry(item, 'failed', {
        attempt,
        recipient,
        code: outcome.outcome === 'refused' ? outcome.code : null,
        response,
        next,
        nextAt: nextAt === null ? null : isoInstant(nextAt),
        certain: outcome.outcome === 'refused',
      }),
    );
    if (nextAt !== null) await outbound.wake?.(transaction, nextAt);
    return next === 'retry' && nextAt !== null
      ? { result: 'retry', at: nextAt, response }
      : { result: next === 'next-contact' ? next : 'person', response };
  });
}
