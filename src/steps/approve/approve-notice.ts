import { createHash } from 'node:crypto';
import type { Gates } from '../../domain/gates.ts';
import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { JsonValue } from '../../domain/notice.ts';
import { assertTwoHands } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { approvalObstacles } from '../../policy/approvable.ts';
import type { FollowUps, NamedNotice } from '../../ports/approvals.ts';
import type { SignedAct } from '../../ports/signing.ts';
import { gatedNotice } from './gates-of.ts';

/** How long an approval stands where nobody says. */
export const APPROVAL_HOURS = 72;
/** Nobody can know further ahead what a server will be: the database refuses more, too. */
export const MAX_APPROVAL_HOURS = 14 * 24;
const HOUR_MS = 3_600_000;

export interface ApprovalRequest {
  /** As typed with --as. */
  readonly name: string;
  readonly notice: NamedNotice;
  /** The hash that the person was shown: what has changed since is not what they mean. */
  readonly hash: string;
  /** Null: APPROVAL_HOURS, or until the authority expires. */
  readonly hours: number | null;
  readonly gates: Gates;
  /** The moment of asking: an approval ends so many hours later. */
  readonly now: Instant;
  /** What lint found wrong with the stored message, a sentence each. */
  readonly errors: readonly string[];
}

/** A person's yes to the very text that stands in the store, to whom it goes, and until when. */
export function approveNotice(request: ApprovalRequest): SignedAct {
  const { name, notice, now } = request;
  const { noticeId, operationId } = notice;
  return {
    name,
    act: 'notice.approved',
    lock: operationId,
    async prepare(transaction, signer) {
      const { person, name: known } = signer;
      const [{ facts, refusals }, vouchers, people, review] = await Promise.all([
        gatedNotice(transaction, noticeId, now, request.gates),
        transaction.vouchers(noticeId),
        transaction.people(),
        transaction.noticeReview(noticeId),
      ]);
      if (facts.notice.hash !== request.hash)
        throw problem(
          'refused',
          `${notice.reference} has changed since it was shown`,
          `Look at it anew: dismantle review ${notice.reference}`,
        );
      const vouched = vouchers.filter((each) => each.person === person);
      const obstacles = approvalObstacles(facts, refusals, person, [...new Set(vouched.map((each) => each.name))], now);
      const sentences = [
        ...request.errors.map((error) => `lint: ${error}`),
        ...obstacles.map(({ sentence }) => sentence),
      ];
      if (sentences.length > 0)
        throw problem(
          'refused',
          `${known} cannot approve ${notice.reference}: ${sentences.join('; ')}`,
          `See what is missing with: dismantle review ${notice.reference}`,
        );
      const standing = facts.approvals.filter(
        ({ hash, withdrawnAt, expiresAt }) => hash === facts.notice.hash && withdrawnAt === null && expiresAt > now,
      );
      assertTwoHands(
        people,
        signer,
        standing.map((each) => each.person),
      );
      if (review === null) throw new Error(`the notice ${noticeId} is not in the store`);
      const terms: Readonly<Record<string, JsonValue>> = {
        operation: operationId,
        reference: notice.reference,
        hash: facts.notice.hash,
        messageSha256: review.messageSha256,
        followUps: hashFollowUps(review.followUps),
        recipients: [...review.contacts],
        informed: review.informed.map((party) => ({ name: party.name, contact: party.contact })),
        method: facts.notice.method,
        authority: facts.authority?.id ?? null,
        servers: facts.items.length,
        notBefore: momentOf(facts.notice.notBefore),
        notAfter: momentOf(facts.notice.notAfter),
        expiresAt: isoInstant(expiryOf(request, facts.authority?.expiresAt ?? null)),
      };
      return { subject: noticeId, terms };
    },
  };
}

/** SHA-256 over the canonical JSON of what the draft's entry says under these three names. */
export function hashFollowUps({ reminders, nextContact, copy }: FollowUps): string {
  return createHash('sha256').update(canonicalJson({ reminders, nextContact, copy })).digest('hex');
}

function momentOf(moment: Instant | null): string | null {
  return moment === null ? null : isoInstant(moment);
}

/** Never longer than two weeks, and never beyond the order that it stands on. */
function expiryOf({ hours, now }: Pick<ApprovalRequest, 'hours' | 'now'>, orderEnds: Instant | null): Instant {
  if (hours !== null && !(Number.isInteger(hours) && hours >= 1 && hours <= MAX_APPROVAL_HOURS))
    throw problem('usage', `--hours is a whole number from 1 to ${MAX_APPROVAL_HOURS}`);
  const wanted = now + (hours ?? APPROVAL_HOURS) * HOUR_MS;
  if (orderEnds === null || wanted <= orderEnds) return wanted;
  if (hours === null) return orderEnds;
  throw problem(
    'refused',
    `the order that it stands on expires on ${readableInstant(orderEnds)}, before ${hours} hours have passed`,
    'Give fewer --hours, or leave it out: the approval then ends with the order',
  );
}
