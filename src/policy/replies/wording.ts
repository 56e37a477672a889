/** The classes that words can tell, the most cautious first. */
export const WORDED_CLASSES = ['contest', 'refusal', 'question', 'action-claimed', 'acknowledgement'] as const;
export type WordedClass = (typeof WORDED_CLASSES)[number];

/** The words of src/texts/replies/replies.yaml, as counsel writes them. */
export interface ReplyWording {
  readonly negations: readonly string[];
  readonly conditions: readonly string[];
  readonly standing: readonly string[];
  readonly courtesies: readonly string[];
  readonly classes: Readonly<Record<WordedClass, readonly string[]>>;
  readonly automatic: { readonly subjects: readonly string[]; readonly sentences: readonly string[] };
  readonly quotes: readonly string[];
  readonly bounces: readonly string[];
}

/** How many words "..." may stand for. */
const WIDEST_GAP = 6;
const GAP = '...';

interface Phrase {
  readonly text: string;
  /** Words, and GAP. */
  readonly parts: readonly string[];
}

/** Phrases ready to be looked for: by their first word, so that a sentence is gone through once. */
export interface PhraseTable {
  readonly byFirst: ReadonlyMap<string, readonly Phrase[]>;
  readonly endings: readonly string[];
}

/** Where a phrase was found: the place of its first word. */
export interface Found {
  readonly phrase: string;
  readonly at: number;
}

export function phraseTable(phrases: readonly string[]): PhraseTable {
  const byFirst = new Map<string, Phrase[]>();
  const endings: string[] = [];
  for (const text of phrases) {
    const parts = text.split(/\s+/).flatMap((part) => (part === GAP ? [GAP] : wordsOf(part)));
    const [first] = parts;
    if (first === undefined || first === GAP) continue;
    // "n't" is an ending and no word.
    if (first === "n't") endings.push(first);
    byFirst.set(first, [...(byFirst.get(first) ?? []), { text, parts }]);
  }
  return { byFirst, endings };
}

/** Words in small letters, compatibility forms undone, apostrophes made one, ё written е. */
export function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[’‘ʼ`´]/g, "'")
    .replaceAll('ё', 'е');
  return (plain.match(/[\p{L}\p{M}\p{N}'-]+/gu) ?? [])
    .map((word) => word.replaceAll(/^['-]+|['-]+$/g, ''))
    .filter((word) => word !== '');
}

/** The first phrase of a table in a sentence; null where there is none. */
export function findPhrase(words: readonly string[], { byFirst, endings }: PhraseTable): Found | null {
  for (const [at, word] of words.entries()) {
    const ending = endings.find((each) => word.endsWith(each));
    if (ending !== undefined) return { phrase: word, at };
    for (const { text, parts } of byFirst.get(word) ?? []) {
      if (standsAt(words, at, parts)) return { phrase: text, at };
    }
  }
  return null;
}

function standsAt(words: readonly string[], at: number, parts: readonly string[]): boolean {
  let place = at;
  for (let index = 0; index < parts.length; index++) {
    if (parts[index] !== GAP) {
      if (words[place] !== parts[index]) return false;
      place += 1;
      continue;
    }
    const next = parts[index + 1];
    if (next === undefined) return true;
    const found = words.indexOf(next, place);
    if (found < 0 || found - place > WIDEST_GAP) return false;
    place = found;
  }
  return true;
}
