import type { DispatchChannel, DispatchKind, DispatchState, DispatchText } from '../domain/dispatch.ts';
import type { InformedParty, NoticeState } from '../domain/notice.ts';
import type { Method } from '../domain/method.ts';
import type { Channel } from '../domain/provider.ts';
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
  /** `unknown`: lost before the answer, so that it may have arrived; null: begun, and whoever began it died. */
  readonly outcome: 'delivered' | 'failed' | 'unknown' | null;
  /** It may have arrived, is not tried again by itself, and a person was told. */
  readonly isGivenUp: boolean;
}

/** The notice behind a dispatch, as far as sending asks. */
export interface DispatchNotice {
  readonly noticeId: string;
  readonly reference: string;
  readonly state: NoticeState;
  readonly hash: string;
  readonly messageId: string;
  readonly messageSha256: string;
  readonly method: Method;
  readonly providerKey: string;
  readonly provider: string;
  readonly country: string | null;
  readonly channel: Channel;
  /** The provider's own: a mailbox, or the address of a form. */
  readonly contact: string | null;
  readonly contacts: readonly string[];
  readonly informed: readonly InformedParty[];
  readonly copy: DispatchText | null;
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
  readonly sentAt: Instant | null;
  readonly contestedAt: Instant | null;
  /** Whose approvals stand behind this very text. */
  readonly approvedBy: readonly string[];
}

export interface DispatchDue {
  readonly dispatchId: string;
  readonly noticeId: string;
  /** A notice that nobody has got and no attempt is under way for: what a strike holds back. */
  readonly mayBeHeld: boolean;
}

export interface DispatchReads {
  noticeToSend(noticeId: string): Promise<DispatchNotice | null>;
  /** Notices that are approved and whose message nobody has queued, or whose dispatch was cancelled since: ids. */
  approvedNotices(operationId: string): Promise<readonly string[]>;
  dispatch(dispatchId: string): Promise<DispatchRecord | null>;
  /** All of an operation, or of one notice, the oldest first. */
  dispatches(operationId: string, noticeId?: string): Promise<readonly DispatchRecord[]>;
  /** What may go now or has been begun and not settled, the earliest first. */
  dispatchesDue(operationId: string, now: Instant): Promise<readonly DispatchDue[]>;
  /** When the next of those that are not due yet is; null where there is none. */
  nextDispatchAt(operationId: string, now: Instant): Promise<Instant | null>;
  /** The bytes under which a notice was last taken; null where none were. */
  messageAsLeft(noticeId: string): Promise<Uint8Array | null>;
  attempts(dispatchId: string): Promise<readonly DispatchAttempt[]>;
  /** Messages with an attempt since a moment, at a provider and at a domain, one dispatch or briefing left out: what rate limits count. */
  attemptsSince(
    since: Instant,
    providerKey: string,
    domain: string,
    exceptDispatch: string,
  ): Promise<{ readonly provider: number; readonly domain: number }>;
}
