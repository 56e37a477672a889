import { bindsToAct } from '../../domain/method.ts';
import type { Ask, Method } from '../../domain/method.ts';
import type { AskGroup, ItemEvidence } from '../../domain/notice.ts';
import { defang } from '../../domain/defang.ts';
import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Sender } from '../../domain/operation.ts';
import { cleanValue } from './clean-value.ts';
import type { NoticeWords } from './notice-words.ts';

/** For how long an address is asked to be kept out of use: bots of a lost controller go on calling it for weeks. */
export const KEEP_OUT_OF_USE_DAYS = 30;

/** To whom asks are said, and of what. */
export interface Asked {
  /** Names alone are asked about. */
  readonly namesOnly: boolean;
  /** Of an access provider, at whose end of the line the machine does not stand. */
  readonly isLine: boolean;
}

/** An ask as it is meant for these hosts: whom to tell when differs, and neither a name nor the other end of a line has a disk. */
export function askSentence(
  words: NoticeWords,
  ask: Ask,
  { group, asks, names }: AskGroup,
  { namesOnly, isLine }: Asked,
): string {
  if (ask === 'preserve' && namesOnly) return words.say('ask.preserve.names');
  if (group === 'devices' && isSaidOfDevices(ask)) return words.say(`ask.${ask}.devices`);
  if (ask === 'preserve' && isLine) return words.say('ask.preserve.line');
  if (ask === 'block-hostname' && names.length > 0) {
    return words.say('ask.block-hostname.names', { names: nameWords(words, names) });
  }
  if (ask === 'clean' && isolatesFirst(group, asks)) return words.say('ask.clean.controllers');
  if (ask === 'isolate' && group === 'victims' && asks.includes('clean')) return words.say('ask.isolate.victims');
  if (ask === 'isolate' && group === 'controllers') return words.say('ask.isolate.controllers');
  return words.say(`ask.${ask}`, ask === 'refuse-re-lease' ? { days: String(KEEP_OUT_OF_USE_DAYS) } : {});
}

/** Of a router nobody keeps the disk, and to cut it off is to cut off its owner. */
function isSaidOfDevices(ask: Ask): boolean {
  return ask === 'preserve' || ask === 'clean' || ask === 'isolate';
}

/**
 * Where both are asked, isolating comes before cleaning: that goes through the customer, who may be the operator; and a device would stay a
 * controller until its owner has been found.
 */
function isolatesFirst(group: AskGroup['group'], asks: readonly Ask[]): boolean {
  return (group === 'controllers' || group === 'devices') && asks.includes('clean') && asks.includes('isolate');
}

/** The asks in the order in which they are said: least intrusive first, save that nobody suspected is warned and no device waits for its owner. */
export function saidOrder({ group, asks }: Pick<AskGroup, 'group' | 'asks'>): readonly Ask[] {
  if (!isolatesFirst(group, asks)) return asks;
  return asks.flatMap((ask) => (ask === 'clean' ? ['isolate' as const, ask] : ask === 'isolate' ? [] : [ask]));
}

const MAX_NAMES = 10;
const MAX_NAMES_CHARACTERS = 600;

/** Names as a person reads them, as many as stay readable; the rest is counted. */
export function nameWords(words: NoticeWords, names: readonly string[]): string {
  const shown: string[] = [];
  let characters = 0;
  for (const name of names.slice(0, names.length === MAX_NAMES + 1 ? MAX_NAMES + 1 : MAX_NAMES)) {
    const defanged = defang(name);
    characters += defanged.length;
    if (shown.length > 0 && characters > MAX_NAMES_CHARACTERS) break;
    shown.push(defanged);
  }
  const rest = names.length - shown.length;
  return rest === 0 ? shown.join(', ') : words.say('place.more', { places: shown.join(', '), count: String(rest) });
}

/** Asks that only accompany a measure, or ask for none: the opening sentence leaves them to the list. */
const NO_MEASURES: ReadonlySet<Ask> = new Set(['preserve', 'refuse-re-lease', 'name-other-servers', 'none']);

/** Whether an ask is a measure, of which one is enough; the others accompany it. */
export function isMeasure(ask: Ask): boolean {
  return !NO_MEASURES.has(ask);
}

/** The measures in a few words, one of which is enough. Isolating and cleaning, where both are asked, are one. */
export function measureWords(
  words: NoticeWords,
  { group, asks }: Pick<AskGroup, 'group' | 'asks'>,
  many: boolean,
): readonly string[] {
  const number = many ? 'many' : 'one';
  const isBoth = asks.includes('clean') && asks.includes('isolate');
  const together = isolatesFirst(group, asks) ? 'isolate-clean' : 'clean-isolate';
  return asks
    .filter((ask) => isMeasure(ask) && !(isBoth && ask === 'isolate'))
    .map((ask) => (isBoth && ask === 'clean' ? together : ask))
    .map((measure) => (group === 'devices' && measure.startsWith('isolate') ? `${measure}.devices` : measure))
    .map((measure) => words.say(`measure.${measure}.${number}`));
}

/** The same for the opening sentence; evidence is to be kept before anything is changed. "" where no measure is asked. */
export function openingMeasure(
  words: NoticeWords,
  group: AskGroup,
  many: boolean,
  { namesOnly, isLine }: Asked,
): string {
  const measures = measureWords(words, group, many);
  if (measures.length === 0) return '';
  const measure = either(words, measures);
  if (!group.asks.includes('preserve')) return measure;
  const what = namesOnly ? '.names' : isLine || group.group === 'devices' ? '.line' : '';
  return words.say(`measure.preserved${what}`, { measure });
}

/** For tables and reports, in English: the law, and whether it binds to what is asked. */
export function basisExact(method: Method, law: string, binding: AskGroup['binding']): string {
  if (bindsToAct(method, binding)) return `${cleanValue(law)} (binding)`;
  return method === 'dsa-notice'
    ? `${cleanValue(law)} (a notice: it asks, and you decide)`
    : `${cleanValue(law)} (a request)`;
}

/**
 * Laws that a text would name by their number alone, with the name that people know them by. What the method table cites is in English.
 */
const NAMES_OF_LAWS: readonly (readonly [RegExp, string])[] = [
  [/Directive 2013\/40\/EU(?! on)/g, 'Directive 2013/40/EU on attacks against information systems'],
  [/Directive \(EU\) 2022\/2555(?! \()/g, 'Directive (EU) 2022/2555 (NIS 2)'],
  [/Regulation \(EU\) 2022\/2065(?! \()/g, 'Regulation (EU) 2022/2065 (Digital Services Act)'],
];

/**
 * What the row of a DSA notice cites besides the Act itself: the law by which the content is illegal (Art. 16(2)(a)). Empty where it
 * cites none, which the draft then says is missing: no law is made up.
 */
export function infringedLaw(citation: string): string {
  const others = citation
    .split(/;\s*/)
    .map((part) => part.trim().replace(/\.$/, ''))
    .filter((part) => part !== '' && !/^(?:none\b|Regulation \(EU\) 2022\/2065|Digital Services Act)/i.test(part));
  return NAMES_OF_LAWS.reduce(
    (words, [number, name]) => words.replaceAll(number, name),
    cleanValue(others.join('; '), 400),
  );
}

/** Acts of one country that the method table names as a basis, with the country whose they are (ISO 3166-1). */
const NATIONAL_ACTS = [
  ['Computer Fraud and Abuse Act', 'US'],
  ['Computer Misuse Act 1990', 'GB'],
] as const;

/** That an act is another country's than the one whose provider this is known to be; "" where it is not, or none is named. */
export function elsewhereWords(words: NoticeWords, law: string, country: string | null): string {
  return NATIONAL_ACTS.filter(([act, of]) => law.includes(act) && of !== country)
    .map(([act, of]) => words.say('law.elsewhere', { act, country: words.say(`law.of.${of}`) }))
    .join(' ');
}

/** The law as a text names it, to be followed by a full stop. */
export function lawWords(law: string): string {
  return cleanValue(law, 300).replace(/\.$/, '');
}

/** What was observed, in the language of `words`; somebody else's sentence stands as it is. */
export function observedWords(words: NoticeWords, evidence: ItemEvidence, { organisation }: Sender): string {
  const { class: evidenceClass, botnet = null, version = null, status = null, receivedAt = null } = evidence;
  if (evidenceClass === undefined) return evidence.observed;
  const isOwn = evidence.own === true;
  let observed = words.say(`evidence.${isOwn ? 'own' : evidenceClass}.${botnet === null ? 'unnamed' : 'named'}`, {
    ...(botnet === null ? {} : { name: botnet }),
    ...(isOwn ? { organisation: cleanValue(organisation, 120), class: words.say(`class.${evidenceClass}`) } : {}),
  });
  if (version !== null) observed = words.say('evidence.version', { observed, version });
  if (status !== null) observed = words.say(`evidence.${status}`, { observed });
  const received = receivedAt === null ? null : parseInstant(receivedAt);
  if (received !== null)
    observed = words.say(isOwn ? 'evidence.recorded' : 'evidence.received', {
      observed,
      moment: readableInstant(received),
    });
  return observed;
}

/** How the source of an observation is named. */
export function sourceWords(words: NoticeWords, { source, own }: ItemEvidence, { organisation }: Sender): string {
  if (own === true) return cleanValue(organisation, 120);
  if (source.trim() === '') return words.say('source.unnamed');
  // A source that is not to be named has a number instead.
  return /^\d{1,3}$/.test(source) ? words.say('source.numbered', { number: source }) : source;
}

/** "a", "a or b", "a, b or c". */
export function either(words: NoticeWords, choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} ${words.say('list.or')} ${last}`;
}
