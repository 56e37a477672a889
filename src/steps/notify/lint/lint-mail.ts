import { isPlainMailbox } from '../../../domain/notice.ts';
import type { Expected } from './content.ts';
import type { Findings, LintRule } from './finding.ts';
import { fieldOf } from '../../../domain/message-tree.ts';
import type { MessagePart, MessageTree } from '../../../domain/message-tree.ts';

const rule = (name: string, todo: string, source: string, severity: LintRule['severity'] = 'error'): LintRule => ({
  rule: name,
  severity,
  todo,
  source,
});

const STRUCTURE = rule('mail-structure', 'Render the draft anew.', 'RFC 6522 §3, RFC 5965 §2');
const REQUIRED = rule('mail-field', 'Render the draft anew.', 'RFC 5322 §3.6');
const RECIPIENT = rule('mail-recipient', 'One message goes to one mailbox.', 'RFC 5322 §3.6.3; DESIGN.md rule 7');
const NO_RECIPIENT = rule('mail-no-recipient', 'Add the contact to the provider book.', 'RFC 5322 §3.6.3', 'missing');
const SENDER = rule('mail-sender', 'Set organisation.email to a mailbox that is read.', 'RFC 5322 §3.4.1');
const AUTOMATIC = rule('mail-automatic', 'Take the field out: a person approves each notice.', 'RFC 3834 §5');
const LENGTH = rule('mail-line-length', 'Render the draft anew.', 'RFC 5322 §2.1.1, RFC 2045 §6.7');
const FOLDING = rule('mail-folding', 'Fold header lines at 78 characters.', 'RFC 5322 §2.1.1', 'warning');
const LINE_ENDS = rule('mail-line-ends', 'Send the file with CRLF line ends.', 'RFC 5322 §2.3', 'warning');
const ASCII = rule('mail-ascii', 'Write other characters as encoded words.', 'RFC 5322 §2.2, RFC 2047 §2');
const HTML = rule('mail-html', 'Send plain text only.', 'DESIGN.md, The mail');
const CHARSET = rule('mail-charset', 'State charset=utf-8 for the text.', 'RFC 2046 §4.1.2');
const LANGUAGE = rule('mail-language', 'State the languages of the text in their order.', 'RFC 3282 §2');
const UTC = rule('mail-date', 'Write the date with +0000.', 'RFC 5322 §3.3');

const ONCE = ['from', 'reply-to', 'subject', 'message-id', 'date', 'mime-version', 'content-type'] as const;
const UNWANTED = /^(auto-submitted|precedence|list-|x-auto-response|x-mailer|x-priority)/;
const NO_REPLY = /^(no|do-?not|dont)[-_.]?reply|^(mailer-daemon|postmaster|bounces?)@/i;
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const DATE = new RegExp(
  `^((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\\d{1,2} (${MONTHS}) \\d{4} \\d\\d:\\d\\d(:\\d\\d)? [+-]\\d{4}$`,
);

/** Whether the bytes are a mail as the standards and abuse desks want it. */
export function lintMail(tree: MessageTree, expected: Expected, findings: Findings): void {
  const { demand, say } = findings;
  demand(tree.longestLine <= 998, LENGTH, 'message', `a line of ${tree.longestLine} octets; 998 are allowed`);
  demand(!tree.hasBareLineEnds, LINE_ENDS, 'message', 'lines do not end in CRLF');
  demand(!tree.hasUndeclared8bit, ASCII, 'message', 'octets beyond ASCII where none may stand');
  for (const { name, longestLine } of tree.fields) {
    demand(longestLine <= 78, FOLDING, name, `a header line of ${longestLine} characters`);
    demand(!UNWANTED.test(name), AUTOMATIC, name, `the field ${name} marks a message that no person sent`);
  }
  for (const name of ONCE) {
    const count = tree.fields.filter((field) => field.name === name).length;
    demand(count === 1, REQUIRED, name, count === 0 ? `there is no ${name} field` : `${name} stands ${count} times`);
  }
  demand(
    /^<[^<>@\s]+@[^<>@\s]+>$/.test(fieldOf(tree.fields, 'message-id') ?? ''),
    REQUIRED,
    'message-id',
    'no msg-id in angle brackets',
  );
  const date = fieldOf(tree.fields, 'date') ?? '';
  demand(DATE.test(date) && date.endsWith('+0000'), UTC, 'date', `"${date}" is not a date in UTC`);
  lintMailboxes(tree, findings);
  lintParts(tree, findings);
  const language = fieldOf(tree.fields, 'content-language');
  if (language === undefined) say(LANGUAGE, 'content-language', 'the message does not say its language');
  else if (expected.languages !== null && language !== expected.languages.join(', ')) {
    say(LANGUAGE, 'content-language', `it says ${language}, the text is in ${expected.languages.join(', ')}`);
  }
}

function lintMailboxes(tree: MessageTree, { demand, say }: Findings): void {
  const all = (name: string): readonly string[] =>
    tree.fields.filter((field) => field.name === name).map(({ value }) => value);
  for (const name of ['cc', 'bcc']) demand(all(name).length === 0, RECIPIENT, name, `there is a ${name} field`);
  const to = all('to');
  if (to.length === 0) say(NO_RECIPIENT, 'to', 'there is no recipient yet');
  else
    demand(
      to.length === 1 && isPlainMailbox(bare(to[0] ?? '')),
      RECIPIENT,
      'to',
      'the recipient is not one plain mailbox',
    );
  for (const name of ['from', 'reply-to']) {
    const mailbox = bare(all(name)[0] ?? '');
    demand(isPlainMailbox(mailbox), SENDER, name, `${name} is not one plain mailbox`);
    demand(!NO_REPLY.test(mailbox), SENDER, name, `nobody reads ${mailbox}`);
  }
}

/** The mailbox of a field that holds one: behind a display name in angle brackets, or alone. */
export function bare(value: string): string {
  return /^(?:[^<>]*|"(?:[^"\\]|\\.)*" *)<([^<>]*)>$/.exec(value.trim())?.[1] ?? value.trim();
}

function lintParts(tree: MessageTree, { demand, say }: Findings): void {
  demand(tree.type === 'multipart/report', STRUCTURE, 'content-type', `it is ${tree.type}, not multipart/report`);
  const reportType = tree.parameters.get('report-type');
  demand(reportType === 'feedback-report', STRUCTURE, 'content-type', `report-type is ${reportType ?? 'not there'}`);
  demand(tree.parts.length === 3, STRUCTURE, 'parts', `it has ${tree.parts.length} parts, not 3`);
  const [text, report, third] = tree.parts;
  demand(text?.type === 'text/plain', STRUCTURE, 'parts', 'the first part is not the text');
  demand(report?.type === 'message/feedback-report', STRUCTURE, 'parts', 'the second part is not the feedback report');
  demand(
    third?.type === 'application/json' || third?.type === 'multipart/mixed',
    STRUCTURE,
    'parts',
    'the third part is neither xarf.json nor a multipart/mixed with it',
  );
  demand(
    everyPart(tree).every(({ isClosed }) => isClosed),
    STRUCTURE,
    'parts',
    'a part is cut off: its delimiter is missing',
  );
  const charset = text?.parameters.get('charset')?.toLowerCase();
  demand(charset === 'utf-8' || charset === 'us-ascii', CHARSET, 'text', `its charset is ${charset ?? 'not stated'}`);
  if (everyPart(tree).some(({ type }) => type === 'text/html')) say(HTML, 'parts', 'there is an HTML part');
}

/** A part and all below it, in order. */
export function everyPart(part: MessagePart): readonly MessagePart[] {
  return [part, ...part.parts.flatMap(everyPart)];
}
