import { failure, success } from '../../domain/result.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { FOLLOW_UP_SHAPES } from './follow-up-shapes.ts';
import { NOTICE_SHAPE } from './notice-view.ts';
import { createWords, parseWords } from './notice-words.ts';
import type { NoticeWords } from './notice-words.ts';
import { parseTemplate } from './template.ts';
import type { Template, TemplateShape } from './template.ts';

/** The texts of this name are pieces that others include with {{> part-…}}. */
const PART_PREFIX = 'part-';
/** The text of this name holds what the program itself says. */
const WORDS = 'words';
const MAX_TEXT_CHARACTERS = 100_000;

/** The language that every message is complete in, and that stands in for what another lacks. */
export const FIRST_LANGUAGE = 'en';

/** One file of words: a notice text, a piece of several, or a language's words.txt. */
export interface TextFile {
  /** RFC 5646 tag in small letters: "en", "de". */
  readonly language: string;
  /** Without the suffix: "abuse-notice", "part-asks", "words". */
  readonly name: string;
  readonly text: string;
  /** How a person finds the file. */
  readonly file: string;
}

/** One notice text, ready to be filled. */
export interface NoticeText {
  readonly subject: Template;
  readonly body: Template;
  /** Pieces that are put in in English, because the language has none of that name. */
  readonly englishParts: readonly string[];
}

export interface LanguageTexts {
  /** By name, as MethodRow.template names them. */
  readonly texts: ReadonlyMap<string, NoticeText>;
  /** What follows a notice, by its fixed name; no row of the method table names one. */
  readonly followUps: ReadonlyMap<string, NoticeText>;
  readonly words: NoticeWords;
}

/** The notice texts by language. English is always there. */
export type NoticeTexts = ReadonlyMap<string, LanguageTexts>;

/** The texts that every message is made with. */
export function englishOf(texts: NoticeTexts): LanguageTexts {
  const english = texts.get(FIRST_LANGUAGE);
  if (english === undefined) throw new Error('there are no English notice texts');
  return english;
}

type Sources = ReadonlyMap<string, TextFile>;

/**
 * Checks and prepares notice texts; of two files for the same language and name the later counts. A text is a line
 * `Subject: …`, a blank line, the body; a name starting with "part-" is a piece; "words" holds what the program itself
 * says. The problem names file and line.
 */
export function prepareNoticeTexts(files: readonly TextFile[]): Result<NoticeTexts> {
  const byLanguage = new Map<string, Map<string, TextFile>>();
  for (const file of files) {
    const sources = byLanguage.get(file.language) ?? new Map<string, TextFile>();
    byLanguage.set(file.language, sources.set(file.name, file));
  }
  const english: Sources = byLanguage.get(FIRST_LANGUAGE) ?? new Map();
  const prepared = new Map<string, LanguageTexts>();
  // English first, since the other languages fall back to its words.
  for (const [language, sources] of [...byLanguage].toSorted(([one], [other]) => rank(one) - rank(other))) {
    const texts = prepareLanguage(sources, english, prepared.get(FIRST_LANGUAGE)?.words ?? null);
    if (!texts.ok) return texts;
    prepared.set(language, texts.value);
  }
  const lacking = prepared.get(FIRST_LANGUAGE)?.words.lacking ?? [WORDS];
  if (lacking.length > 0) return failure(problemOf('en/words.txt', `there are no words for ${lacking.join(', ')}`));
  return success(prepared);
}

/** A piece may stand inside a list, and then speaks of what an entry of it holds. */
const PART_SHAPE: TemplateShape = { ...insideOf(NOTICE_SHAPE), ...NOTICE_SHAPE };

function insideOf(shape: TemplateShape): TemplateShape {
  const lists = Object.values(shape).filter((meaning) => typeof meaning === 'object');
  return lists.reduce<TemplateShape>((whole, list) => ({ ...whole, ...insideOf(list), ...list }), {});
}

const rank = (language: string): number => (language === FIRST_LANGUAGE ? 0 : 1);

function prepareLanguage(sources: Sources, english: Sources, behind: NoticeWords | null): Result<LanguageTexts> {
  const texts = new Map<string, NoticeText>();
  const followUps = new Map<string, NoticeText>();
  let own: NoticeWords = createWords(new Map(), behind);
  for (const { name, text, file } of sources.values()) {
    if (text.length > MAX_TEXT_CHARACTERS)
      return failure(problemOf(file, `longer than ${MAX_TEXT_CHARACTERS} characters`));
    if (name === WORDS) {
      const parsed = parseWords(text);
      if (!parsed.ok) return failure(problemOf(file, parsed.problem));
      own = createWords(parsed.value, behind);
    } else if (name.startsWith(PART_PREFIX)) {
      // A piece is read by itself as well, so that an error in it is told with its own file and line.
      const parsed = parseTemplate(text, PART_SHAPE);
      if (!parsed.ok) return failure(problemOf(file, parsed.problem));
    }
  }
  for (const { name, text, file } of sources.values()) {
    if (name !== WORDS && !name.startsWith(PART_PREFIX)) {
      const followUp = Object.hasOwn(FOLLOW_UP_SHAPES, name) ? FOLLOW_UP_SHAPES[name] : undefined;
      const prepared = prepareText(text, sources, english, followUp ?? NOTICE_SHAPE);
      if (!prepared.ok) return failure(problemOf(file, prepared.problem));
      (followUp === undefined ? texts : followUps).set(name, prepared.value);
    }
  }
  return success({ texts, followUps, words: own });
}

function problemOf(file: string, what: string): Problem {
  return {
    code: 'settings',
    message: `${file}: ${what}`,
    hint: 'Correct the text; docs/notices.md lists every placeholder.',
  };
}

function prepareText(
  source: string,
  sources: Sources,
  english: Sources,
  shape: TemplateShape,
): Result<NoticeText, string> {
  const [subjectLine = '', blank, ...bodyLines] = source.replaceAll('\r\n', '\n').split('\n');
  const subject = /^Subject: *(\S.*)$/.exec(subjectLine)?.[1];
  if (subject === undefined) return failure('line 1: it has to begin with "Subject: …"');
  if (blank !== '') return failure('line 2: a blank line has to follow the subject');
  const subjectTemplate = parseTemplate(subject, shape);
  if (!subjectTemplate.ok) return subjectTemplate;
  // The file's own lines first, with its pieces out of the way: what is wrong in them is told with the file's line.
  const alone = parseTemplate(`\n\n${bodyLines.join('\n')}`.replaceAll(PART_TAG, '\n'), shape);
  if (!alone.ok) return alone;
  const included = include(bodyLines.join('\n'), sources, english);
  if (!included.ok) return included;
  const body = parseTemplate(included.value.text, shape);
  if (!body.ok) return failure(`with its pieces put in, ${body.problem}`);
  return success({ subject: subjectTemplate.value, body: body.value, englishParts: included.value.englishParts });
}

const PART_TAG = /\{\{> *([a-z-]+) *\}\}\n?/g;

/** Puts the pieces in. One level only: a piece that includes another is refused by the parser as an unknown name. */
function include(
  body: string,
  sources: Sources,
  english: Sources,
): Result<{ text: string; englishParts: readonly string[] }, string> {
  let unknown: string | null = null;
  const englishParts: string[] = [];
  const text = body.replaceAll(PART_TAG, (_tag, name: string) => {
    const isPart = name.startsWith(PART_PREFIX);
    const own = isPart ? sources.get(name) : undefined;
    const part = own ?? (isPart ? english.get(name) : undefined);
    if (part === undefined) unknown ??= name;
    else if (own === undefined) englishParts.push(name);
    return `${(part?.text ?? '').replaceAll('\r\n', '\n').trimEnd()}\n`;
  });
  return unknown === null ? success({ text, englishParts }) : failure(`there is no piece called ${String(unknown)}`);
}
