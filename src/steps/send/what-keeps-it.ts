import type { Instant } from '../../domain/instant.ts';
import { sendGates } from '../../policy/send-gates.ts';
import type { SendRefusalCode } from '../../policy/gates/refusal.ts';
import { nextOpening } from '../../policy/sending-window.ts';
import { heldUntil, heldWords, isStruckNow } from '../../policy/strike/hold.ts';
import type { DispatchNotice, DispatchRecord } from '../../ports/dispatches.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { Kept } from './attempt.ts';
import type { SendSetup } from './send-setup.ts';

/**
 * What holds back what follows a notice that has left: not what was to be proved before it did, but whatever has been learnt
 * since. A look or an answer stops a reminder that is queued already (rule 5).
 */
const AFTERWARDS: ReadonlySet<SendRefusalCode> = new Set([
  'authority-missing', 'authority-expired', 'authority-ended', 'case-held', 'case-stopped', 'hands-off', 'answers-other',
  'dark', 'not-armed', 'arming-expired', 'drill-outside-lab', 'never-touched',
]); // prettier-ignore

/** A notice that goes on to the next contact after a bounce has been sent and approved, and has to hold in all else. */
const SETTLED_ONCE_SENT: ReadonlySet<SendRefusalCode> = new Set([
  'notice-not-approved', 'approvals-too-few', 'case-not-approved', 'aim-window-past', 'deadline-near',
]); // prettier-ignore

const WAITS_FOR_NOTICE = 'its notice has not left yet';

const HOUR_MS = 3_600_000;
/** When to look again at what a rate limit keeps. */
const RATE_PAUSE_MS = 300_000;

/** All that must hold at this moment, read in the transaction that will begin the attempt; null where nothing keeps it. */
export async function whatKeepsIt(
  transaction: ReadTransaction,
  setup: SendSetup,
  { dispatch, notice }: { readonly dispatch: DispatchRecord; readonly notice: DispatchNotice },
  now: Instant,
): Promise<Kept | null> {
  const isMail = dispatch.channel === 'mail' || dispatch.channel === 'designated-agent';
  const lacking = isMail ? whatLacksHere(setup) : null;
  if (lacking !== null) return lacking;
  // A correction undoes harm: no gate, no window and no limit keeps it. The database lets it go to nobody new.
  if (dispatch.kind === 'correction') return null;
  // The CSIRT is told of what has been written, in the same minute and not before.
  if (dispatch.kind === 'csirt-copy' && notice.sentAt === null) {
    return { reasons: [WAITS_FOR_NOTICE], at: null, mayGoOn: true };
  }
  // What follows a notice that has left is not held: whoever got it knows.
  const strikes = notice.sentAt === null ? await transaction.strikesOfNotice(notice.noticeId) : [];
  const held = heldUntil(notice.noticeId, strikes, now);
  // Asked before all else, which takes longer: what is held is looked at again every second until its moment.
  if (held !== null) return { reasons: [heldWords(held)], at: held.until, mayGoOn: true };
  const { reasons, isArmingAlone } = await refusals(transaction, setup, dispatch, notice, now);
  // Unarmed, it waits like everything else: armed again, it goes on.
  if (reasons.length > 0) return { reasons, at: null, mayGoOn: isArmingAlone };
  if (dispatch.notBefore !== null && dispatch.notBefore > now) {
    return { reasons: ['its aim time has not come'], at: dispatch.notBefore, mayGoOn: true };
  }
  if (dispatch.nextAt > now) return { reasons: ['it is tried again later'], at: dispatch.nextAt, mayGoOn: true };
  // Who has aimed a notice has chosen its moment.
  if (dispatch.notBefore !== null || isStruckNow(notice.noticeId, strikes, now)) return null;
  const recipient = dispatch.contacts[dispatch.contactIndex] ?? '';
  const to = { recipient, providerKey: notice.providerKey, provider: notice.provider, id: dispatch.dispatchId };
  return (await rateLimit(transaction, setup, to, now)) ?? window(setup, notice, now);
}

/** What keeps this machine from sending, which another one need not lack: nothing ends by it. */
export function whatLacksHere({ transport, senderSet }: Pick<SendSetup, 'transport' | 'senderSet'>): Kept | null {
  const reasons = [
    ...(transport === null ? ['no mail server is set (mail.smtp.host), or traffic.send is off'] : []),
    ...(senderSet ? [] : ['the settings do not say who we are (organisation.name, organisation.email)']),
  ];
  return reasons.length === 0 ? null : { reasons, at: null, mayGoOn: true };
}

async function refusals(
  transaction: ReadTransaction,
  setup: SendSetup,
  dispatch: DispatchRecord,
  notice: DispatchNotice,
  now: Instant,
): Promise<{ readonly reasons: readonly string[]; readonly isArmingAlone: boolean }> {
  const facts = await transaction.sendFacts(dispatch.noticeId);
  if (facts === null) return { reasons: ['its notice is not on record'], isArmingAlone: false };
  const reasons: string[] = [];
  if (notice.hash !== dispatch.hash) reasons.push('the notice has changed since it was approved');
  if (notice.contestedAt !== null) reasons.push('the notice is contested');
  if (notice.state === 'withdrawn' || notice.state === 'retracted') reasons.push(`the notice is ${notice.state}`);
  let others = reasons.length;
  for (const { code, sentence } of sendGates(facts, now, setup.limits)) {
    if (code === 'aim-not-reached') continue;
    if (notice.sentAt !== null) {
      const isOpen = dispatch.kind === 'notice' ? !SETTLED_ONCE_SENT.has(code) : AFTERWARDS.has(code);
      if (!isOpen) continue;
    }
    reasons.push(sentence);
    if (code !== 'not-armed' && code !== 'arming-expired') others += 1;
  }
  return { reasons, isArmingAlone: others === 0 };
}

/** Whether a provider and a domain may have a further message within the hour; its own earlier attempts do not count. */
export async function rateLimit(
  transaction: ReadTransaction,
  { rate }: Pick<SendSetup, 'rate'>,
  to: { readonly id: string; readonly recipient: string; readonly providerKey: string; readonly provider: string },
  now: Instant,
): Promise<Kept | null> {
  const domain = to.recipient.slice(to.recipient.lastIndexOf('@') + 1);
  const sent = await transaction.attemptsSince(now - HOUR_MS, to.providerKey, domain, to.id);
  const inTime = { at: now + RATE_PAUSE_MS, mayGoOn: true };
  if (sent.provider >= rate.perProviderPerHour) {
    return { reasons: [`${to.provider} has got ${sent.provider} messages within an hour`], ...inTime };
  }
  if (sent.domain >= rate.perDomainPerHour) {
    return { reasons: [`${domain} has got ${sent.domain} messages within an hour`], ...inTime };
  }
  return null;
}

function window({ windows }: SendSetup, { country }: DispatchNotice, now: Instant): Kept | null {
  const hours = (country === null ? undefined : windows[country]) ?? windows['default'];
  if (hours === undefined) return null;
  const opens = nextOpening(hours, now);
  return opens <= now ? null : { reasons: ['outside of its sending hours'], at: opens, mayGoOn: true };
}
