import type { Gates } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Ask, MethodRow } from '../../domain/method.ts';
import type { NoticeDraft } from '../../domain/notice.ts';
import { hasRole } from '../../domain/person.ts';
import type { PersonRecord } from '../../domain/person.ts';
import type { SendFacts } from '../../domain/send-facts.ts';
import { approvalObstacles, missingForApproval } from '../../policy/approvable.ts';
import type { ApprovalObstacle } from '../../policy/approvable.ts';
import { blastRadius } from '../../policy/blast-radius.ts';
import type { BlastFinding } from '../../policy/blast-radius.ts';
import { approvedUntil, weighApprovals, whyVoid } from '../../policy/gates/approval-gates.ts';
import type { SendRefusal } from '../../policy/gates/refusal.ts';
import { heldUntil } from '../../policy/strike/hold.ts';
import type { HeldNotice } from '../../policy/strike/hold.ts';
import type { NoticeReview, Voucher } from '../../ports/approvals.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { gatedNotice } from './gates-of.ts';

/** Everything that an approver needs on one screen. */
export interface ReviewedNotice {
  /** The moment as of which all of it is: ages count from here. */
  readonly at: Instant;
  readonly notice: NoticeReview;
  readonly facts: SendFacts;
  /** The row of the method table that most of its servers were decided by; null where the table has it no more. */
  readonly row: MethodRow | null;
  /** Its parts; null where something has changed since it was drafted, so that the next run drafts it anew. */
  readonly draft: Pick<NoticeDraft, 'subject' | 'asks' | 'reminders' | 'informed' | 'languages'> | null;
  readonly blast: readonly BlastFinding[];
  readonly standing: ApprovalStanding;
  /** What the draft lacks and only a person can supply: codes and sentences. */
  readonly missing: readonly string[];
  /** What keeps everybody from approving it, whoever they are; what `missing` lacks is among it. */
  readonly forbids: readonly ApprovalObstacle[];
  /** What keeps it from leaving now. */
  readonly refusals: readonly SendRefusal[];
  /** The strike that holds it back for its moment; null where none does. */
  readonly held: HeldNotice | null;
}

export interface ApprovalStanding {
  readonly needed: number;
  readonly given: readonly { readonly name: string; readonly approvedAt: Instant; readonly expiresAt: Instant }[];
  /** Approvals that do not count, with the reason as the rest of a sentence. */
  readonly void: readonly { readonly name: string; readonly why: string }[];
  /** Until when those that count hold together; null where too few do. */
  readonly until: Instant | null;
  /** Approvers who may still approve, by name. */
  readonly mayApprove: readonly string[];
  /** Approvers who may not, and why. */
  readonly mayNot: readonly { readonly name: string; readonly why: string }[];
  readonly vouchers: readonly Voucher[];
}

/** The key of no person: only what holds for all of them is said against it. */
const NOBODY = '';

export interface ReviewSetup {
  readonly gates: Gates;
  readonly now: Instant;
  readonly rows: ReadonlyMap<string, MethodRow>;
  readonly draft: NoticeDraft | null;
}

export async function reviewNotice(
  transaction: ReadTransaction,
  noticeId: string,
  { gates, now, rows, draft }: ReviewSetup,
): Promise<ReviewedNotice> {
  const [{ facts, refusals }, notice, people, vouchers, strikes] = await Promise.all([
    gatedNotice(transaction, noticeId, now, gates),
    transaction.noticeReview(noticeId),
    transaction.people(),
    transaction.vouchers(noticeId),
    transaction.strikesOfNotice(noticeId),
  ]);
  if (notice === null) throw new Error(`the notice ${noticeId} is not in the store`);
  const asks = new Map(draft?.asks.flatMap((group) => group.hosts.map((host) => [host, group.asks] as const)) ?? []);
  const asksOf = (host: string, rowId: string): readonly Ask[] => asks.get(host) ?? rows.get(rowId)?.asks ?? [];
  return {
    at: now,
    notice,
    facts,
    row: rows.get(notice.rowId) ?? null,
    draft,
    blast: blastRadius(notice.items.map((item) => ({ ...item, asks: asksOf(item.host, item.rowId) }))),
    standing: standingOf(facts, people, vouchers, now),
    missing: missingForApproval(facts),
    forbids: approvalObstacles(facts, refusals, NOBODY, [], now),
    refusals,
    held: heldUntil(noticeId, strikes, now),
  };
}

function standingOf(
  facts: SendFacts,
  people: readonly PersonRecord[],
  vouchers: readonly Voucher[],
  now: Instant,
): ApprovalStanding {
  const nameOf = (key: string): string => people.find(({ person }) => person === key)?.name ?? key;
  const { counted, void: voided } = weighApprovals(facts, now);
  const approvers = people.filter((person) => person.removedAt === null && hasRole(person, ['approver']));
  const mayNot = approvers.flatMap(({ person, name }) => {
    if (counted.some((each) => each.person === person)) return [];
    const vouched = vouchers.find((each) => each.person === person);
    return vouched === undefined
      ? []
      : [{ name, why: `vouched for ${vouched.about === 'server' ? 'a server of it' : 'an import that names one'}` }];
  });
  return {
    needed: Math.max(facts.notice.approvals, 1),
    given: counted.map(({ person, approvedAt, expiresAt }) => ({ name: nameOf(person), approvedAt, expiresAt })),
    void: voided.map((each) => ({ name: nameOf(each.person), why: whyVoid(each) })),
    until: approvedUntil(facts, now),
    mayApprove: approvers
      .filter(
        ({ person, name }) =>
          !counted.some((each) => each.person === person) && !mayNot.some((each) => each.name === name),
      )
      .map(({ name }) => name),
    mayNot,
    vouchers,
  };
}
