import { createHash } from 'node:crypto';
import MimeNode from 'nodemailer/lib/mime-node';
import { mailboxFault, messageIdFault } from '../../domain/mail-address.ts';
import type { NoticeDraft } from '../../domain/notice.ts';
import { problem } from '../../domain/problem.ts';

/**
 * Renders a notice as a mail message (RFC 5322, lines end in CRLF, none longer than 998 octets): multipart/report of
 * report type feedback-report (RFC 6522, RFC 5965) with three parts, as X-ARF travels by mail: the text, the
 * feedback-report fields, and xarf.json; where the notice has several items, the third part is a multipart/mixed of
 * items.csv, xarf.json, xarf-2.json ….
 *
 * The same draft always gives the same bytes: boundaries come from the Message-ID, the date from the draft. A person
 * approves each notice, so there is no Auto-Submitted field (RFC 3834 section 5 keeps it for messages without one), and
 * nothing tells which mail library wrote it. Throws a `refused` problem when a header value could break out of its line
 * or name a second recipient.
 */
export async function renderMail(draft: NoticeDraft): Promise<Buffer> {
  assertSafe(draft);
  const root = new MimeNode('multipart/report; report-type=feedback-report', {
    baseBoundary: createHash('sha256').update(draft.messageId).digest('hex').slice(0, 32),
    // "=_" stands in no quoted-printable and in no base64 text (RFC 2045 section 6.7, note).
    boundaryPrefix: '=_dismantle',
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  root.setHeader('From', [{ name: draft.from.name, address: draft.from.email }]);
  if (draft.to !== null) root.setHeader('To', [{ name: '', address: draft.to }]);
  root.setHeader('Reply-To', [{ name: '', address: draft.replyTo }]);
  root.setHeader('Subject', draft.subject);
  root.setHeader('Message-ID', `<${draft.messageId}>`);
  root.setHeader('Date', new Date(draft.date));
  for (const [name, value] of Object.entries(draft.headers)) root.setHeader(name, value);

  const text = root.createChild('text/plain; charset=utf-8');
  text.setHeader('Content-Transfer-Encoding', isAscii(draft.text) ? '7bit' : 'quoted-printable');
  text.setContent(draft.text);
  const report = root.createChild('message/feedback-report');
  report.setHeader('Content-Disposition', 'inline');
  report.setContent(draft.feedbackReport);

  const holder = draft.xarf.length === 1 && draft.itemsCsv === null ? root : root.createChild('multipart/mixed');
  // The table first: with many servers it is what a person opens, and what would be lost behind the reports.
  if (draft.itemsCsv !== null) attach(holder, 'text/csv; charset=utf-8; header=present', 'items.csv', draft.itemsCsv);
  for (const [index, xarf] of draft.xarf.entries()) {
    const filename = index === 0 ? 'xarf.json' : `xarf-${index + 1}.json`;
    attach(holder, 'application/json', filename, `${JSON.stringify(xarf, null, 2)}\n`);
  }
  return root.build();
}

/** Base64, so that the recipient's bytes are the ones that were approved, line ends included. */
function attach(parent: MimeNode, contentType: string, filename: string, content: string): void {
  const part = parent.createChild(contentType, { filename });
  part.setHeader('Content-Disposition', 'attachment');
  part.setHeader('Content-Transfer-Encoding', 'base64');
  part.setContent(Buffer.from(content, 'utf8'));
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** Fields that this function writes itself; a draft's own headers may not write them a second time. */
const OWN_FIELDS = /^(from|to|cc|bcc|sender|reply-to|subject|message-id|date|mime-version|content-(?!language$).*)$/i;

function assertSafe(draft: NoticeDraft): void {
  const mailboxes = [draft.from.email, draft.replyTo, ...(draft.to === null ? [] : [draft.to])];
  for (const mailbox of mailboxes) {
    const fault = mailboxFault(mailbox);
    if (fault !== null) refuse(`${JSON.stringify(mailbox.slice(0, 100))} is not one plain mailbox: ${fault}`);
  }
  if (messageIdFault(draft.messageId) !== null) refuse('the Message-ID is malformed');
  if (Number.isNaN(Date.parse(draft.date))) refuse('the date is malformed');
  assertOneLine('From', draft.from.name);
  assertOneLine('Subject', draft.subject);
  for (const [name, value] of Object.entries(draft.headers)) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name) || OWN_FIELDS.test(name))
      refuse(`the field name ${JSON.stringify(name)}`);
    assertOneLine(name, value);
  }
  for (const line of draft.feedbackReport.split('\n').slice(0, -1)) {
    if (!/^[A-Za-z-]+: [\x20-\x7e]{1,900}$/.test(line)) refuse('a feedback-report field is malformed');
  }
}

function assertOneLine(name: string, value: string): void {
  if (/[\x00-\x1f\x7f\u0085\u2028\u2029]/.test(value)) refuse(`the ${name} field has a control character in it`);
}

function refuse(reason: string): never {
  throw problem('refused', `this notice cannot become a mail: ${reason}`, 'Correct the settings or the provider book.');
}
