import { createHash } from 'node:crypto';
import type { Briefing } from '../../domain/briefing.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { ProblemError, problem } from '../../domain/problem.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import { briefingHash } from '../../ledger/briefing-hash.ts';
import { afterFailure } from '../../policy/after-failure.ts';
import { addressIn, briefingStanding, whatKeepsBriefing } from '../../policy/strike/briefing.ts';
import type { MailOutcome } from '../../ports/mail-transport.ts';
import type { EntryDraft, ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import type { SendSetup } from './send-setup.ts';

/*
 * What trusted desks are told ahead of a strike goes the way of every message (rule 1): its intent is on record, committed, before
 * the connection is opened, and its outcome after, always under one Message-ID. It has gates of its own, and none of a notice's.
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

type Result =
  | { readonly result: 'sent' | 'retry' | 'person' | 'nothing' }
  | { readonly result: 'kept'; readonly reasons: readonly string[]; readonly at: Instant | null };

const HOUR_MS = 3_600_000;
/** When to look again at what a rate limit keeps. */
const RATE_PAUSE_MS = 300_000;
const MAX_RESPONSE = 500;

/** Sends the approved briefings of strikes that are held now. What is cancelled, or nobody has approved, is passed over in silence. */
export async function sendBriefings(world: World, setup: SendSetup): Promise<BriefedSummary> {
  const counts = { briefed: 0, retried: 0, failed: 0 };
  const kept: KeptBriefing[] = [];
  const faults: unknown[] = [];
  const waits: Instant[] = [];
  const waiting = await open(world, setup);
  for (const { briefingId } of waiting) {
    if (world.signal.aborted) break;
    let result: Result = { result: 'nothing' };
    try {
      const done = await world.store.exclusively(`briefing ${briefingId}`, () => attempt(world, setup, briefingId));
      if (done !== null) result = done.value;
    } catch (fault) {
      faults.push(fault);
    }
    if (result.result === 'sent') counts.briefed += 1;
    if (result.result === 'retry') counts.retried += 1;
    if (result.result === 'person') counts.failed += 1;
    if (result.result === 'kept') kept.push({ briefingId, reasons: result.reasons, at: result.at });
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
    const strikes = new Map((await transaction.strikes(operation.id)).map((strike) => [strike.strikeId, strike]));
    return (await transaction.briefings(operation.id)).filter((briefing) => {
      const strike = strikes.get(briefing.strikeId);
      if (strike === undefined) return false;
      const standing = briefingStanding(briefing, strike, now);
      return standing === 'approved' || standing === 'in doubt';
    });
  });
}

interface Begun {
  readonly briefing: Briefing;
  readonly attempt: number;
  readonly message: Uint8Array;
}

async function attempt(world: World, setup: SendSetup, briefingId: string): Promise<Result> {
  const begun = await begin(world, setup, briefingId);
  if ('result' in begun) return begun;
  let outcome: MailOutcome;
  try {
    if (setup.transport === null) throw new Error('begun without a mail server');
    outcome = await setup.transport.deliver({
      from: setup.envelopeFrom,
      to: begun.briefing.recipient,
      message: begun.message,
      drill: setup.operation.drill,
    });
  } catch (error) {
    // The transport refused before any connection: nothing has left.
    if (!(error instanceof ProblemError)) throw error;
    outcome = { outcome: 'refused', code: null, response: error.problem.message, permanent: true };
  }
  return finish(world, setup, begun, outcome);
}

async function begin(world: World, setup: SendSetup, briefingId: string): Promise<Begun | Result> {
  const now = world.clock.now();
  const first = await world.store.read(async (transaction) => {
    const briefing = await loaded(transaction, setup, briefingId);
    return briefing === null ? null : { briefing, kept: await whatKeepsIt(transaction, setup, briefing, now) };
  });
  if (first === null) return { result: 'nothing' };
  const { briefing, kept } = first;
  if (kept !== null) return settleDoubt(world, setup, briefing, kept);
  const message = await composed(setup, briefing, now);
  const sha256 = createHash('sha256').update(message).digest('hex');
  const number = briefing.attempts + 1;
  try {
    return await world.store.write(async (transaction): Promise<Begun | Result> => {
      await transaction.lockOperation(setup.operation.id);
      const again = await loaded(transaction, setup, briefingId);
      if (again === null || again.attempts !== briefing.attempts || again.hash !== briefing.hash) {
        return { result: 'nothing' };
      }
      const late = await whatKeepsIt(transaction, setup, again, world.clock.now());
      if (late !== null) return { result: 'kept', ...late };
      await transaction.keepMessage(sha256, message);
      await transaction.append(
        entryOf(world, again, 'briefing.attempted', {
          attempt: number,
          recipient: again.recipient,
          messageSha256: sha256,
          host: setup.transport?.host ?? '',
          port: setup.transport?.port ?? 0,
        }),
      );
      return { briefing: again, attempt: number, message };
    });
  } catch (error) {
    // The rules stand in the database as well; what it refuses has not begun.
    if (!(error instanceof ProblemError) || error.problem.code !== 'refused') throw error;
    return { result: 'kept', reasons: [error.problem.message], at: null };
  }
}

async function loaded(
  transaction: ReadTransaction,
  { operation }: SendSetup,
  briefingId: string,
): Promise<Briefing | null> {
  const found = (await transaction.briefings(operation.id)).find((each) => each.briefingId === briefingId);
  return found !== undefined && (found.state === 'waiting' || found.state === 'attempted') ? found : null;
}

interface Kept {
  readonly reasons: readonly string[];
  readonly at: Instant | null;
  /** It waits for an admin, a mail server or the time: begun or not, it may go on under its Message-ID. */
  readonly mayGoOn: boolean;
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
  if (setup.transport === null) {
    return { reasons: ['no mail server is set (mail.smtp.host), or traffic.send is off'], at: null, mayGoOn: true };
  }
  const armed = (await transaction.armings(setup.operation.id)).some(
    ({ disarmedAt, until, traffic, lab }) =>
      disarmedAt === null && until > isoInstant(now) && traffic.includes('send') && lab === setup.operation.drill,
  );
  if (!armed) return { reasons: ['briefing: the operation is not armed'], at: null, mayGoOn: true };
  if (briefing.nextAt > now) return { reasons: ['it is tried again later'], at: briefing.nextAt, mayGoOn: true };
  return rateLimit(transaction, setup, briefing, now);
} // prettier-ignore

async function rateLimit(
  transaction: ReadTransaction,
  { rate }: SendSetup,
  { recipient, providerKey, provider, briefingId }: Briefing,
  now: Instant,
): Promise<Kept | null> {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1);
  const sent = await transaction.attemptsSince(now - HOUR_MS, providerKey, domain, briefingId);
  const isTooMany = sent.provider >= rate.perProviderPerHour || sent.domain >= rate.perDomainPerHour;
  if (!isTooMany) return null;
  return { reasons: [`${provider} has got its messages of this hour`], at: now + RATE_PAUSE_MS, mayGoOn: true };
}

/** An intent without outcome that may not be tried again cannot stay open: it may have left, and a person has to know. */
async function settleDoubt(world: World, setup: SendSetup, briefing: Briefing, kept: Kept): Promise<Result> {
  const { reasons, at, mayGoOn } = kept;
  if (briefing.state !== 'attempted' || mayGoOn) return { result: 'kept', reasons, at };
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(setup.operation.id);
    const again = await loaded(transaction, setup, briefing.briefingId);
    if (again === null || again.attempts !== briefing.attempts || again.state !== 'attempted') return;
    await transaction.append(
      entryOf(world, again, 'briefing.failed', {
        attempt: again.attempts,
        recipient: again.recipient,
        code: null,
        response: `begun, its outcome is not known, and not tried again: ${reasons.join('; ')}`.slice(0, MAX_RESPONSE),
        next: 'person',
        nextAt: null,
        certain: false,
      }),
    );
  });
  return { result: 'person' };
}

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

async function finish(world: World, setup: SendSetup, begun: Begun, outcome: MailOutcome): Promise<Result> {
  const { briefing } = begun;
  return world.store.write(async (transaction): Promise<Result> => {
    await transaction.lockOperation(setup.operation.id);
    const now = world.clock.now();
    const response = outcome.response.slice(0, MAX_RESPONSE);
    const of = { attempt: begun.attempt, recipient: briefing.recipient };
    if (outcome.outcome === 'accepted') {
      await transaction.append(entryOf(world, briefing, 'briefing.delivered', { ...of, code: outcome.code, response }));
      return { result: 'sent' };
    }
    const isPermanent = outcome.outcome === 'refused' && outcome.permanent;
    // To no further mailbox: it was approved for this one.
    const after = afterFailure({ isPermanent, triesAtContact: begun.attempt, contactsLeft: 0 });
    const nextAt = after.next === 'retry' && now + after.waitMs < briefing.leaveBefore ? now + after.waitMs : null;
    await transaction.append(
      entryOf(world, briefing, 'briefing.failed', {
        ...of,
        code: outcome.outcome === 'refused' ? outcome.code : null,
        response,
        next: nextAt === null ? 'person' : 'retry',
        nextAt: nextAt === null ? null : isoInstant(nextAt),
        certain: outcome.outcome === 'refused',
      }),
    );
    return { result: nextAt === null ? 'person' : 'retry' };
  });
}

function entryOf(
  world: World,
  briefing: Briefing,
  kind: string,
  what: Readonly<Record<string, JsonValue>>,
): EntryDraft {
  return {
    actor: world.actor,
    recordedAt: world.clock.now(),
    kind,
    subject: briefing.briefingId,
    body: { ...what, schema: 1, operation: briefing.operationId, strike: briefing.strikeId },
  };
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
