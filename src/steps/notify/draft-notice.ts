import { isPlainMailbox } from '../../domain/notice.ts';
import type { NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
import { problem } from '../../domain/problem.ts';
import { askGroups } from './asks.ts';
import { cleanValue } from './clean-value.ts';
import { feedbackReport } from './feedback-report.ts';
import { fillText } from './fill-text.ts';
import { itemsCsv } from './items-csv.ts';
import { missingFromNotice } from './missing.ts';
import type { NoticeTexts } from './notice-texts.ts';
import { noticeView } from './notice-view.ts';
import { renderTemplate } from './template.ts';
import { xarfReport } from './xarf.ts';

/** What a draft is made with, besides the facts. */
export interface Drafting {
  readonly texts: NoticeTexts;
  /** Name and version for the User-Agent field: "dismantle/0.1.0". */
  readonly program: string;
}

/**
 * Drafts one notice: the plain text, the feedback-report fields, an X-ARF report per item and the table of items. The
 * same facts always give the same draft. Throws a `settings` problem when the row names a text that there is none of,
 * and a `refused` one when the row says that nobody is to be written to.
 */
export function draftNotice(facts: NoticeFacts, { texts, program }: Drafting): NoticeDraft {
  const { row, sender, items, token } = facts;
  if (items.length === 0) throw new Error('a notice without an item');
  if (facts.reportIds.length !== items.length) throw new Error('a notice needs one X-ARF report id per item');
  if (row.addressee === 'nobody' || row.method === 'not-seizable') {
    throw problem('refused', `row ${row.id} of the method table addresses nobody, so there is nothing to draft`);
  }
  const text = texts.get(row.template);
  if (text === undefined) {
    throw problem(
      'settings',
      `row ${row.id} of the method table names the notice text "${row.template}", and there is none of that name`,
      `Name one of ${[...texts.keys()].join(', ')} in the method table, or add the text.`,
    );
  }
  const asks = askGroups(items);
  const view = noticeView(facts, asks);
  const to = facts.to !== null && isPlainMailbox(facts.to) ? facts.to : null;
  return {
    from: { name: cleanValue(sender.organisation, 120), email: sender.email },
    to,
    replyTo: sender.email,
    subject: cleanValue(`[${token}] ${renderTemplate(text.subject, view)}`, 180),
    messageId: facts.messageId,
    date: facts.draftedAt,
    headers: { 'Content-Language': 'en' },
    text: fillText(renderTemplate(text.body, view)),
    feedbackReport: feedbackReport(facts, program),
    xarf: items.map((item, index) => xarfReport(facts, item, facts.reportIds[index] ?? '')),
    itemsCsv: items.length > 1 ? itemsCsv(facts) : null,
    items,
    method: row.method,
    asks,
    authority: { law: row.law, binding: row.binding, citation: row.citation },
    contacts: to === null ? [] : [to],
    missing: missingFromNotice(facts, text),
  };
}
