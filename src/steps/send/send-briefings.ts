import type { Briefing } from '../../domain/briefing.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { briefingHash } from '../../ledger/briefing-hash.ts';
import { afterFailure } from '../../policy/after-failure.ts';
import { addressIn, briefingStanding, whatKeepsBriefing } from '../../policy/strike/briefing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { attemptOnce } from './attempt.ts';
import type { AfterAttempt, Failure, Kept, Outbound, SendResult } from './attempt.ts';
import type { SendSetup } from './send-setup.ts';
import { rateLimit, whatLacksHere } from './what-keeps-it.ts';

/*
 * What trusted desks are told ahead of a strike goes the way of every message (attempt.ts). It has gates of its own, and none of a
 * notice's.
 */

export interface BriefedSummary {
  readonly briefed: number;
  /** Not taken for now; tried again in time. */
  readonly retried: number;
  /** Refused for good, or in doubt: a person has to look, or call. */
  readonly failed: number;
  readonly kept: readonly KeptBriefing[];
  /** When the next one may go that time alone keeps; null where there is none. */
  readonly nextAt: Instant | null;
  /** What went wrong with any of them: notices leave all the same, and whoever called hears of it afterwards. */
  readonly faults: readonly unknown[];
}

export interface KeptBriefing {
  readonly briefingId: string;
  readonly reasons: readonly string[];
  readonly at: Instant | null;
}

/** Sends the approved briefings of strikes that are held now. What is cancelled, or nobody has approved, is passed over in silence. */
export async function sendBriefings(world: World, setup: SendSetup): Promise<BriefedSummary> {
  const counts = { briefed: 0, retried: 0, failed: 0 };
  const kept: KeptBriefing[] = [];
  const faults: unknown[] = [];
  const waits: Instant[] = [];
  const waiting = await open(world, setup);
  for (const { briefingId } of waiting) {
    if (world.signal.aborted) break;
    let result: SendResult = { result: 'nothing' };
    try {
      result = await attemptOnce(world, setup, outboundOf(world, setup, briefingId));
    } catch (fault) {
      faults.push(fault);
    }
    if (result.result === 'sent') counts.briefed += 1;
    if (result.result === 'retry') counts.retried += 1;
    if (result.result === 'person') counts.failed += 1;
    if (result.result === 'kept') kept.push({ briefingId, reasons: result.kept.reasons, at: result.kept.at });
  }
  for (const { nextAt, leaveBefore } of waiting.length === 0 ? [] : await open(world, setup)) {
    if (nextAt > world.clock.now() && nextAt < leaveBefore) waits.push(nextAt);
  }
  for (const { at } of kept) if (at !== null) waits.push(at);
  return { ...counts, kept, faults, nextAt: waits.length === 0 ? null : Math.min(...waits) };
}

/** What is approved and has not left, and what was begun and not settled. */
async function open(world: World, { operation }: SendSetup): Promise<readonly Briefing[]> {
  const now = world.clock.now();
  return world.store.read(async (transaction) => {
    const [planned, briefings] = await Promise.all([
      transaction.strikes(operation.id),
      transaction.briefings(operation.id),
    ]);
    const strikes = new Map(planned.map((strike) => [strike.strikeId, strike]));
    return briefings.filter((briefing) => {
      const strike = strikes.get(briefing.strikeId);
      if (strike === undefined) return false;
      const standing = briefingStanding(briefing, strike, now);
      return standing === 'approved' || standing === 'in doubt';
    });
  });
}

function outboundOf(world: World, setup: SendSetup, briefingId: string): Outbound<Briefing> {
  const { operation } = setup;
  const onRecord = async (transaction: ReadTransaction): Promise<Briefing | null> =>
    (await transaction.briefings(operation.id)).find((each) => each.briefingId === briefingId) ?? null;
  return {
    lock: `briefing ${briefingId}`,
    operationId: operation.id,
    async load(transaction) {
      const found = await onRecord(transaction);
      return found?.state === 'waiting' || found?.state === 'attempted' ? found : null;
    },
    standing: ({ recipient, attempts, hash, doubts }) => ({ recipient, attempts, hash, doubts }),
    whatKeepsIt: (transaction, briefing, now) => whatKeepsIt(transaction, setup, briefing, now),
    compose: (_transaction, briefing) => Promise.resolve((now) => composed(setup, briefing, now)),
    entry: (briefing, what, body) => ({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: `briefing.${what}`,
      subject: briefing.briefingId,
      body: { ...body, schema: 1, operation: briefing.operationId, strike: briefing.strikeId },
    }),
    async isLastWord(transaction, attempt) {
      const found = await onRecord(transaction);
      return found?.attempts === attempt && found.state === 'attempted';
    },
    async isSettled(transaction, attempt) {
      const found = await onRecord(transaction);
      // Of what it is certain of, and of what was lost, it is on record.
      return found !== null && !found.doubts.some((doubt) => doubt.attempt === attempt && !doubt.isLost);
    },
    after,
  };
}

/** To no further mailbox: it was approved for this one. After its notice may leave, to nobody. */
function after({ leaveBefore, doubts }: Briefing, { attempt, outcome }: Failure, now: Instant): AfterAttempt {
  const isPermanent = outcome.outcome === 'refused' && outcome.permanent;
  const decided = afterFailure({ isPermanent, triesAtContact: attempt, contactsLeft: 0 });
  const nextAt = decided.next === 'retry' && now + decided.waitMs < leaveBefore ? now + decided.waitMs : null;
  if (nextAt !== null) return { next: 'retry', nextAt, note: null, givenUp: [] };
  const mayHaveArrived = outcome.outcome === 'unknown' || doubts.length > 0;
  return { next: 'person', nextAt, note: mayHaveArrived ? 'it may have arrived all the same' : null, givenUp: doubts };
}

/** All that must hold at this moment, read in the transaction that will begin the attempt; null where nothing keeps it. */
async function whatKeepsIt(
  transaction: ReadTransaction,
  setup: SendSetup,
  briefing: Briefing,
  now: Instant,
): Promise<Kept | null> {
  const strikes = await transaction.strikes(setup.operation.id);
  const strike = strikes.find(({ strikeId }) => strikeId === briefing.strikeId);
  if (strike === undefined) return { reasons: ['its strike is not on record'], at: null, mayGoOn: false };
  const notices = await transaction.briefingNotices(strike.strikeId);
  const reasons = [...whatKeepsBriefing(briefing, strike, strikes, notices, now)];
  const { text, recipient, messageId, leaveBefore, providerKey: provider } = briefing;
  const statement = { strike: strike.strikeId, planHash: strike.planHash, provider, notices: briefing.notices, recipient, messageId };
  if (briefingHash({ ...statement, leaveBefore: isoInstant(leaveBefore), ...text }) !== briefing.hash) {
    throw problem('database', `the briefing for ${briefing.provider} is not the one that was approved`, 'Run dismantle audit');
  }
  const words = `${text.subject} ${text.body}`;
  const named = addressIn(words) ?? (await transaction.serverNamedIn(setup.operation.id, words));
  if (named !== null) reasons.push('it names a server by now');
  if (reasons.length > 0) return { reasons: reasons.map((reason) => `briefing: ${reason}`), at: null, mayGoOn: false };
  const lacking = whatLacksHere(setup);
  if (lacking !== null) return lacking;
  const armed = (await transaction.armings(setup.operation.id)).some(
    ({ disarmedAt, until, traffic, lab }) =>
      disarmedAt === null && until > isoInstant(now) && traffic.includes('send') && lab === setup.operation.drill,
  );
  if (!armed) return { reasons: ['briefing: the operation is not armed'], at: null, mayGoOn: true };
  if (briefing.nextAt > now) return { reasons: ['it is tried again later'], at: briefing.nextAt, mayGoOn: true };
  return rateLimit(transaction, setup, { ...briefing, id: briefing.briefingId }, now);
} // prettier-ignore

function composed(setup: SendSetup, { recipient, text, messageId }: Briefing, now: Instant): Promise<Uint8Array> {
  return setup.composer.compose({
    from: { name: setup.sender.organisation, email: setup.sender.email },
    to: recipient,
    subject: text.subject,
    text: text.body,
    messageId,
    inReplyTo: null,
    references: [],
    date: now,
    drill: setup.operation.drill,
    attachments: [],
  });
}

/** Writes what is kept as it would leave into the folder `ready`, as with all other mail. Returns how many. */
export async function writeReadyBriefings(
  world: World,
  setup: SendSetup,
  kept: readonly KeptBriefing[],
): Promise<number> {
  const wanted = new Set(kept.map(({ briefingId }) => briefingId));
  const briefings = (await open(world, setup)).filter((each) => wanted.has(each.briefingId) && each.attempts === 0);
  for (const briefing of briefings) {
    const message = await composed(setup, briefing, world.clock.now());
    await world.output.put(setup.operation.name, `ready/${briefing.reference}-briefing.eml`, message);
  }
  return briefings.length;
}
