import type { WriteTransaction } from './store.ts';

/** What was wrong and is taken back. */
export interface Withdrawal {
  readonly caseId: string;
  readonly serverId: string;
  readonly operationId: string;
  readonly reason: string;
}

/**
 * Everything by which others learn of servers: lists, feeds, collections. A retraction calls each in its transaction, after
 * the row in `sharing_withdrawal` stands, so that what is shared from then on cannot hold the server any more.
 */
export interface Sharing {
  withdraw(transaction: WriteTransaction, withdrawal: Withdrawal): Promise<void>;
}
