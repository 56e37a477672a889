import type { Ask } from '../../domain/method.ts';
import type { AskGroup, ItemEvidence } from '../../domain/notice.ts';
import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Sender } from '../../domain/operation.ts';
import { cleanValue } from './clean-value.ts';
import type { NoticeWords } from './notice-words.ts';

/** For how long an address is asked to be kept out of use: bots of a lost controller go on calling it for weeks. */
export const KEEP_OUT_OF_USE_DAYS = 30;

/** An ask as it is meant for these hosts: whom to tell when differs, and a name has no disk. */
export function askSentence(words: NoticeWords, ask: Ask, group: AskGroup['group'], namesOnly: boolean): string {
  if (ask === 'preserve' && namesOnly) return words.say('ask.preserve.names');
  if (ask === 'isolate' && group === 'controllers') return words.say('ask.isolate.controllers');
  return words.say(`ask.${ask}`, ask === 'refuse-re-lease' ? { days: String(KEEP_OUT_OF_USE_DAYS) } : {});
}

/** Asks that only accompany a measure, or ask for none: the opening sentence leaves them to the list. */
const NO_MEASURES: ReadonlySet<Ask> = new Set(['preserve', 'refuse-re-lease', 'name-other-servers', 'none']);

/** The measures in a few words, for the opening sentence. */
export function measureWords(words: NoticeWords, asks: readonly Ask[], many: boolean): readonly string[] {
  return asks.filter((ask) => !NO_MEASURES.has(ask)).map((ask) => words.say(`measure.${ask}.${many ? 'many' : 'one'}`));
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
  return source.trim() === '' ? words.say('source.unnamed') : source;
}

/** "a", "a or b", "a, b or c". */
export function either(words: NoticeWords, choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} ${words.say('list.or')} ${last}`;
}
