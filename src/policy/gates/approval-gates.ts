import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ApprovalFact, SendFacts } from '../../domain/send-facts.ts';
import { refusal } from './refusal.ts';
import type { SendRefusal } from './refusal.ts';

/** An approval that does not count, and why. */
export interface VoidApproval {
  readonly person: string;
  readonly why: 'other-text' | 'withdrawn' | 'expired' | 'no-approver' | 'vouched' | 'same-person';
}

const WHY: Readonly<Record<VoidApproval['why'], string>> = {
  'other-text': 'is of a text that has changed since',
  withdrawn: 'was taken back',
  expired: 'has expired',
  'no-approver': 'is by somebody who is no approver any more',
  vouched: 'is by somebody who vouched for a server of it',
  'same-person': 'is by the same person as another',
};

/** Why one approval does not count, as the rest of a sentence about it. */
export function whyVoid({ why }: VoidApproval): string {
  return WHY[why];
}

/** The approvals that count at a moment, one a person, and those that do not. */
export function weighApprovals(
  { approvals, notice }: Pick<SendFacts, 'approvals' | 'notice'>,
  now: Instant,
): { readonly counted: readonly ApprovalFact[]; readonly void: readonly VoidApproval[] } {
  const counted: ApprovalFact[] = [];
  const voided: VoidApproval[] = [];
  for (const approval of approvals) {
    const why = whyNot(approval, notice.hash, now) ?? (isAmong(approval, counted) ? 'same-person' : null);
    if (why === null) counted.push(approval);
    else voided.push({ person: approval.person, why });
  }
  return { counted, void: voided };
}

function whyNot(
  approval: ApprovalFact,
  hash: string,
  now: Instant,
): Exclude<VoidApproval['why'], 'same-person'> | null {
  if (approval.withdrawnAt !== null) return 'withdrawn';
  if (approval.hash !== hash) return 'other-text';
  if (approval.expiresAt <= now) return 'expired';
  if (!approval.wasApprover || !approval.isApprover) return 'no-approver';
  return approval.vouched ? 'vouched' : null;
}

function isAmong({ person }: ApprovalFact, counted: readonly ApprovalFact[]): boolean {
  return counted.some((each) => each.person === person);
}

/** Rule 6: enough different people have approved this very text, nobody has rejected it, and it is in force. */
export function approvalGates(facts: SendFacts, now: Instant): readonly SendRefusal[] {
  const { notice, rejections } = facts;
  const refusals: SendRefusal[] = [];
  const rejection = rejections.find(({ hash }) => hash === notice.hash);
  if (notice.state === 'rejected' || rejection !== undefined) {
    const by = rejection === undefined ? '' : ` by ${rejection.person}: ${rejection.reason}`;
    refusals.push(refusal('notice-rejected', `it was rejected${by}`));
  } else if (notice.state !== 'approved' && notice.state !== 'sent') {
    refusals.push(refusal('notice-not-approved', `it is ${notice.state}, not approved`));
  }
  const weighed = weighApprovals(facts, now);
  // However the table was filled: nothing goes out on nobody's word.
  const needed = Math.max(notice.approvals, 1);
  if (weighed.counted.length < needed) {
    const reasons = weighed.void.map((each) => `that of ${each.person} ${whyVoid(each)}`);
    const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    refusals.push(refusal('approvals-too-few', `${weighed.counted.length} of ${needed} approvals count${why}`));
  }
  return refusals;
}

/** Until when the approvals that count hold together; null where too few count. */
export function approvedUntil(facts: SendFacts, now: Instant): Instant | null {
  const needed = Math.max(facts.notice.approvals, 1);
  const ends = weighApprovals(facts, now)
    .counted.map(({ expiresAt }) => expiresAt)
    .toSorted((a, b) => b - a);
  return ends[needed - 1] ?? null;
}

/** The aim window of a strike: nothing before it, and nothing after it has passed. */
export function aimGates({ notice }: SendFacts, now: Instant): readonly SendRefusal[] {
  const { notBefore, notAfter, halfwayAt } = notice;
  const refusals: SendRefusal[] = [];
  if (notBefore !== null && now < notBefore)
    refusals.push(refusal('aim-not-reached', `it is not to leave before ${readableInstant(notBefore)}`));
  if (notAfter !== null && now > notAfter)
    refusals.push(refusal('aim-window-past', `it was to leave by ${readableInstant(notAfter)}: aim anew`));
  if (halfwayAt !== null && now > halfwayAt)
    refusals.push(refusal('deadline-near', 'half of the time that it gives has passed: run drafts it anew'));
  return refusals;
}
