import { problem } from '../../domain/problem.ts';
import type { SendFacts } from '../../domain/send-facts.ts';
import type { NamedNotice } from '../../ports/approvals.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';

export interface TakeBackRequest {
  readonly name: string;
  readonly notice: NamedNotice;
  readonly reason: string;
}

/** A person's no to this very text. It stops what has not left; the next text begins anew. */
export function rejectNotice({ name, notice, reason }: TakeBackRequest): SignedAct {
  return {
    name,
    act: 'notice.rejected',
    lock: notice.operationId,
    async prepare(transaction) {
      const { notice: stored } = await openNotice(transaction, notice);
      return {
        subject: notice.noticeId,
        terms: { operation: notice.operationId, reference: notice.reference, hash: stored.hash, reason },
      };
    },
  };
}

/** A person takes an approval of their own back. It stops what has not left. */
export function withdrawApproval({ name, notice, reason }: TakeBackRequest): SignedAct {
  return {
    name,
    act: 'notice.approval-withdrawn',
    lock: notice.operationId,
    async prepare(transaction, person) {
      const facts = await openNotice(transaction, notice);
      const { hash } = facts.notice;
      const own = facts.approvals.some(
        (each) => each.person === person.person && each.hash === hash && each.withdrawnAt === null,
      );
      if (!own)
        throw problem(
          'refused',
          `${person.name} has no approval of ${notice.reference} to take back`,
          `See who has: dismantle review ${notice.reference}`,
        );
      return {
        subject: notice.noticeId,
        terms: { operation: notice.operationId, reference: notice.reference, hash, reason },
      };
    },
  };
}

/** Facts of a notice that has not left yet. */
async function openNotice(transaction: ReadTransaction, { noticeId, reference }: NamedNotice): Promise<SendFacts> {
  const facts = await transaction.sendFacts(noticeId);
  if (facts === null) throw new Error(`the notice ${noticeId} is not in the store`);
  const { state } = facts.notice;
  if (state === 'drafted' || state === 'approved') return facts;
  throw problem(
    'refused',
    state === 'sent' ? `${reference} has left already` : `${reference} is ${state}`,
    state === 'sent'
      ? 'A wrong notice is taken back with: dismantle retract'
      : 'List what waits with: dismantle review',
  );
}
