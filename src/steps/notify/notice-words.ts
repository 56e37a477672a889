import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { parseTemplate, renderTemplate } from './template.ts';
import type { Template } from './template.ts';
import { WORD_SHAPES } from './word-keys.ts';

/** The words of one language by key; what it lacks is said in English. */
export interface NoticeWords {
  /** Says a key's words with its values filled in. An unknown key is a bug. */
  say(key: string, values?: Readonly<Record<string, string>>): string;
  /** The keys that are said in English. */
  readonly lacking: readonly string[];
}

type Catalogue = ReadonlyMap<string, Template>;

/**
 * Reads words.txt: a line `key: words` each, `#` before a note, a line that begins with blanks goes on with the one
 * before. The reason why not names the line.
 */
export function parseWords(source: string): Result<Catalogue, string> {
  const catalogue = new Map<string, Template>();
  const entries: { key: string; words: string; line: number }[] = [];
  for (const [index, raw] of source.replaceAll('\r\n', '\n').split('\n').entries()) {
    const line = index + 1;
    if (raw.trim() === '' || raw.startsWith('#')) continue;
    const last = entries.at(-1);
    if (/^\s/.test(raw)) {
      if (last === undefined) return failure(`line ${line}: an indented line goes on with nothing`);
      last.words += ` ${raw.trim()}`;
      continue;
    }
    const [, key, words] = /^([\w.-]+): *(\S.*)$/.exec(raw) ?? [];
    if (key === undefined || words === undefined) return failure(`line ${line}: it has to be written "key: words"`);
    entries.push({ key, words: words.trimEnd(), line });
  }
  for (const { key, words, line } of entries) {
    const shape = Object.hasOwn(WORD_SHAPES, key) ? WORD_SHAPES[key] : undefined;
    if (shape === undefined) return failure(`line ${line}: there is no key "${key}"; ours has them all`);
    if (catalogue.has(key)) return failure(`line ${line}: the key "${key}" stands a second time`);
    const template = parseTemplate(words, shape);
    if (!template.ok) return failure(`line ${line}: ${key}: ${template.problem.replace(/^line \d+: /, '')}`);
    catalogue.set(key, template.value);
  }
  return success(catalogue);
}

/** `behind` says what `own` lacks; null for the language that has to say everything. */
export function createWords(own: Catalogue, behind: NoticeWords | null): NoticeWords {
  return {
    lacking: Object.keys(WORD_SHAPES).filter((key) => !own.has(key)),
    say(key, values = {}) {
      const template = own.get(key);
      if (template !== undefined) return renderTemplate(template, values);
      if (behind === null) throw new Error(`there are no words for ${key}`);
      return behind.say(key, values);
    },
  };
}
