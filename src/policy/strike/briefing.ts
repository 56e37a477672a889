import type { Briefing, BriefingNotice } from '../../domain/briefing.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Strike } from '../../domain/strike.ts';
import { heldUntil, isEnough, strikeState } from './hold.ts';

/*
 * Who is told ahead of a strike, and what keeps it. The database answers the same in SQL (the function assert_briefing), and the
 * audit from the ledger alone.
 */

/** A provider whose desk is told, and of what. */
export interface Briefed {
  readonly providerKey: string;
  readonly provider: string;
  readonly country: string | null;
  readonly recipient: string;
  /** By reference. */
  readonly notices: readonly BriefingNotice[];
  /** How many servers they name. */
  readonly servers: number;
  /** When the first of them may leave. */
  readonly leaveBefore: Instant;
}

export interface NotBriefed {
  readonly providerKey: string;
  readonly provider: string;
  /** A clause. */
  readonly why: string;
}

/** Every provider of a strike: told ahead, or why not. In the order of the first reference. */
export function whoIsBriefed(
  strike: Pick<Strike, 'strategy' | 'items'>,
  notices: readonly BriefingNotice[],
): { readonly briefed: readonly Briefed[]; readonly others: readonly NotBriefed[] } {
  const briefed: Briefed[] = [];
  const others: NotBriefed[] = [];
  for (const own of Map.groupBy(notices, ({ providerKey }) => providerKey).values()) {
    const [first] = own;
    if (first === undefined) continue;
    const judged = judge(strike, own, first);
    if (typeof judged !== 'string') briefed.push(judged);
    else others.push({ providerKey: first.providerKey, provider: first.provider, why: judged });
  }
  return { briefed, others };
}

function judge(
  { strategy, items }: Pick<Strike, 'strategy' | 'items'>,
  notices: readonly BriefingNotice[],
  { providerKey, provider, country, trust, channel, contact }: BriefingNotice,
): Briefed | string {
  const planned = new Map(items.filter(({ isDevice }) => !isDevice).map((item) => [item.noticeId, item]));
  const waiting = notices.filter(({ noticeId }) => planned.has(noticeId));
  const own = waiting.flatMap(({ noticeId }) => planned.get(noticeId) ?? []);
  if (strategy === 'rolling' || own.length === 0) return 'nothing of it waits';
  if (trust !== 'cooperative') return `its trust is ${trust}`;
  if (own.some(({ mayForward }) => mayForward)) return 'it may tell its customer';
  if (channel !== 'mail' || contact === null) return 'its notice does not go by mail';
  if (waiting.some((notice) => notice.contact !== contact)) return 'its notices go to different mailboxes';
  const gone = waiting.find(({ state, sentAt, contestedAt }) => sentAt !== null || contestedAt !== null || !WAITS.has(state)); // prettier-ignore
  if (gone !== undefined) return `its notice ${gone.reference} waits no more`;
  return {
    providerKey,
    provider,
    country,
    recipient: contact,
    notices: waiting.toSorted((one, other) => (one.reference < other.reference ? -1 : 1)),
    servers: new Set(own.flatMap(({ cases }) => cases)).size,
    leaveBefore: Math.min(...own.map(({ notifyAt }) => notifyAt)),
  };
}

const WAITS: ReadonlySet<BriefingNotice['state']> = new Set(['drafted', 'approved']);

/** Two different people who are on record still, one of them counsel, for this very text. */
export function isBriefingApproved({ approvals }: Pick<Briefing, 'approvals'>): boolean {
  return isEnough(approvals.filter(({ stands }) => stands));
}

/** What keeps a briefing from leaving at a moment, a clause each; arming, limits and its text aside. */
export function whatKeepsBriefing(
  briefing: Briefing,
  strike: Strike,
  strikes: readonly Strike[],
  notices: readonly BriefingNotice[],
  now: Instant,
): readonly string[] {
  const { providerKey, recipient, leaveBefore } = briefing;
  const reasons: string[] = [];
  if (strikeState(strike, now) !== 'held') reasons.push(`strike ${strike.number} is not held`);
  if (leaveBefore <= now) reasons.push('its notice may leave by now');
  if (!isBriefingApproved(briefing)) reasons.push('two people have to approve it, one of them counsel');
  const { briefed, others } = whoIsBriefed(strike, notices);
  const current = briefed.find((each) => each.providerKey === providerKey);
  if (current === undefined) {
    reasons.push(
      others.find((each) => each.providerKey === providerKey)?.why ?? 'the strike names its provider no more',
    );
  } else {
    if (current.recipient !== recipient) reasons.push('its notice goes to another mailbox by now');
    const ids = current.notices.map(({ noticeId }) => noticeId).sort();
    if (ids.join() !== [...briefing.notices].sort().join()) reasons.push('its notices are others by now');
    if (current.leaveBefore < leaveBefore) reasons.push('its notice leaves earlier than it says');
    if (ids.some((id) => heldUntil(id, strikes, now) === null)) reasons.push('its notice is held back no more');
  }
  return reasons;
}

/** What a briefing has come to, as people see it. */
export type BriefingStanding =
  'to-approve' | 'half-approved' | 'approved' | 'sent' | 'in doubt' | 'failed' | 'cancelled';

/** What has not left when the hold ends, or its notice may leave, leaves no more. */
export function briefingStanding(briefing: Briefing, strike: Strike, now: Instant): BriefingStanding {
  if (briefing.state === 'sent' || briefing.state === 'failed') return briefing.state;
  if (briefing.state === 'attempted') return 'in doubt';
  const isOver = strikeState(strike, now) !== 'held' || briefing.leaveBefore <= now;
  // A try that was refused for sure says nothing of the one before it.
  if (isOver) return briefing.doubts.length > 0 ? 'in doubt' : 'cancelled';
  if (isBriefingApproved(briefing)) return 'approved';
  return briefing.approvals.some(({ stands }) => stands) ? 'half-approved' : 'to-approve';
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const DOT = '(?:\\.|\\[\\.\\]|\\(\\.\\))';
const COLON = '(?::|\\[:\\])';
const ADDRESSES = new RegExp(
  `(?<![\\d.])${OCTET}(?:${DOT}${OCTET}){3}(?!\\.?\\d)|(?<![\\w:])(?:[\\da-f]{0,4}${COLON}){2,7}[\\da-f]{0,4}(?![\\w:])`,
  'i',
);

/** An IP address that a text holds, defanged or not; null where it holds none. The audit looks for the same. */
export function addressIn(text: string): string | null {
  return ADDRESSES.exec(text)?.[0] ?? null;
}
