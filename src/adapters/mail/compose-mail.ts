import { createHash } from 'node:crypto';
import MimeNode from 'nodemailer/lib/mime-node';
import { headerTextFault, mailboxFault, messageIdFault } from '../../domain/mail-address.ts';
import type { MailAttachment, MailParts } from '../../ports/mail-composer.ts';
import { refuse } from './message-fields.ts';

const MAX_REFERENCES = 100;
const MAX_TEXT_CHARACTERS = 1_000_000;
/** Longer lines are legal up to 998 octets, and programs on the way break them. */
const MAX_PLAIN_LINE = 78;

/**
 * Builds a further mail of a thread: plain text in UTF-8, and attachments. As with notices the same parts give the same bytes:
 * boundaries come from the Message-ID, the date from the caller, and nothing names the library.
 */
export async function composeMail(parts: MailParts): Promise<Buffer> {
  assertSafe(parts);
  const { attachments } = parts;
  const root = new MimeNode(attachments.length === 0 ? 'text/plain; charset=utf-8' : 'multipart/mixed', {
    baseBoundary: createHash('sha256').update(parts.messageId).digest('hex').slice(0, 32),
    boundaryPrefix: '=_dismantle',
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  root.setHeader('From', [{ name: parts.from.name, address: parts.from.email }]);
  root.setHeader('To', [{ name: '', address: parts.to }]);
  root.setHeader('Reply-To', [{ name: '', address: parts.from.email }]);
  root.setHeader('Subject', subjectOf(parts));
  root.setHeader('Message-ID', `<${parts.messageId}>`);
  root.setHeader('Date', new Date(parts.date));
  if (parts.inReplyTo !== null) root.setHeader('In-Reply-To', `<${parts.inReplyTo}>`);
  if (parts.references.length > 0) root.setHeader('References', parts.references.map((id) => `<${id}>`).join(' '));
  // RFC 3834 section 5: auto-responders keep silent, and desks see that no person wrote this one.
  if (parts.automatic === true) root.setHeader('Auto-Submitted', 'auto-generated');

  const text = attachments.length === 0 ? root : root.createChild('text/plain; charset=utf-8');
  text.setHeader('Content-Transfer-Encoding', isPlain(parts.text) ? '7bit' : 'quoted-printable');
  text.setContent(parts.text);
  for (const attachment of attachments) attach(root, attachment);
  return root.build();
}

/** A drill says so in its subject, whoever wrote the text. */
function subjectOf({ subject, drill }: MailParts): string {
  return !drill || /(?<!\p{L})(drill|übung)(?!\p{L})/iu.test(subject) ? subject : `DRILL: ${subject}`;
}

function attach(parent: MimeNode, { name, contentType, bytes }: MailAttachment): void {
  const part = parent.createChild(contentType, { filename: name });
  part.setHeader('Content-Disposition', 'attachment');
  const isMessage = contentType === 'message/rfc822';
  // RFC 2046 section 5.2.1: a message within a message is never encoded.
  part.setHeader('Content-Transfer-Encoding', isMessage ? '7bit' : 'base64');
  part.setContent(Buffer.from(bytes));
}

function isPlain(text: string): boolean {
  return /^[\n\x20-\x7e]*$/.test(text) && text.split('\n').every((line) => line.length <= MAX_PLAIN_LINE);
}

function assertSafe(parts: MailParts): void {
  for (const [what, mailbox] of [
    ['its sender', parts.from.email],
    ['its recipient', parts.to],
  ] as const) {
    const fault = mailboxFault(mailbox);
    if (fault !== null) refuse(`${what} ${JSON.stringify(mailbox.slice(0, 100))}: ${fault}`);
  }
  for (const [what, value] of [
    ['subject', parts.subject],
    ['name', parts.from.name],
  ] as const) {
    const fault = headerTextFault(value);
    if (fault !== null) refuse(`its ${what}: ${fault}`);
  }
  if (parts.references.length > MAX_REFERENCES) refuse(`it names more than ${MAX_REFERENCES} earlier messages`);
  const ids = [parts.messageId, ...(parts.inReplyTo === null ? [] : [parts.inReplyTo]), ...parts.references];
  for (const id of ids) {
    const fault = messageIdFault(id);
    if (fault !== null) refuse(`the msg-id ${JSON.stringify(id.slice(0, 100))}: ${fault}`);
  }
  if (Number.isNaN(new Date(parts.date).getTime())) refuse('its date is none');
  if (parts.text.length > MAX_TEXT_CHARACTERS || /[\x00-\x08\x0b-\x1f\x7f]/.test(parts.text))
    refuse('its text has control characters in it, or no end');
  for (const { name, contentType, bytes } of parts.attachments) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/.test(name) || name.length > 100)
      refuse(`the file name ${JSON.stringify(name.slice(0, 100))}`);
    if (
      !/^(text\/(plain|csv)(; charset=utf-8)?|application\/(json|pdf|vnd\.[a-z.-]+)|message\/rfc822)$/.test(contentType)
    )
      refuse(`the type ${JSON.stringify(contentType.slice(0, 100))} of an attachment`);
    if (contentType === 'message/rfc822' && !/^[\r\n\t\x20-\x7e]*$/.test(Buffer.from(bytes).toString('latin1')))
      refuse('an attached message that is not in ASCII');
  }
}
