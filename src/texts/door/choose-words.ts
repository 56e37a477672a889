import { GERMAN } from './de.ts';
import type { DoorWordsOfLanguage } from './door-words.ts';
import { ENGLISH } from './en.ts';

const LANGUAGES: ReadonlyMap<string, DoorWordsOfLanguage> = new Map([
  ['en', ENGLISH],
  ['de', GERMAN],
]);

/** More than any browser sends. */
const MOST_CHARACTERS = 500;

/** The language that a browser likes best among those that there are words in (RFC 9110 section 12.5.4), else English. */
export function chooseWords(acceptLanguage: string | null): {
  readonly language: string;
  readonly words: DoorWordsOfLanguage;
} {
  let best: { readonly language: string; readonly quality: number } | null = null;
  for (const range of (acceptLanguage ?? '').slice(0, MOST_CHARACTERS).split(',')) {
    const [, tag, weight] =
      /^\s*([a-z]{1,8})(?:-[a-z0-9-]{1,40})?\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i.exec(range) ?? [];
    const language = tag?.toLowerCase() ?? '';
    const quality = weight === undefined ? 1 : Number(weight);
    if (LANGUAGES.has(language) && quality > 0 && quality > (best?.quality ?? 0)) best = { language, quality };
  }
  const language = best?.language ?? 'en';
  return { language, words: LANGUAGES.get(language) ?? ENGLISH };
}
