import type { Instant } from '../domain/instant.ts';

/** One thing to be done: of a kind, about an operation (by id) or whatever the kind is about; '' for the organisation. */
export interface WorkKey {
  readonly kind: string;
  readonly subject: string;
}

export interface WorkItem extends WorkKey {
  readonly dueAt: Instant;
  /** How often somebody asked for it. */
  readonly asked: number;
  /** Since it last went well. */
  readonly failures: number;
}

/** How one thing stands, for people. */
export interface WorkRecord extends WorkItem {
  readonly problem: string | null;
  readonly done: number;
  readonly doneAt: Instant | null;
  readonly tookMs: number | null;
  /** Who did it last, or failed to. */
  readonly worker: string | null;
}

export interface WorkerRecord {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kinds: readonly string[];
  readonly cannot: readonly { readonly kind: string; readonly why: string }[];
  readonly busy: readonly WorkKey[];
  /** A hash over what decisions are made by. */
  readonly settings: string;
  readonly startedAt: Instant;
  readonly seenAt: Instant;
}

export interface WorkReads {
  /**
   * What is due of these kinds, at most `limit`: at its time, or since the ledger has grown where the kind is about that. One of each
   * kind in turn, the longest due first, so that no notice waits behind a thousand runs.
   */
  workDue(kinds: readonly string[], now: Instant, limit: number): Promise<readonly WorkItem[]>;
  /** One of them as it is now; null where it is not there or not due. */
  workItem(key: WorkKey, now: Instant): Promise<WorkItem | null>;
  /** What is on record, what fails first. */
  workRecords(limit: number): Promise<readonly WorkRecord[]>;
  /** How much of each kind there is and waits, as of now. */
  workCounts(now: Instant): Promise<readonly WorkCount[]>;
  workers(): Promise<readonly WorkerRecord[]>;
  /** Operations in which something may leave: those with a notice. By id. */
  operationsWithNotices(): Promise<readonly string[]>;
}

export interface WorkCount {
  readonly kind: string;
  readonly things: number;
  readonly due: number;
  readonly failing: number;
  readonly done: number;
}

/** What came of it. */
export interface WorkDone {
  readonly item: WorkItem;
  readonly worker: string;
  readonly at: Instant;
  readonly tookMs: number;
  /** When it is due again; null: it is over, unless somebody has asked for it meanwhile. */
  readonly nextAt: Instant | null;
  /** From when on new entries of the ledger make it due before that, counted from `head`; null: they do not. */
  readonly news: { readonly head: number; readonly from: Instant } | null;
}

export interface WorkWrites {
  /** Asks for something to be done, in the transaction that makes it necessary: it is asked for exactly when that commits. */
  askFor(key: WorkKey, at: Instant): Promise<void>;
  /** Puts on record, as due, what is to be done again and again, and removes what is not any more, unless somebody asked for it. */
  planWork(kind: string, subjects: readonly string[], now: Instant): Promise<void>;
  workDone(done: WorkDone): Promise<void>;
  workFailed(
    failed: Pick<WorkDone, 'item' | 'worker' | 'tookMs'> & { readonly problem: string; readonly nextAt: Instant },
  ): Promise<void>;
  /** Says that a worker is there, and forgets those that have not said so since. */
  beat(worker: WorkerRecord, forgetBefore: Instant): Promise<void>;
  workerLeft(id: string): Promise<void>;
}
