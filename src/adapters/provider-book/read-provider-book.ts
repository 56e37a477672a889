import { readFile, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { createProviderBook } from '../../domain/provider-book.ts';
import type { BookEntry, ProviderBook } from '../../domain/provider-book.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { findContradictions } from './contradictions.ts';
import { readCsvEntries } from './csv-entries.ts';
import { ENTRY_KEYS, entrySchema } from './entry-schema.ts';
import type { WrittenEntry } from './written-entry.ts';
import { readYamlEntries } from './yaml-entries.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_ENTRIES = 20_000;
const MAX_COMPLAINTS = 10;

/**
 * Reads a provider book from YAML or CSV, told by the file's suffix and else by its content. One faulty entry refuses
 * the whole book, since the provider next in line would be asked in its place. Every complaint names file, line, key,
 * value and what is allowed.
 */
export async function readProviderBook(path: string): Promise<Result<ProviderBook>> {
  const read = await readText(path);
  if (!read.ok) return read;
  const format = formatOf(path, read.value);
  const written = format === 'csv' ? readCsvEntries(read.value) : readYamlEntries(read.value);
  if (!written.ok) {
    const { line, reason } = written.problem;
    return failure(complaint([`${path}${line === null ? '' : `:${line}`}: ${reason}`]));
  }
  if (written.value.length > MAX_ENTRIES) {
    return failure(complaint([`${path}: ${written.value.length} entries; at most ${MAX_ENTRIES} are taken`]));
  }
  const entries: BookEntry[] = [];
  const complaints: string[] = [];
  for (const entry of written.value) {
    const checked = entrySchema.safeParse(entry.value);
    if (checked.success) entries.push(checked.data);
    else complaints.push(...complaintsOf(path, entry, checked.error.issues));
  }
  if (complaints.length > 0) return failure(complaint(complaints));
  const contradictions = findContradictions(entries, written.value);
  if (contradictions.length > 0) {
    return failure(
      complaint(
        contradictions.map(
          ({ key, value, line, firstLine }) =>
            `${path}:${line}: ${key} ${JSON.stringify(value)} stands in line ${firstLine} already; it can lead to one provider only`,
        ),
      ),
    );
  }
  return success(createProviderBook(nodePath.basename(path), entries));
}

async function readText(path: string): Promise<Result<string>> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return failure(complaint([`${path}: not a file`]));
    if (facts.size > MAX_BYTES) {
      return failure(complaint([`${path}: ${facts.size} bytes; at most ${MAX_BYTES} are taken`]));
    }
    return success(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
  } catch (cause) {
    const reason =
      cause instanceof TypeError ? 'not UTF-8 text' : cause instanceof Error ? cause.message : String(cause);
    return failure(complaint([`${path}: cannot be read: ${reason}`]));
  }
}

function formatOf(path: string, text: string): 'yaml' | 'csv' {
  const suffix = nodePath.extname(path).toLowerCase();
  if (suffix === '.csv') return 'csv';
  if (suffix === '.yaml' || suffix === '.yml' || suffix === '.json') return 'yaml';
  const header = text.split(/\r?\n/).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  const cells = header.split(',').map((cell) => cell.trim().toLowerCase());
  return cells.length > 1 && cells.includes('name') ? 'csv' : 'yaml';
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function complaintsOf(path: string, entry: WrittenEntry, issues: readonly Issue[]): readonly string[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map(
        (key) => `${path}:${entry.lineOf([key])}: unknown key ${shown(key)}; allowed are: ${ENTRY_KEYS.join(', ')}`,
      );
    }
    const key = issue.path.join('.');
    const value = valueAt(entry.value, issue.path);
    const what = key === '' ? 'the entry' : value === undefined ? `${key} is missing` : `${key} ${shown(value)}`;
    return [`${path}:${entry.lineOf(issue.path)}: ${what}; allowed is: ${issue.message}`];
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return found;
    found = Object.entries(found).find(([key]) => key === String(step))?.[1];
  }
  return found;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function complaint(sentences: readonly string[]): Problem {
  const more = sentences.length - MAX_COMPLAINTS;
  const shownSentences = more > 0 ? [...sentences.slice(0, MAX_COMPLAINTS), `… and ${more} more`] : sentences;
  return {
    code: 'input',
    message: shownSentences.join('\n'),
    hint: 'Correct the provider book and run again; examples/first-look/providers.yaml shows every key.',
  };
}
