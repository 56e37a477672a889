import { isoInstant } from '../../domain/instant.ts';
import type { JsonValue, NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
import { CLOCK_DEFAULTS } from '../../domain/clock.ts';
import { againHours, againHoursOf, againWords } from './follow-up.ts';
import { NOTHING_EXPECTED } from './lint/content.ts';
import type { Expected, NoticeContent } from './lint/content.ts';
import { collectFindings } from './lint/finding.ts';
import type { Findings, LintFinding, LintRule } from './lint/finding.ts';
import { lintAsks } from './lint/lint-asks.ts';
import { lintFollowUp } from './lint/lint-follow-up.ts';
import type { FollowedUp } from './lint/lint-follow-up.ts';
import { lintFeedback } from './lint/lint-feedback.ts';
import { lintLaw } from './lint/lint-law.ts';
import { bare, everyPart, lintMail } from './lint/lint-mail.ts';
import { lintTable } from './lint/lint-table.ts';
import { lintText } from './lint/lint-text.ts';
import { lintXarf } from './lint/lint-xarf.ts';
import { decodeWords, fieldOf, readMessageTree, textOf } from '../../domain/message-tree.ts';
import type { MessageTree } from '../../domain/message-tree.ts';
import { englishOf } from './notice-texts.ts';
import type { NoticeTexts } from './notice-texts.ts';
import { askSentence } from './wording.ts';

const UNREADABLE: LintRule = {
  rule: 'mail-unreadable',
  severity: 'error',
  todo: 'Check that the file is a mail message (.eml).',
  source: 'RFC 5322 §3.5',
};
const AGREES: LintRule = {
  rule: 'mail-agrees',
  severity: 'error',
  todo: 'Render the draft anew.',
  source: 'DESIGN.md rule 6: what is approved is what is sent',
};

export interface LintedDraft {
  readonly facts: NoticeFacts;
  readonly draft: NoticeDraft;
  readonly texts: NoticeTexts;
  /** The rendered message, where it is there: it is judged as well, and has to say what the draft says. */
  readonly message?: Uint8Array;
  /** Names that must not get out: files of imports, vantages, people. */
  readonly secrets?: readonly string[];
}

/** Judges a draft, and its message where it is given, by all that its formats and its law demand. */
export function lintDraft({ facts, draft, texts, message, secrets = [] }: LintedDraft): readonly LintFinding[] {
  const findings = collectFindings();
  const expected = expectationOf(facts, draft, texts, secrets);
  const content = contentOfDraft(draft);
  lintContent(content, expected, findings);
  lintAsks(draft, findings);
  for (const followUp of followUpsOf(draft, facts, texts)) lintFollowUp(followUp, facts.items, expected, findings);
  if (message === undefined) return findings.list;
  const tree = readMessageTree(message);
  if (!tree.ok) findings.say(UNREADABLE, 'message', tree.problem);
  else {
    lintMail(tree.value, expected, findings);
    lintAgreement(content, contentOfMessage(tree.value), findings);
  }
  return findings.list;
}

/** Judges a message by its bytes and what is known of it besides. */
export function lintMessage(bytes: Uint8Array, expected: Partial<Expected> = {}): readonly LintFinding[] {
  const findings = collectFindings();
  const whole: Expected = { ...NOTHING_EXPECTED, ...expected };
  const tree = readMessageTree(bytes);
  if (!tree.ok) {
    findings.say(UNREADABLE, 'message', tree.problem);
    return findings.list;
  }
  lintMail(tree.value, whole, findings);
  lintContent(contentOfMessage(tree.value), whole, findings);
  return findings.list;
}

/** What is signed together with the notice and follows it. */
function followUpsOf(draft: NoticeDraft, facts: NoticeFacts, texts: NoticeTexts): readonly FollowedUp[] {
  const after = draft.reminders[0]?.afterHours;
  const hours = after === undefined ? [againHours(facts, CLOCK_DEFAULTS)] : againHoursOf(facts, after);
  const within = new RegExp(
    [...texts.values()].flatMap(({ words }) => hours.map((each) => againWords(words, each))).join('|'),
  );
  return [
    ...draft.reminders.map((text, index) => ({ ...text, where: `reminder-${index + 1}`, within })),
    ...(draft.nextContact === null ? [] : [{ ...draft.nextContact, where: 'next-contact', within }]),
    // Nothing is asked of the CSIRT by any time; what is asked of the provider is.
    ...(draft.copy === null ? [] : [{ ...draft.copy, where: 'csirt-copy', within: null }]),
  ];
}

function lintContent(content: NoticeContent, expected: Expected, findings: Findings): void {
  lintText(content, expected, findings);
  lintFeedback(content, findings);
  lintXarf(content, expected, findings);
  lintTable(content, expected, findings);
  lintLaw(content, expected, findings);
}

function expectationOf(
  facts: NoticeFacts,
  draft: NoticeDraft,
  texts: NoticeTexts,
  secrets: readonly string[],
): Expected {
  const { operation, sender, provider, row } = facts;
  const namesOnly = facts.items.every(({ hostType }) => hostType !== 'address');
  const askSentences = draft.languages.flatMap((language) => {
    const { words } = texts.get(language) ?? englishOf(texts);
    return draft.asks.flatMap((group) =>
      group.asks.map((ask) =>
        askSentence(words, ask, group, { namesOnly, isLine: draft.method === 'isp-remediation' }),
      ),
    );
  });
  const told = [
    operation.malware ?? '',
    sender.organisation,
    provider.name,
    ...facts.items.flatMap(({ evidence }) =>
      evidence.flatMap(({ source, observed, botnet }) => [source, observed, botnet ?? '']),
    ),
  ];
  return {
    method: row.method,
    row,
    providerKey: provider.key,
    reference: facts.token,
    drill: operation.drill,
    drillWords: drillWordsOf(texts),
    tlp: facts.tlp ?? null,
    sender,
    asks: draft.asks,
    items: facts.items,
    languages: draft.languages,
    fallbacks: draft.fallbacks,
    askSentences: [...new Set(askSentences)],
    secrets: untold([operation.name, ...facts.items.map(({ caseId }) => caseId), ...secrets], told),
    missing: draft.missing,
  };
}

/** What a fact of the notice says anyway is no secret: an operation may be called as its botnet is. */
export function untold(secrets: readonly string[], told: readonly string[]): readonly string[] {
  const said = told.join('\n').toLowerCase();
  return [...new Set(secrets)].filter((secret) => !isEverydayWord(secret) && !said.includes(secret.toLowerCase()));
}

/** An operation called "shared" or "controller" has a name that stands in every notice for reasons of its own. */
function isEverydayWord(secret: string): boolean {
  return /^[a-z]{1,12}$/i.test(secret);
}

/** The words that mark a drill, in every language at hand. */
export function drillWordsOf(texts: NoticeTexts): readonly string[] {
  return [...new Set([...texts.values()].map(({ words }) => words.say('drill.word')))];
}

function contentOfDraft(draft: NoticeDraft): NoticeContent {
  return {
    from: draft.from.email,
    subject: draft.subject,
    text: draft.text,
    feedbackReport: draft.feedbackReport,
    xarf: draft.xarf.map((report, index) => ({ where: reportName(index), report })),
    itemsCsv: draft.itemsCsv,
    languages: draft.languages,
    date: draft.date,
  };
}

const reportName = (index: number): string => (index === 0 ? 'xarf.json' : `xarf-${index + 1}.json`);

function contentOfMessage(tree: MessageTree): NoticeContent {
  const parts = everyPart(tree);
  const text = parts.find(({ type }) => type === 'text/plain');
  const feedback = parts.find(({ type }) => type === 'message/feedback-report');
  const table = parts.find(({ type, filename }) => type === 'text/csv' || filename === 'items.csv');
  const date = Date.parse(fieldOf(tree.fields, 'date') ?? '');
  return {
    from: bare(fieldOf(tree.fields, 'from') ?? ''),
    subject: decodeWords(fieldOf(tree.fields, 'subject') ?? ''),
    text: text === undefined ? '' : textOf(text),
    feedbackReport: feedback === undefined ? '' : textOf(feedback),
    xarf: parts
      .filter(({ type, filename }) => type === 'application/json' || /^xarf(-\d+)?\.json$/.test(filename ?? ''))
      .map((part, index) => ({ where: part.filename ?? reportName(index), report: parseJson(textOf(part)) })),
    itemsCsv: table === undefined ? null : new TextDecoder().decode(table.content),
    languages: (fieldOf(tree.fields, 'content-language') ?? '').split(/, */).filter((tag) => tag !== ''),
    date: Number.isNaN(date) ? null : isoInstant(date),
  };
}

function parseJson(text: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

function lintAgreement(draft: NoticeContent, message: NoticeContent, { demand }: Findings): void {
  const same: readonly (readonly [string, string, string])[] = [
    ['subject', draft.subject, message.subject],
    ['text', draft.text.trimEnd(), message.text.trimEnd()],
    ['feedback report', draft.feedbackReport.trimEnd(), message.feedbackReport.trimEnd()],
    ['attachments', JSON.stringify(draft.xarf), JSON.stringify(message.xarf)],
    ['items.csv', draft.itemsCsv ?? '', message.itemsCsv ?? ''],
    ['from', draft.from, message.from],
  ];
  for (const [where, one, other] of same)
    demand(one === other, AGREES, where, 'the message does not say what the draft says');
}
