import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { HOLD_APPROVALS, MAX_HOLD_HOURS } from '../../domain/strike.ts';
import type { Role } from '../../domain/person.ts';
import type { HoldApproval, HoldRole, Strike } from '../../domain/strike.ts';

/*
 * When a strike holds a notice back. The database answers the same in SQL (the function held_until), and the audit from the
 * ledger alone; tests hold them against each other.
 */

const MAX_HOLD_MS = MAX_HOLD_HOURS * 3_600_000;

type Approvals = Pick<Strike, 'approvals'>;

/** Two different people, one of them counsel. */
export function isEnough(approvals: readonly Pick<HoldApproval, 'person' | 'role'>[]): boolean {
  const people = new Set(approvals.map(({ person }) => person));
  return people.size >= HOLD_APPROVALS && approvals.some(({ role }) => role === 'counsel');
}

/** Whether enough people would have approved with this one, and none of them were counsel. */
export function lacksCounsel(
  approvals: readonly Pick<HoldApproval, 'person' | 'role' | 'stands'>[],
  own: Pick<HoldApproval, 'person' | 'role'>,
): boolean {
  const standing = approvals.filter(({ stands }) => stands);
  return standing.length + 1 >= HOLD_APPROVALS && !isEnough([...standing, own]);
}

/** As what a person approves: whoever is counsel does so as counsel. */
export function holdRole({ roles }: { readonly roles: readonly Role[] }): HoldRole {
  return roles.includes('counsel') ? 'counsel' : 'approver';
}

/** What one of the two has to be and nobody is who has approved. */
export function missingRole(approvals: readonly Pick<HoldApproval, 'role' | 'stands'>[]): HoldRole | null {
  return approvals.some(({ role, stands }) => stands && role === 'counsel') ? null : 'counsel';
}

/** From when on, and until when at most, a strike holds; null where too few approvals stand. */
export function holdOf({ approvals }: Approvals): { readonly from: Instant; readonly until: Instant } | null {
  const standing = approvals.filter(({ stands }) => stands);
  if (!isEnough(standing)) return null;
  const first = firstOf(standing);
  const until = Math.min(first + MAX_HOLD_MS, ...standing.map((approval) => approval.until));
  return { from: first, until };
}

function firstOf(approvals: readonly HoldApproval[]): Instant {
  return Math.min(...approvals.map(({ approvedAt }) => approvedAt));
}

/** A day after a notice was first held back, whatever strike did it: several in a row hold no longer than one. */
export function latestHold(noticeId: string, strikes: readonly Strike[]): Instant {
  const first = strikes
    .filter(({ approvals, items }) => isEnough(approvals) && items.some((item) => item.noticeId === noticeId))
    .map(({ approvals }) => firstOf(approvals));
  return first.length === 0 ? Infinity : Math.min(...first) + MAX_HOLD_MS;
}

export interface HeldNotice {
  /** The strike's number. */
  readonly strike: number;
  /** When the hold lets it go. */
  readonly until: Instant;
}

/** Until when a notice is held back at a moment, by the strike that holds it longest; null where none does. */
export function heldUntil(noticeId: string, strikes: readonly Strike[], now: Instant): HeldNotice | null {
  const latest = latestHold(noticeId, strikes);
  let held: HeldNotice | null = null;
  for (const strike of strikes) {
    if (strike.released !== null && strike.released.at <= now) continue;
    const hold = holdOf(strike);
    const item = strike.items.find((each) => each.noticeId === noticeId);
    if (hold === null || item === undefined) continue;
    const until = Math.min(item.notifyAt, hold.until, latest);
    if (until > now && until > (held?.until ?? 0)) held = { strike: strike.number, until };
  }
  return held;
}

/** Where a strike stands. */
export type StrikeState = 'planned' | 'half-approved' | 'held' | 'struck' | 'released' | 'expired';

export function strikeState(strike: Strike, now: Instant): StrikeState {
  const hold = holdOf(strike);
  if (strike.released !== null) return 'released';
  if (hold !== null) return now < Math.min(hold.until, strike.aim) ? 'held' : 'struck';
  if (strike.aim <= now) return 'expired';
  return strike.approvals.some(({ stands }) => stands) ? 'half-approved' : 'planned';
}

/** How long after its moment a notice of a strike goes out whatever the desk's hours and the usual rates are. */
export const SERVICE_HOUR_MS = 3_600_000;

/** Whether its moment, which two people have chosen, has come within the hour: like an aim, that goes before hours and rates. */
export function isStruckNow(noticeId: string, strikes: readonly Strike[], now: Instant): boolean {
  return strikes.some((strike) => {
    const hold = holdOf(strike);
    const item = strike.items.find((each) => each.noticeId === noticeId);
    if (hold === null || item === undefined || item.isDevice || strike.released !== null) return false;
    return item.notifyAt > hold.from && item.notifyAt <= now && now < item.notifyAt + SERVICE_HOUR_MS;
  });
}

/** The strikes that name each notice, each with that item alone. */
export function byNotice(strikes: readonly Strike[]): ReadonlyMap<string, readonly Strike[]> {
  const named = new Map<string, Strike[]>();
  for (const strike of strikes) {
    for (const item of strike.items) {
      const of = named.get(item.noticeId) ?? [];
      of.push({ ...strike, items: [item] });
      named.set(item.noticeId, of);
    }
  }
  return named;
}

/** Every notice that is held back at a moment. */
export function heldNotices(strikes: readonly Strike[], now: Instant): ReadonlyMap<string, HeldNotice> {
  const held = new Map<string, HeldNotice>();
  for (const [noticeId, naming] of byNotice(strikes)) {
    const found = heldUntil(noticeId, naming, now);
    if (found !== null) held.set(noticeId, found);
  }
  return held;
}

/** The same by case. */
export function heldCases(strikes: readonly Strike[], now: Instant): ReadonlyMap<string, HeldNotice> {
  const notices = heldNotices(strikes, now);
  const cases = new Map<string, HeldNotice>();
  for (const { items } of strikes) {
    for (const item of items) {
      const held = notices.get(item.noticeId);
      if (held !== undefined) for (const caseId of item.cases) cases.set(caseId, held);
    }
  }
  return cases;
}

/** "held by strike 2 until 2026-11-24 14:00 UTC": the same words everywhere. */
export function heldWords({ strike, until }: HeldNotice): string {
  return `held by strike ${strike} until ${readableInstant(until)}`;
}
