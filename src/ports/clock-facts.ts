import type { DispatchChannel, DispatchKind, DispatchState, DispatchText } from '../domain/dispatch.ts';
import type { Instant } from '../domain/instant.ts';
import type { LookOutcome } from '../domain/look.ts';
import type { Method } from '../domain/method.ts';
import type { InformedParty, NoticeState, Reminder } from '../domain/notice.ts';
import type { CaseView } from './views.ts';
import type { HostType, ServerKind } from '../domain/server.ts';

/** A server that a notice names, as it stands. */
export interface NamedCase {
  readonly caseId: string;
  readonly serverId: string;
  readonly host: string;
  readonly hostType: HostType;
  readonly kind: ServerKind;
  readonly state: string;
  /** The row of the method table that decided it. */
  readonly rowId: string | null;
  readonly look: { readonly outcome: LookOutcome; readonly at: Instant } | null;
}

/** What has been queued of a notice, whether it left or not. */
export interface ClockDispatch {
  readonly dispatchId: string;
  readonly kind: DispatchKind;
  readonly channel: DispatchChannel;
  readonly messageId: string;
  readonly contacts: readonly string[];
  readonly state: DispatchState;
  readonly attempts: number;
  readonly queuedAt: Instant;
  readonly sentAt: Instant | null;
  /** Mailboxes at which an attempt was begun: whoever stands here may have read it. */
  readonly attemptedAt: readonly string[];
  /** At which mailbox an attempt was last begun of which nobody knows whether it arrived; null where there is none. */
  readonly inDoubt: string | null;
}

/** A notice of which something has left or may have left, with all that the clock and a retraction ask. */
export interface ClockNotice {
  readonly noticeId: string;
  readonly reference: string;
  readonly messageId: string;
  readonly hash: string;
  readonly providerKey: string;
  readonly provider: string;
  readonly country: string | null;
  readonly method: Method;
  readonly rowId: string;
  readonly state: NoticeState;
  readonly sentAt: Instant | null;
  readonly contacts: readonly string[];
  readonly informed: readonly InformedParty[];
  readonly reminders: readonly Reminder[];
  readonly nextContact: DispatchText | null;
  readonly copy: DispatchText | null;
  readonly contestedAt: Instant | null;
  /** What was answered last. */
  readonly conversation: string | null;
  readonly lastReplyAt: Instant | null;
  /** False where a person has said that the desk closes repeats unread. */
  readonly wantsReminders: boolean;
  readonly cases: readonly NamedCase[];
  readonly dispatches: readonly ClockDispatch[];
}

/** A server that is identified and stands in no notice that has left. */
export interface UnnotifiedServer extends Omit<NamedCase, 'rowId' | 'look'> {
  readonly openedAt: Instant;
  readonly provider: string | null;
  readonly missing: readonly string[];
}

/** What of a server's harm is on record. */
export interface HarmRecord {
  readonly serverId: string;
  /** Campaign tags whose newest configuration names it. */
  readonly newestConfigurations: readonly string[];
  readonly reported: 'online' | 'offline' | null;
  readonly look: LookOutcome | null;
  readonly sightings: number;
}

/** A case that was taken back. */
export interface RetractedCase {
  readonly caseId: string;
  readonly serverId: string;
  readonly host: string;
  readonly hostType: HostType;
  readonly retractedAt: Instant;
  readonly reason: string;
}

export interface DutyRecord {
  readonly dutyId: string;
  readonly person: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly setBy: string;
}

export interface HandsOffRecord {
  readonly serverId: string;
  readonly host: string;
  readonly party: string;
  readonly until: Instant;
  readonly note: string;
}

export interface ReplyRecord {
  readonly reference: string | null;
  readonly noticeId: string | null;
  readonly from: string | null;
  readonly subject: string;
  readonly class: string;
  readonly receivedAt: Instant;
  readonly isConfirmed: boolean;
  readonly isPlaced: boolean;
}

export interface AuthorityEnd {
  readonly reference: string;
  readonly endsAt: Instant;
}

/** What is due is read from these; nothing of it is decided here. */
export interface ClockReads {
  /** Notices with a message that has left or may have left; with a case, those that name it. */
  clockNotices(operationId: string, caseId?: string): Promise<readonly ClockNotice[]>;
  /**
   * Of these, all about which anything may still go by itself, and perhaps others: what was sent, of whose servers none is contested,
   * taken back, dark or settled, and one at least was not found dark or something else since, or the CSIRT is still to be told.
   */
  runningNotices(operationId: string): Promise<readonly ClockNotice[]>;
  caseById(operationId: string, caseId: string): Promise<CaseView | null>;
  /** Messages of notices that name a case which have not left for certain: queued, begun, waiting, failed. */
  openDispatches(caseId: string): Promise<readonly { readonly dispatchId: string; readonly noticeId: string }[]>;
  /** The longest known first, at most `limit`. */
  unnotifiedServers(operationId: string, limit: number): Promise<readonly UnnotifiedServer[]>;
  harmOf(operationId: string, serverIds: readonly string[]): Promise<readonly HarmRecord[]>;
  retractedCases(operationId: string): Promise<readonly RetractedCase[]>;
  /** "Hands off" that stands or has run out, while nobody has asked again since. */
  handsOffRecords(operationId: string): Promise<readonly HandsOffRecord[]>;
  /** Authorities that end within a span of time. */
  authoritiesEnding(operationId: string, from: Instant, until: Instant): Promise<readonly AuthorityEnd[]>;
  /** What came in since a moment, and what nobody could place, whenever it came; the oldest first. */
  repliesSince(operationId: string, since: Instant): Promise<readonly ReplyRecord[]>;
  /** Of the whole organisation, the earliest first; those that end after a moment. */
  duties(after: Instant): Promise<readonly DutyRecord[]>;
}
