/** How a message found its notice. */
export const PLACED_BY = ['message-id', 'token', 'ticket', 'person', 'door'] as const;
export type PlacedBy = (typeof PLACED_BY)[number];

/** An attachment as it is listed; nothing in this program opens one. */
export interface ListedAttachment {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** One recipient of a delivery report (RFC 3464 section 2.3). */
export interface DeliveryStatus {
  /** "failed", "delayed", "delivered", "relayed", "expanded"; "" where the report says none of them. */
  readonly action: string;
  /** RFC 3463: "5.1.1"; null where none is given. */
  readonly status: string | null;
  readonly recipient: string | null;
  readonly diagnostic: string | null;
}

/** What a delivery report says, and which of our messages it is about. */
export interface DeliveryReport {
  readonly recipients: readonly DeliveryStatus[];
  /** Message-IDs of the message that it returns, without angle brackets. */
  readonly originalMessageIds: readonly string[];
}

/**
 * A received message, read within bounds. Everything in it was written by somebody else: texts are made harmless to
 * show, header fields are what the message says of itself and never what we know.
 */
export interface MailFacts {
  /** Of the raw message, lower-case hex: what the message is known by. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Why it could not be read, one sentence; then only the raw bytes tell anything. Null where it could. */
  readonly unreadable: string | null;
  /** Without angle brackets, as all message ids here. */
  readonly messageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** The one mailbox in From, in lower case; null where there is none, several, or nonsense. */
  readonly fromAddress: string | null;
  readonly fromDomain: string | null;
  readonly fromName: string;
  /** How many mailboxes From names: more than one is a disguise more often than not. */
  readonly fromCount: number;
  /** Return-Path: "" is the null path of bounces; null where the message has none. */
  readonly returnPath: string | null;
  readonly subject: string;
  /** As the sender's clock has it, ISO 8601 UTC; null where it cannot be read. */
  readonly date: string | null;
  /** Fields that say of themselves that a machine wrote it, name in lower case to first value. */
  readonly automatic: Readonly<Record<string, string>>;
  /** The type of the whole message in lower case, with report-type where there is one: "multipart/report; delivery-status". */
  readonly contentType: string;
  /** For people: at most 20,000 characters, control and direction characters made visible, no markup, no links. */
  readonly text: string;
  readonly textCut: boolean;
  readonly attachments: readonly ListedAttachment[];
  readonly deliveryReport: DeliveryReport | null;
  /** The Message-ID of a message that is returned as a part of this one. */
  readonly returnedMessageIds: readonly string[];
}

/** What a check of DKIM, SPF or DMARC came to (RFC 8601 section 2.7), or that nobody checked. */
export interface AuthVerdict {
  readonly result:
    'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'temperror' | 'permerror' | 'policy' | 'not checked';
  /** The domain that it is about; null where there is none. */
  readonly domain: string | null;
}

/** Kept with the message. `by` says who checked: we ourselves, our own mail server (mail.authservId), or nobody. */
export interface MailAuth {
  readonly by: 'ourselves' | 'our mail server' | 'nobody';
  readonly dkim: AuthVerdict;
  readonly spf: AuthVerdict;
  readonly dmarc: AuthVerdict;
}

export const NOT_CHECKED: AuthVerdict = { result: 'not checked', domain: null };
export const NOBODY_CHECKED: MailAuth = { by: 'nobody', dkim: NOT_CHECKED, spf: NOT_CHECKED, dmarc: NOT_CHECKED };
