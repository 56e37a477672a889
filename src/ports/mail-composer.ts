import type { Instant } from '../domain/instant.ts';

export interface MailAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A further mail: a copy, a reminder, a correction. */
export interface MailParts {
  readonly from: { readonly name: string; readonly email: string };
  readonly to: string;
  readonly subject: string;
  /** Plain text, lines end in "\n". */
  readonly text: string;
  /** msg-ids without angle brackets (RFC 5322 section 3.6.4). */
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly date: Instant;
  readonly drill: boolean;
  readonly attachments: readonly MailAttachment[];
  /** Sent by the clock and approved by nobody for itself, as a reminder is (RFC 3834 section 5); false where not said. */
  readonly automatic?: boolean;
}

/** Makes the bytes that go over the wire: signed as the settings say, S/MIME first and DKIM last. */
export interface MailComposer {
  /**
   * The approved draft's bytes with this Date and To and nothing else changed, signed. Throws a `refused` problem where they
   * are no notice of ours any more, or the values could break out of their fields.
   */
  finish(stored: Uint8Array, parts: { readonly date: Instant; readonly to: string }): Promise<Uint8Array>;
  compose(parts: MailParts): Promise<Uint8Array>;
}
