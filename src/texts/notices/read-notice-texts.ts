import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem } from '../../domain/problem.ts';

/** The texts that come with the program stand beside this file, a folder a language; the build copies them along. */
const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url));

const MAX_FILE_BYTES = 400_000;
const MAX_FILES = 1000;
const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/;
const NAME = /^[a-z][a-z0-9-]{0,60}$/;

/** One text as it was found. */
export interface FoundText {
  readonly language: string;
  readonly name: string;
  readonly text: string;
  /** How a person finds the file: "en/abuse-notice.txt" for ours, the path for the user's own. */
  readonly file: string;
  readonly origin: 'ours' | 'yours';
}

export interface FoundTexts {
  readonly files: readonly FoundText[];
  /** What stands in the user's folder and has no effect, a sentence each. */
  readonly withoutEffect: readonly string[];
}

/**
 * Reads the notice texts: `LANGUAGE/NAME.txt` of ours, and of `folder` (the user's own) behind them, so that of two the
 * user's counts. A folder that was named but cannot be read is a `settings` problem: it must not go unnoticed.
 */
export async function readNoticeTexts(folder: string | null = null): Promise<FoundTexts> {
  const ours = await readLanguages(OWN_FOLDER, 'ours');
  if (folder === null) return { files: ours.files, withoutEffect: [] };
  try {
    const theirs = await readLanguages(folder, 'yours');
    return { files: [...ours.files, ...theirs.files], withoutEffect: theirs.withoutEffect };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw problem(
      'settings',
      `${folder}: the folder of notice texts cannot be read: ${cause.message}`,
      'Check notices.texts or --texts; dismantle notices texts --copy DIR writes one to begin with',
      cause,
    );
  }
}

/** Names of files that the program does not know, with the nearest that it does: most likely typing errors. */
export function unknownTexts(files: readonly FoundText[], namedByTable: ReadonlySet<string>): readonly string[] {
  const known = new Set(files.filter(({ origin }) => origin === 'ours').map(({ name }) => name));
  return files
    .filter(({ origin, name }) => origin === 'yours' && !known.has(name) && !namedByTable.has(name))
    .filter(({ name }) => !files.some(({ text }) => text.includes(`{{> ${name}}}`)))
    .map(({ file, name }) => `${file} has no effect: no row of the method table and no text names "${name}"`);
}

/** Writes our texts below a folder, never over a file that is there. Answers with what was written and what was left. */
export async function copyNoticeTexts(
  folder: string,
): Promise<{ readonly written: readonly string[]; readonly left: readonly string[] }> {
  const written: string[] = [];
  const left: string[] = [];
  for (const { language, name, text } of (await readLanguages(OWN_FOLDER, 'ours')).files) {
    const path = join(folder, language, `${name}.txt`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: 'wx' });
      written.push(path);
    } catch (cause) {
      if (
        cause instanceof Error &&
        'code' in cause &&
        cause.code === 'EEXIST' &&
        !(await isFolder(dirname(path), cause))
      )
        left.push(path);
      else throw problem('input', `${path}: cannot be written: ${String(cause)}`, 'Choose another folder', cause);
    }
  }
  return { written, left };
}

/** EEXIST of mkdir means that a file stands where the folder should be. */
async function isFolder(path: string, cause: Error): Promise<boolean> {
  return 'syscall' in cause && cause.syscall === 'mkdir' && !(await stat(path)).isDirectory();
}

async function readLanguages(folder: string, origin: FoundText['origin']): Promise<FoundTexts> {
  const files: FoundText[] = [];
  const withoutEffect: string[] = [];
  for (const entry of (await readdir(folder)).sort()) {
    const path = join(folder, entry);
    if (entry.startsWith('.') || (origin === 'ours' && !LANGUAGE.test(entry))) continue;
    if (!(await stat(path)).isDirectory()) {
      withoutEffect.push(`${path} has no effect: texts stand in a folder for each language, as en/abuse-notice.txt`);
    } else if (LANGUAGE.test(entry)) {
      await readTexts(path, origin, files, withoutEffect);
    } else {
      withoutEffect.push(`${path} has no effect: a folder's name is a language as in "de" or "pt-br"`);
    }
  }
  return { files, withoutEffect };
}

async function readTexts(
  folder: string,
  origin: FoundText['origin'],
  files: FoundText[],
  withoutEffect: string[],
): Promise<void> {
  const language = basename(folder);
  for (const entry of (await readdir(folder)).sort()) {
    const path = join(folder, entry);
    const name = entry.replace(/\.txt$/, '');
    if (entry.startsWith('.')) continue;
    if (!entry.endsWith('.txt') || !NAME.test(name)) {
      withoutEffect.push(`${path} has no effect: a text's file is named as in "abuse-notice.txt"`);
      continue;
    }
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES || files.length >= MAX_FILES) {
      throw problem('settings', `${path}: too large, or too many texts`, 'Leave only notice texts in this folder');
    }
    const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
    files.push({ language, name, text, file: origin === 'ours' ? `${language}/${entry}` : path, origin });
  }
}
