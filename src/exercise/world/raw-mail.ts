import type { Instant } from '../../domain/instant.ts';

/** A mail as somebody in the world writes it. */
export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly at: Instant;
  readonly text: string;
  /** Whether a machine wrote it (RFC 3834). */
  readonly isAutomatic: boolean;
}

/** Its bytes (RFC 5322). */
export function rawMail({ from, to, subject, messageId, inReplyTo, at, text, isAutomatic }: Letter): Uint8Array {
  const lines = [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${messageId}>`,
    ...(inReplyTo === null ? [] : [`In-Reply-To: <${inReplyTo}>`, `References: <${inReplyTo}>`]),
    ...(isAutomatic ? ['Auto-Submitted: auto-replied'] : []),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    ...text.split('\n'),
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'utf8');
}
