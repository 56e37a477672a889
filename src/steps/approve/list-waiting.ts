import type { WaitingNotice } from '../../ports/approvals.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** Drafted, rejected and approved notices of an operation that have not left: the most servers first, then configurations. */
export function listWaiting(transaction: ReadTransaction, operationId: string): Promise<readonly WaitingNotice[]> {
  return transaction.waitingNotices(operationId);
}
