import { CLOCK_DEFAULTS } from '../../domain/clock.ts';
import { isPlainMailbox } from '../../domain/notice.ts';
import type { NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
import { problem } from '../../domain/problem.ts';
import { askGroups } from './asks.ts';
import { cleanValue } from './clean-value.ts';
import { doorContent } from './door-content.ts';
import { feedbackReport } from './feedback-report.ts';
import { contactsOf, csirtCopyText, nextContactText, reminderTexts, silenceOf } from './follow-up.ts';
import type { ReminderPlan } from './follow-up.ts';
import { itemsCsv } from './items-csv.ts';
import { missingFromNotice } from './missing.ts';
import { englishOf } from './notice-texts.ts';
import type { NoticeTexts } from './notice-texts.ts';
import { noticeView } from './notice-view.ts';
import { joinVersions, textVersions } from './text-versions.ts';
import { toldInParallel } from './told-in-parallel.ts';
import { xarfReport } from './xarf.ts';

/** What a draft is made with, besides the facts. */
export interface Drafting {
  readonly texts: NoticeTexts;
  /** Name and version for the User-Agent field: "dismantle/0.1.0". */
  readonly program: string;
  /** How many reminders follow, and when; the usual where nothing is said. */
  readonly plan?: ReminderPlan;
}

/**
 * Drafts one notice: the plain text in each language that is asked for and has it, English last; the feedback-report
 * fields, an X-ARF report per item and the table of items. The same facts always give the same draft. Throws a
 * `settings` problem when the row names a text that there is none of, and a `refused` one when the row says that nobody
 * is to be written to.
 */
export function draftNotice(facts: NoticeFacts, { texts, program, plan = CLOCK_DEFAULTS }: Drafting): NoticeDraft {
  const { row, sender, items, operation } = facts;
  if (items.length === 0) throw new Error('a notice without an item');
  if (facts.reportIds.length !== items.length) throw new Error('a notice needs one X-ARF report id per item');
  if (row.addressee === 'nobody' || row.method === 'not-seizable') {
    throw problem('refused', `row ${row.id} of the method table addresses nobody, so there is nothing to draft`);
  }
  const english = englishOf(texts);
  if (!english.texts.has(row.template)) {
    throw problem(
      'settings',
      `row ${row.id} of the method table names the notice text "${row.template}", and there is none of that name`,
      `Name one of ${[...english.texts.keys()].join(', ')} in the method table, or add the text.`,
    );
  }
  const asks = askGroups(items, row);
  const silence = silenceOf(facts, plan);
  const versions = textVersions(facts.languages, texts, row.template, ({ texts: own, words }) => ({
    text: own.get(row.template),
    view: () => noticeView(facts, asks, words, silence),
  }));
  const [leading] = versions;
  if (leading === undefined) throw new Error('a notice without a version');
  const tlp = facts.tlp ?? null;
  const marking = tlp === null ? '' : `TLP:${tlp.toUpperCase()}`;
  const marks = [marking, operation.drill ? `${leading.drillWord}:` : ''].filter((mark) => mark !== '');
  const to = facts.to !== null && isPlainMailbox(facts.to) ? facts.to : null;
  const contacts = contactsOf(facts);
  return {
    from: { name: cleanValue(sender.organisation, 120), email: sender.email },
    to,
    replyTo: sender.email,
    subject: cleanValue([`[${facts.token}]`, ...marks, leading.subject].join(' '), 180),
    messageId: facts.messageId,
    date: facts.draftedAt,
    headers: { 'Content-Language': versions.map(({ language }) => language).join(', ') },
    languages: versions.map(({ language }) => language),
    fallbacks: [...new Set(versions.flatMap(({ fallbacks }) => fallbacks))],
    drill: operation.drill,
    tlp,
    text: joinVersions(versions, marking),
    feedbackReport: feedbackReport(facts, program),
    xarf: items.map((item, index) => xarfReport(facts, item, facts.reportIds[index] ?? '', english.words)),
    itemsCsv: items.length > 1 ? itemsCsv(facts, english.words) : null,
    items,
    method: row.method,
    approvals: Math.max(row.approvals, facts.approvals ?? 0),
    asks,
    authority: {
      law: row.law,
      binding: row.binding,
      citation: row.citation,
      ...(facts.authority === undefined || facts.authority === null ? {} : { instrument: facts.authority }),
    },
    contacts,
    informed: toldInParallel(facts),
    aim: facts.aim ?? { notBefore: null, notAfter: null },
    reminders: reminderTexts(facts, { texts }, plan),
    nextContact: contacts.length > 1 ? nextContactText(facts, { texts }, plan) : null,
    copy: csirtCopyText(facts, { texts }),
    door:
      facts.door === undefined || facts.door === null ? null : { ...facts.door, content: doorContent(facts, silence) },
    missing: missingFromNotice(facts, [...new Set(versions.flatMap(({ unstated }) => unstated))]),
  };
}
