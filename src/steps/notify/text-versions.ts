import { fillText } from './fill-text.ts';
import { FIRST_LANGUAGE } from './notice-texts.ts';
import type { LanguageTexts, NoticeText, NoticeTexts } from './notice-texts.ts';
import { renderTemplate, shownLiterals } from './template.ts';
import type { TemplateView } from './template.ts';

const RULE = '-'.repeat(72);

/** A text in one language, filled. */
export interface TextVersion {
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly below: string;
  readonly heading: string;
  readonly drillWord: string;
  /** Each `[MISSING: …]` that it shows. */
  readonly unstated: readonly string[];
  readonly fallbacks: readonly string[];
}

/** Where one language has its text, and what it is filled with. */
export type Filling = (language: LanguageTexts) => {
  readonly text: NoticeText | undefined;
  readonly view: () => TemplateView;
};

/** A language that has no text of this name is left out, and the versions say so; English is always there. */
export function textVersions(
  languages: readonly string[],
  texts: NoticeTexts,
  name: string,
  filling: Filling,
): readonly TextVersion[] {
  const wanted = [...new Set([...languages.filter((tag) => tag !== FIRST_LANGUAGE), FIRST_LANGUAGE])];
  const absent: string[] = [];
  const versions = wanted.flatMap((language) => {
    const own = texts.get(language);
    const filled = own === undefined ? null : filling(own);
    if (own !== undefined && filled?.text !== undefined) return [versionOf(language, own, filled.text, filled.view())];
    absent.push(`${language}: ${name}`);
    return [];
  });
  return versions.map((version) => ({ ...version, fallbacks: [...absent, ...version.fallbacks] }));
}

function versionOf(
  language: string,
  { words }: LanguageTexts,
  { subject, body, englishParts }: NoticeText,
  view: TemplateView,
): TextVersion {
  const text = fillText(renderTemplate(body, view));
  const markers = shownLiterals(body, view).matchAll(/\[MISSING: ([^\]\u0000]+)\]/g);
  return {
    language,
    subject: renderTemplate(subject, view),
    text: view['drill'] === true ? `${text}\n${fillText(words.say('drill.end'))}` : text,
    below: words.say('version.below'),
    heading: words.say('version.heading'),
    drillWord: words.say('drill.word'),
    unstated: [...markers].map((match) => (match[1] ?? '').replaceAll(/\s+/g, ' ')),
    fallbacks: [...englishParts, ...words.lacking].map((part) => `${language}: ${part}`),
  };
}

/** One below the other; whoever reads only the second is told at the top, in that language, that it is there. */
export function joinVersions(versions: readonly TextVersion[], marking: string): string {
  const [first, ...others] = versions;
  if (first === undefined) return '';
  const top = [marking, ...others.map(({ below }) => below)].filter((line) => line !== '');
  return [
    ...(top.length === 0 ? [] : [`${top.join('\n')}\n`]),
    first.text,
    ...others.map(({ heading, text }) => `${RULE}\n${heading}\n\n${text}`),
  ].join('\n');
}
