import type { Instant } from '../domain/instant.ts';
import { readableInstant } from '../domain/instant.ts';
import type { Review } from '../flow/approvals.ts';
import { heldWords } from '../flow/strike.ts';
import { approvalLines } from './review/approval-lines.ts';
import { askLines, groundLines } from './review/ask-lines.ts';
import { column } from './review/column.ts';
import { blastLines, serverLines } from './review/server-lines.ts';
import { shownText } from './shown.ts';
import { safeLines, safeText } from './terminal.ts';
import type { Style } from './terminal.ts';
import { missingReason } from './wording.ts';

/**
 * One screen for one approver: who is asked what on what ground, every server, what else could be hit, who has approved,
 * and what still keeps the notice. What needs a decision stands out; what is unknown is said to be.
 */
export function reviewText(review: Review, now: Instant, style: Style): string {
  const { notice, facts } = review;
  const drill = notice.drill ? style.yellow('  DRILL: lab addresses only') : '';
  const title = `${notice.reference}  ${facts.notice.method} to ${safeText(notice.provider)}`;
  const lines = [
    `${style.bold(shownText(title))}  (${notice.state})${drill}`,
    column(
      'operation',
      `${safeText(notice.operation)}, botnet ${safeText(notice.malware ?? 'not named')}; drafted ${readableInstant(notice.draftedAt)}`,
    ),
    ...(review.draft === null
      ? [style.yellow('  What is known, settings or texts have changed since: the next run drafts it anew.')]
      : []),
    '',
    ...askLines(review, style),
    ...groundLines(review, style),
    '',
    ...serverLines(review, now, style),
    '',
    ...blastLines(review, style),
    '',
    ...approvalLines(review, now, style),
    '',
    ...obstacleLines(review, style),
    column('hash', notice.hash),
  ];
  return `${lines.join('\n')}\n`;
}

/** What keeps it: first what forbids approving, then what keeps an approved notice from leaving. */
function obstacleLines({ errors, missing, refusals, held }: Review, style: Style): readonly string[] {
  const wrong = [
    ...errors.map((error) => `lint: ${shownText(error)}`),
    ...missing.map((word) => shownText(missingReason(word))),
  ];
  return [
    ...(wrong.length === 0
      ? []
      : [
          style.bold('Nobody can approve it before this is mended'),
          ...wrong.map((line) => style.red(`  ${line}`)),
          '',
        ]),
    style.bold('What still keeps it from leaving'),
    ...(refusals.length === 0 && held === null ? [style.green('  nothing')] : []),
    ...(held === null
      ? []
      : [
          `  ${style.yellow('held')}  ${heldWords(held)}; harm that is imminent ends it: dismantle strike release ${held.strike}`,
        ]),
    ...refusals.map(({ code, sentence }) => `  ${style.yellow(code)}  ${shownText(sentence)}`),
    '',
  ];
}

/** The message as the recipient reads it; hosts stand in it as they do in the mail. */
export function messageText({ text, draft }: Review, style: Style): string {
  const subject = draft === null ? '' : `Subject: ${safeText(draft.subject)}\n\n`;
  return `\n${style.bold('The message, word for word')}\n${subject}${text === null ? '(its stored message is not there: dismantle audit)' : safeLines(text)}\n`;
}
