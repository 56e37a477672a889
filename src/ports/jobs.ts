import type { WriteTransaction } from './store.ts';

/** Work that has to follow a transaction: sent inside it, so that it exists exactly when the transaction was committed. */
export type Job = { readonly name: 'write-outbox'; readonly noticeIds: readonly string[] };
export type JobName = Job['name'];

export interface Jobs {
  /** Queues a job in `transaction`. One job a chunk, never one an indicator. */
  send(transaction: WriteTransaction, job: Job): Promise<void>;
  /**
   * Carries out what is queued until the queue is empty, oldest first. A job whose handler throws stays queued; a job
   * that a killed process had begun is begun again, so handlers must bear repetition.
   */
  drain(handler: (job: Job) => Promise<void>): Promise<number>;
}
