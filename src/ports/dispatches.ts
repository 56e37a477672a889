import type { DispatchChannel, DispatchKind, DispatchState, DispatchText } from '../domain/dispatch.ts';
import type { Instant } from '../domain/instant.ts';

/** One outgoing message, as it stands. */
export interface DispatchRecord {
  readonly dispatchId: string;
  readonly operationId: string;
  readonly noticeId: string;
  readonly kind: DispatchKind;
  readonly channel: DispatchChannel;
  /** In the order in which they are tried. */
  readonly contacts: readonly string[];
  /** Whose turn it is. */
  readonly contactIndex: number;
  /** Without angle brackets, the same over all attempts. */
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** Of the notice that was approved. */
  readonly hash: string;
  /** Null: the notice's own message. */
  readonly text: DispatchText | null;
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
  readonly state: DispatchState;
  readonly attempts: number;
  readonly queuedAt: Instant;
  readonly nextAt: Instant;
  readonly recipient: string | null;
  readonly sentAt: Instant | null;
  readonly code: number | null;
  readonly response: string | null;
  readonly ticket: string | null;
}

/** One try, with the very bytes that were offered. */
export interface DispatchAttempt {
  readonly attempt: number;
  readonly recipient: string;
  readonly messageSha256: string;
  readonly attemptedAt: Instant;
  /** Null: nobody knows how it ended. */
  readonly outcome: 'delivered' | 'failed' | null;
}

export interface DispatchReads {
  dispatch(dispatchId: string): Promise<DispatchRecord | null>;
  /** All of an operation, or of one notice, the oldest first. */
  dispatches(operationId: string, noticeId?: string): Promise<readonly DispatchRecord[]>;
  /** What may go now or has been begun and not settled, the earliest first: ids. */
  dispatchesDue(operationId: string, now: Instant): Promise<readonly string[]>;
  /** When the next of those that are not due yet is; null where there is none. */
  nextDispatchAt(operationId: string, now: Instant): Promise<Instant | null>;
  attempts(dispatchId: string): Promise<readonly DispatchAttempt[]>;
  /** Attempts since a moment, at a provider and at a domain: what rate limits count. */
  attemptsSince(
    since: Instant,
    providerKey: string,
    domain: string,
  ): Promise<{ readonly provider: number; readonly domain: number }>;
}
