import type { MailFacts } from '../../domain/received-mail.ts';
import { automaticSigns, bounceSigns } from './machine-signs.ts';
import { ownWords, sentencesOf } from './own-words.ts';
import type { Sentence } from './own-words.ts';
import type { Classified, PreparedWording } from './prepared-wording.ts';
import { findPhrase, WORDED_CLASSES } from './wording.ts';
import type { WordedClass } from './wording.ts';

/** What is known of a message besides its own words. */
export interface ReplyContext {
  /** The text of the notice that it answers; null where it answers none that we know. */
  readonly ourText: string | null;
  readonly isPlaced: boolean;
  /** It comes from a mailbox of ours, or is a message that we sent ourselves. */
  readonly isOurOwn: boolean;
}

/**
 * Takes a reply for one of the classes. The structure of a bounce goes before all words; then the most cautious class
 * that any sentence of the sender's own gives. A machine's reply acknowledges nothing, but a contest in it counts. Where
 * nothing is recognised, a person has to read it: it is never taken for a claim that something was done.
 */
export function classifyReply(facts: MailFacts, wording: PreparedWording, context: ReplyContext): Classified {
  if (context.isOurOwn)
    return { class: 'unrelated', reasons: ['It is a message of our own that came back; it answers nothing.'] };
  if (facts.unreadable !== null) {
    return {
      class: 'unrelated',
      reasons: [`It could not be read, because ${facts.unreadable}; a person has to look at it.`],
    };
  }
  const bounce = bounceSigns(facts, wording);
  if (bounce !== null) return bounce;

  const sentences = sentencesOf(ownWords(facts.text, wording.quotes, context.ourText));
  const found = WORDED_CLASSES.flatMap((name) => {
    const reason = firstReason(name, sentences, wording);
    return reason === null ? [] : [reason];
  });
  const automatic = automaticSigns(facts, sentences, wording);
  const [worst] = found;
  if (worst?.class === 'contest') return { class: 'contest', reasons: reasonsOf(found, automatic) };
  if (automatic.length > 0) {
    if (worst?.class !== 'refusal')
      return { class: 'auto-acknowledgement', reasons: [...automatic, ...notCounted(found)] };
    const doubt = 'A machine seems to refuse; a person has to read what it wants.';
    return { class: 'question', reasons: [doubt, ...reasonsOf(found, automatic)] };
  }
  if (worst !== undefined) return { class: worst.class, reasons: reasonsOf(found, []) };
  return context.isPlaced
    ? { class: 'question', reasons: ['Its words are none that are known here; a person has to read it.'] }
    : { class: 'unrelated', reasons: ['It names no notice of ours, and its words are none that are known here.'] };
}

interface Reason {
  readonly class: WordedClass;
  readonly sentence: string;
}

function firstReason(name: WordedClass, sentences: readonly Sentence[], wording: PreparedWording): Reason | null {
  for (const sentence of sentences) {
    const reason = reasonIn(name, sentence, wording);
    if (reason !== null) return reason;
  }
  return null;
}

/** What one sentence gives for a class. A claim with a "not", an "if" or a question mark in its sentence is none. */
function reasonIn(name: WordedClass, sentence: Sentence, wording: PreparedWording): Reason | null {
  const { words, isQuestion } = sentence;
  const found = findPhrase(words, wording.tables[name]);
  const because = (why: string): Reason => ({ class: name, sentence: why });
  if (name === 'question') {
    if (found !== null) return because(`It asks: "${found.phrase}".`);
    const denied = findPhrase(words, wording.tables['action-claimed']);
    // "If they do not answer, it will be suspended" denies nothing of what has been done.
    const isSupposed = findPhrase(words, wording.conditions) !== null;
    const negation = denied === null || isSupposed ? null : findPhrase(words, wording.negations);
    if (denied !== null && negation !== null) {
      return because(
        `It says "${denied.phrase}", but "${negation.phrase}" in the same sentence: a person has to read it.`,
      );
    }
    const isAsked = isQuestion && words.length >= 3 && findPhrase(words, wording.courtesies) === null;
    return isAsked ? because(`It ends a sentence with a question mark: "${shortened(sentence.text)}".`) : null;
  }
  if (found === null) return null;
  if (name === 'contest') {
    const standing = findPhrase(words, wording.standing);
    if (standing !== null && standing.at < found.at) return null;
    return because(`It contests: "${found.phrase}".`);
  }
  if (name === 'refusal') return because(`It refuses: "${found.phrase}".`);
  if (name === 'acknowledgement') return because(`It acknowledges: "${found.phrase}".`);
  if (isQuestion || findPhrase(words, wording.negations) !== null) return null;
  const condition = findPhrase(words, wording.conditions);
  // "will be suspended once …" is a word on what they mean to do: heard, not done.
  if (condition !== null) return null;
  return because(`It claims that something was done: "${found.phrase}".`);
}

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length > 120 ? `${characters.slice(0, 119).join('')}…` : text;
}

function reasonsOf(found: readonly Reason[], automatic: readonly string[]): readonly string[] {
  const [worst, ...others] = found;
  return [
    ...(worst === undefined ? [] : [worst.sentence]),
    ...others.map(({ sentence }) => `${sentence} The more cautious reading counts.`),
    ...automatic,
  ];
}

function notCounted(found: readonly Reason[]): readonly string[] {
  return found.map(({ sentence }) => `${sentence} From a machine that does not count.`);
}
