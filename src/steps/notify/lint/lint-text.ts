import { defang } from '../../../domain/defang.ts';
import { parseInstant } from '../../../domain/instant.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { JsonValue } from '../../../domain/notice.ts';
import { isNamed, NO_MAILBOX } from '../../../domain/operation.ts';
import { cleanValue } from '../clean-value.ts';
import { jsonObject, isList, quoted, squeezed } from './content.ts';
import type { Expected, NoticeContent } from './content.ts';
import type { Findings, LintRule } from './finding.ts';

const TWO_MINUTES = 'DESIGN.md, The mail: to be acted on in two minutes';
const TEXT = 'Correct the notice text; dismantle notices texts says where it stands.';

const rule = (name: string, todo: string, source: string, severity: LintRule['severity'] = 'error'): LintRule => ({
  rule: name,
  severity,
  todo,
  source,
});

const REFERENCE = rule('text-reference', TEXT, 'DESIGN.md, The mail: our token in the subject');
const WHERE = rule('text-where', TEXT, TWO_MINUTES);
const PORT = rule('text-port', TEXT, 'DESIGN.md, The mail: address and port', 'warning');
const WHEN = rule(
  'text-when',
  'State when each server was seen.',
  'DESIGN.md, The mail: times in UTC with zone',
  'missing',
);
const ZONE = rule(
  'text-zone',
  'Write the time in UTC and say so.',
  'DESIGN.md, The mail: times in UTC with zone',
  'warning',
);
const ASK = rule('text-ask', TEXT, TWO_MINUTES);
const DEADLINE = rule('text-deadline', TEXT, TWO_MINUTES);
const CONTEST = rule('text-contest', TEXT, 'DESIGN.md rule 4: every notice names a contact for contesting it');
const SENDER = rule('text-sender', TEXT, TWO_MINUTES);
const PHONE = rule('text-phone', TEXT, 'DESIGN.md, The mail: a phone number');
const NO_PHONE = rule('sender-phone', 'Set organisation.phone.', 'DESIGN.md, The mail: a phone number', 'missing');
const DEFANGED = rule('text-defanged', TEXT, 'DESIGN.md, Words: display C2 indicators defanged, never as links');
/** The pages that a notice may lead to, beside all that it says itself: its own door, and where our key is published. */
const OWN_DOOR = /^https?:\/\/[^\s/?#@]+\/(?:door(?:\/[\w-]{24})?|api\/v1\/keys)$/;
/** The sender's own website stands in a line of its own, as the settings take it. */
const OWN_WEBSITE = /^ +Website: https:\/\/[\w.-]+(?:\/[\w./-]*)?$/gim;
const LINK = rule('text-link', TEXT, 'DESIGN.md, The mail: no links to click as the only evidence');
const WIDTH = rule('text-width', 'Draft the notice anew.', 'RFC 5322 §2.1.1', 'warning');
const UNSEEN = rule('text-unseen', 'Draft the notice anew.', 'UAX #9; RFC 5198 §3');
const PLACEHOLDER = rule('text-placeholder', TEXT, 'docs/notices.md, Texts');
const MARKER = rule('text-statement', 'Have it stated by whoever may.', 'docs/notices.md, What is missing', 'missing');
const LACKS = rule(
  'notice-missing',
  'dismantle explain says what to do for a server.',
  'DESIGN.md rules 2 to 6',
  'missing',
);
const DRILL = rule('text-drill', TEXT, 'DESIGN.md, Words: drill');
const TLP = rule('text-tlp', 'Draft the notice anew.', 'FIRST, TLP 2.0 §2');
const TLP_RED = rule('tlp-red', 'Tell no provider what is TLP:RED.', 'FIRST, TLP 2.0 §3');
const LEAK = rule(
  'text-leak',
  'Take it out of the text or the source.',
  'DESIGN.md, Words: vantage, source, operation',
);
const FALLBACK = rule(
  'language-fallback',
  'Add the words or texts to the folder of this language.',
  'docs/notices.md, Languages',
  'warning',
);

/** What a person needs first has to stand within so many characters of each message. */
const OPENING_CHARACTERS = 1500;
const MAX_SERVERS_LOOKED_FOR = 25;
const MOMENT = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/g;

/** Whether a tired person can act on the text in two minutes, and nothing is in it that must not be. */
export function lintText(content: NoticeContent, expected: Expected, findings: Findings): void {
  lintForm(content, findings);
  lintTwoMinutes(content, expected, findings);
  lintDefanging(content, findings);
  lintOpenStatements(content, expected, findings);
  lintMarks(content, expected, findings);
  lintSecrets(content, expected, findings);
  if (expected.fallbacks.length > 0) {
    findings.say(
      FALLBACK,
      'text',
      `English stands in for ${expected.fallbacks.slice(0, 5).join(', ')}${expected.fallbacks.length > 5 ? ' …' : ''}`,
    );
  }
}

/** By which every answer finds its way back. */
export function lintReference(
  { text, subject }: Pick<NoticeContent, 'text' | 'subject'>,
  expected: Pick<Expected, 'reference'>,
  { demand }: Pick<Findings, 'demand'>,
): void {
  const tokens = /^\[([A-Za-z0-9-]{4,40})\] \S/.exec(subject);
  demand(tokens !== null, REFERENCE, 'subject', 'it does not begin with the reference in square brackets');
  const reference = expected.reference ?? tokens?.[1] ?? null;
  if (reference === null) return;
  demand(subject.startsWith(`[${reference}] `), REFERENCE, 'subject', `it does not begin with [${reference}]`);
  demand(squeezed(text).includes(reference), REFERENCE, 'text', `the reference ${reference} does not stand in it`);
}

export function lintForm({ text, subject }: NoticeContent, { demand }: Findings): void {
  // The address of a page is not broken: it would lead nowhere.
  const lines = text.split('\n').filter((line) => !OWN_DOOR.test(line.trim()));
  const longest = lines.reduce((most, line) => Math.max(most, Array.from(line).length), 0);
  demand(longest <= 78, WIDTH, 'text', `a line of ${longest} characters`);
  demand(
    !/[\p{Cf}\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/u.test(text + subject),
    UNSEEN,
    'text',
    'characters that nobody sees',
  );
}

function lintTwoMinutes(content: NoticeContent, expected: Expected, { demand, say }: Findings): void {
  const { text, date, xarf } = content;
  const all = squeezed(text);
  const opening = squeezed(text.slice(0, OPENING_CHARACTERS));
  lintReference(content, expected, { demand });
  for (const [index, { where, report }] of xarf.slice(0, MAX_SERVERS_LOOKED_FOR).entries()) {
    const { source_identifier: host, source_port: port } = jsonObject(report) ?? {};
    if (typeof host !== 'string') continue;
    const place = squeezed(defang(host));
    demand(all.includes(place), WHERE, 'text', `the server of ${where} does not stand in it`);
    if (index === 0) demand(opening.includes(place), WHERE, 'text', 'its first lines do not say where');
    if (typeof port === 'number') {
      demand(all.includes(squeezed(defang(host, port))), PORT, 'text', `the port of ${where} does not stand in it`);
    }
  }
  demand(/\d{4}-\d\d-\d\d/.test(text), WHEN, 'text', 'it names no day');
  const unzoned = text
    .replaceAll(/\s+/g, ' ')
    .match(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?![\d:]|\.\d| UTC|Z)/);
  demand(unzoned === null, ZONE, 'text', `"${unzoned?.[0] ?? ''}" has no zone`);
  for (const sentence of expected.askSentences) {
    demand(all.includes(squeezed(sentence)), ASK, 'text', `it does not ask: ${sentence}`);
  }
  const drafted = date === null ? null : parseInstant(date);
  // A referral to the police asks for nothing by any time.
  const timed = expected.asks ?? (expected.row === null ? [] : [expected.row]);
  const hasDeadline = timed.some(({ deadlineHours }) => deadlineHours !== null);
  if (hasDeadline && expected.row?.addressee !== 'law-enforcement' && drafted !== null) {
    const later = (words: string): boolean => momentsIn(words).some((moment) => moment > drafted);
    demand(later(text), DEADLINE, 'text', 'it does not say by when');
    if (later(text))
      demand(later(text.slice(0, OPENING_CHARACTERS)), DEADLINE, 'text', 'its first lines do not say by when');
  }
  lintSender(content, expected, { demand, say });
}

/** Who we are, how to reach us and how to contest it. */
export function lintSender(
  { text }: Pick<NoticeContent, 'text'>,
  { sender }: Pick<Expected, 'sender'>,
  { demand, say }: Pick<Findings, 'demand' | 'say'>,
): void {
  const all = squeezed(text);
  if (sender === null) {
    demand(/[^\s@]+@[^\s@]+\.[a-z]{2,}/i.test(text), SENDER, 'text', 'it names no mailbox');
    demand(
      /contest|dispute|wrong|mistake|widersprech|falsch/i.test(text),
      CONTEST,
      'text',
      'it does not say how to contest it',
    );
    demand(/\+?\d[\d ()/-]{5,}\d/.test(text.replaceAll(MOMENT, '')), NO_PHONE, 'text', 'it names no telephone number');
    return;
  }
  // What the settings do not say stands as missing, which is told by itself.
  const stands = (mailbox: string): boolean =>
    mailbox === NO_MAILBOX || all.includes(squeezed(cleanValue(mailbox, 254)));
  demand(stands(sender.contestEmail), CONTEST, 'text', 'the mailbox for contesting it does not stand in it');
  demand(stands(sender.email), SENDER, 'text', 'our mailbox does not stand in it');
  const isSaid = !isNamed(sender.organisation) || all.includes(inertSqueezed(sender.organisation, 120));
  demand(isSaid, SENDER, 'text', 'our name does not stand in it');
  if (sender.phone === null || sender.phone.trim() === '') say(NO_PHONE, 'text', 'there is no number to call');
  else
    demand(all.includes(inertSqueezed(sender.phone, 40)), PHONE, 'text', 'our telephone number does not stand in it');
}

/** As a value of ours stands in a text: see inertWords in notice-view.ts, blanks apart. */
function inertSqueezed(value: string, maxCharacters: number): string {
  return squeezed(cleanValue(value, maxCharacters).replaceAll(/\[(?=\s*MISSING\s*:)/gi, '('));
}

function momentsIn(text: string): readonly Instant[] {
  const joined = text.replaceAll(/\s+/g, ' ');
  return [...joined.matchAll(MOMENT)].map(([words]) => parseInstant(words)).filter((moment) => moment !== null);
}

export function lintDefanging({ text, subject, xarf }: NoticeContent, { demand }: Findings): void {
  const words = `${subject}\n${text.replaceAll(OWN_WEBSITE, '')}`.split(/\s+/);
  const isLink = (word: string): boolean => /https?:\/\/|\bwww\./i.test(word) && !OWN_DOOR.test(word);
  demand(!words.some(isLink), LINK, 'text', 'there is a link in it');
  const hosts = new Set(xarf.map(({ report }) => jsonObject(report)?.['source_identifier']));
  // A path may quote anything, and stands behind a host that is defanged.
  const plain = words.filter((word) => !word.includes('[.]') && !word.includes('[:]') && !word.includes('/'));
  const exact = plain.find((word) => {
    const bare = word.toLowerCase().replaceAll(/^[^a-z0-9:]+|[^a-z0-9:]+$/g, '');
    return hosts.has(bare) || hosts.has(bare.replace(/:\d{1,5}$/, ''));
  });
  demand(exact === undefined, DEFANGED, 'text', `${defang(exact ?? '')} stands in it as it is`);
}

export function lintOpenStatements(
  { text, subject }: NoticeContent,
  expected: Expected,
  { demand, say }: Findings,
): void {
  demand(!/\{\{|\}\}/.test(text + subject), PLACEHOLDER, 'text', 'a placeholder has not been filled');
  const open = new Set(
    [...text.matchAll(/\[MISSING:\s*([^\]]+)\]/g)].map(([, words = '']) => words.replaceAll(/\s+/g, ' ')),
  );
  for (const words of open) say(MARKER, 'text', words);
  for (const words of expected.missing) if (!open.has(words)) say(LACKS, 'draft', words);
}

/** What a report says of itself to whoever reads it. */
function said(report: JsonValue): string {
  return quoted(jsonObject(report)?.['description']);
}

export function lintMarks(
  { text, subject, xarf }: NoticeContent,
  { drill, drillWords, tlp }: Expected,
  { demand, say }: Findings,
): void {
  const tagged = xarf.filter(({ report }) => {
    const tags = jsonObject(report)?.['tags'];
    return isList(tags) && tags.includes('exercise:drill');
  }).length;
  const isDrill = drill ?? tagged > 0;
  const head = subject.replace(/^\[[^\]]*\] /, '').replace(/^TLP:[A-Z+]+ /, '');
  const isMarked = drillWords.some((word) => head.startsWith(`${word}:`));
  demand(
    isMarked === isDrill,
    DRILL,
    'subject',
    isDrill ? 'it does not say that this is a drill' : 'it says that this is a drill',
  );
  if (isDrill) {
    demand(
      drillWords.some((word) => text.includes(word)),
      DRILL,
      'text',
      'it does not say that this is a drill',
    );
    demand(tagged === xarf.length, DRILL, 'attachments', 'the reports are not all tagged exercise:drill');
    const unsaid = xarf.filter(({ report }) => !said(report).includes('DRILL (an exercise)')).length;
    demand(unsaid === 0, DRILL, 'attachments', `${unsaid} reports do not say that this is a drill`);
  } else {
    demand(tagged === 0, DRILL, 'attachments', 'a report is tagged exercise:drill');
  }
  if (tlp === 'red') say(TLP_RED, 'text', 'it is marked TLP:RED, which is for named people alone');
  if (tlp === null) return;
  const marking = `TLP:${tlp.toUpperCase()}`;
  demand(subject.includes(`] ${marking} `), TLP, 'subject', `${marking} does not stand in front`);
  demand(text.startsWith(`${marking}\n`), TLP, 'text', `it does not begin with ${marking}`);
  const unmarked = xarf.filter(({ report }) => !said(report).startsWith(`${marking}. `)).length;
  demand(unmarked === 0, TLP, 'attachments', `${unmarked} reports do not begin with ${marking}`);
}

export function lintSecrets(content: NoticeContent, { secrets }: Expected, { demand }: Findings): void {
  if (secrets.length === 0) return;
  const said = `${content.subject}\n${content.text.replaceAll(/\s+/g, ' ')}\n${content.itemsCsv ?? ''}`.toLowerCase();
  for (const secret of secrets) {
    const word = secret.toLowerCase();
    const at = word.length < 4 ? -1 : said.indexOf(word);
    const isWhole = at >= 0 && !/[a-z0-9]/.test((said[at - 1] ?? ' ') + (said[at + word.length] ?? ' '));
    demand(!isWhole, LEAK, 'text', `"${secret}" is ours alone`);
  }
}
