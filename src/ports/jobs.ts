import type { Instant } from '../domain/instant.ts';
import type { WriteTransaction } from './store.ts';

/** Work that has to follow a transaction. One job a chunk, never one an indicator. */
export interface Job {
  /** Which worker takes it: lower-case words with dashes. */
  readonly queue: string;
  readonly organisationId: string;
  /** What the worker needs to know; small, since the store holds the rest. */
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
  /** Not before this moment; at once where it is not given. */
  readonly startAfter?: Instant;
}

export interface Jobs {
  /** Queues a job in `transaction`: it exists exactly when the transaction was committed. */
  send(transaction: WriteTransaction, job: Job): Promise<void>;
  /**
   * Carries out what waits in a queue until it is empty, and says how many jobs that were. A job whose handler throws
   * is tried again later; so is one that a killed worker had begun. Handlers must therefore bear repetition. `concurrency` jobs at once, one where not given.
   */
  drain(queue: string, handler: (job: Job) => Promise<void>, concurrency?: number): Promise<number>;
  close(): Promise<void>;
}
