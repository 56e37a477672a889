import type { DispatchKind } from '../domain/dispatch.ts';
import type { Instant } from '../domain/instant.ts';
import type { DeliveryReport, MailAuth, PlacedBy } from '../domain/received-mail.ts';
import type { ReplyClass } from '../domain/reply.ts';

/** A received message as it stands. */
export interface ReceivedMail {
  /** SHA-256 of the raw message: its id. */
  readonly sha256: string;
  readonly sequence: number;
  readonly operationId: string | null;
  readonly noticeId: string | null;
  readonly dispatchId: string | null;
  /** The reference of its notice; null where it is not placed. */
  readonly reference: string | null;
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly fromAddress: string | null;
  readonly fromDomain: string | null;
  readonly subject: string;
  readonly receivedAt: Instant;
  readonly placedBy: PlacedBy | null;
  /** Nothing follows from a message that is not confirmed. */
  readonly isConfirmed: boolean;
  readonly class: ReplyClass;
  /** What it was taken for before a person said something. */
  readonly proposedClass: ReplyClass;
  readonly reasons: readonly string[];
  /** The provider's number in it. */
  readonly ticket: string | null;
  readonly auth: MailAuth;
  readonly bounce: DeliveryReport | null;
  /** Who placed or classed it by hand; null where nobody did. */
  readonly byPerson: string | null;
  readonly source: string;
}

/** A notice that a message may belong to. */
export interface MailThread {
  readonly noticeId: string;
  readonly operationId: string;
  /** The dispatch whose Message-ID led here; null where a token or ticket did. */
  readonly dispatchId: string | null;
  readonly by: Exclude<PlacedBy, 'person' | 'door'>;
  readonly key: string;
  readonly recipients: readonly { readonly address: string; readonly kind: DispatchKind }[];
  readonly knownDomains: readonly string[];
}

/** Who was written to in a notice's conversation, and whose messages in it count. */
export interface ConversationFacts {
  readonly noticeId: string;
  readonly operationId: string;
  readonly reference: string;
  /** Of the message that was drafted: what a reply may quote. */
  readonly messageSha256: string;
  readonly recipients: MailThread['recipients'];
  readonly knownDomains: readonly string[];
  /** Confirmed messages, the oldest first. */
  readonly mails: readonly Pick<ReceivedMail, 'sha256' | 'class' | 'fromDomain'>[];
}

export interface MailReads {
  receivedMail(sha256: string): Promise<ReceivedMail | null>;
  /** Messages whose id begins so, at most two. */
  findReceivedMail(start: string): Promise<readonly ReceivedMail[]>;
  /** The newest first; with `unplaced` those alone that wait for a person: unplaced, or not confirmed. */
  receivedMails(unplaced: boolean, limit: number): Promise<readonly ReceivedMail[]>;
  /** Notices that the keys of a message lead to. */
  mailThreads(keys: {
    readonly messageIds: readonly string[];
    readonly tokens: readonly string[];
    readonly ticket: string | null;
  }): Promise<readonly MailThread[]>;
  conversation(noticeId: string): Promise<ConversationFacts | null>;
  /** Notices by reference or id, over all operations, at most two. */
  noticesForMail(
    text: string,
  ): Promise<readonly { readonly noticeId: string; readonly operationId: string; readonly reference: string }[]>;
  /** Whether one of these Message-IDs is that of what a desk was told ahead of a strike. */
  isBriefing(messageIds: readonly string[]): Promise<boolean>;
  /** Whether one of our messages bears this Message-ID. */
  isOurMessageId(messageId: string): Promise<boolean>;
}
