import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { refang } from '../../domain/defang.ts';
import { parseInstant } from '../../domain/instant.ts';
import { ENTRY_EFFECTS } from '../../domain/list-effect.ts';
import type { EntryEffect } from '../../domain/list-effect.ts';
import { NEVER_LISTS } from '../../domain/never-lists.ts';
import { plainText } from '../../domain/plain-text.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { parseWarningEntry } from '../../domain/warning-list.ts';
import type { EntryTerms, WarningEntry, WarningList } from '../../domain/warning-list.ts';
import { datesIn, latest, listDate } from './list-date.ts';
import { readListFile } from './list-file.ts';
import type { ListFile } from './list-file.ts';
import { parseMispList } from './misp-list.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_ENTRIES = 200_000;
const MAX_REASON = 300;
const BAD_SHOWN = 20;

interface BadLine {
  readonly line: number;
  readonly reason: string;
}

/**
 * Reads a list of what the organisation itself wants protected: plain lines (an address, a prefix, a name; the text after
 * "#" is the reason), a CSV with the columns entry, effect, reason, expires, or a list in the MISP format. A name covers
 * all names below it.
 *
 * A line that cannot be read refuses the file, and so the run, with every such line told: whoever wrote it believes that
 * it protects somebody, and going on without it could take that one down (docs/decisions/0011-protected-ground.md).
 */
export async function readOwnList(given: string): Promise<Result<WarningList>> {
  const file = (await isFolder(given)) ? path.join(given, 'list.json') : given;
  const read = await readListFile(file, MAX_BYTES);
  if (!read.ok) return refuse(file, read.problem);
  const folder = listName(file);
  if (read.value.text.trimStart().startsWith('{')) return readMisp(read.value, folder);
  const lines = read.value.text.split(/\r\n|\n|\r/);
  const isCsv = /^\s*"?entry"?\s*,/i.test(lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '');
  const { entries, bad } = isCsv ? csvEntries(read.value.text) : plainEntries(lines);
  if (bad.length > 0) return refuseLines(file, bad);
  if (entries.length === 0) return refuse(file, 'protects nothing: there is no entry in it');
  if (entries.length > MAX_ENTRIES) return refuse(file, `${entries.length} entries; at most ${MAX_ENTRIES} are taken`);
  const { name, modified, fingerprint } = read.value;
  return success({
    folder,
    title: `Own list ${plainText(name, 100)}`,
    version: fingerprint,
    type: 'hostname',
    origin: 'own',
    file,
    ...listDate({ content: latest(headerDates(lines)), fileName: name, modified }),
    entries,
    odd: [],
    oddCount: 0,
  });
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}

/** `own-NAME`, so that no file takes the place of a list known by name; save those that nothing can weaken. */
function listName(file: string): string {
  const base =
    path.basename(file) === 'list.json' ? path.basename(path.dirname(path.resolve(file))) : path.basename(file);
  const name = base
    .replace(/\.(?:txt|csv|json|lst|list)$/i, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 90);
  const never: readonly string[] = NEVER_LISTS;
  return never.includes(name) ? name : `own-${name}`;
}

function readMisp(read: ListFile, folder: string): Result<WarningList> {
  const list = parseMispList(read, { folder, origin: 'own', maxEntries: MAX_ENTRIES });
  if (!list.ok) return refuse(read.file, list.problem);
  const { odd, oddCount } = list.value;
  if (oddCount === 0) return list;
  const told = odd.slice(0, BAD_SHOWN).map(({ entry, reason }) => `\n  "${entry}": ${reason}`);
  return refuse(read.file, `${oddCount} of its entries cannot be read:${told.join('')}`);
}

/** A date in the comments before the first entry is the list's. */
function headerDates(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return lines.slice(0, Math.max(first, 0)).flatMap((line) => datesIn(line));
}

interface Read {
  readonly entries: WarningEntry[];
  readonly bad: BadLine[];
}

function plainEntries(lines: readonly string[]): Read {
  const read: Read = { entries: [], bad: [] };
  for (const [index, raw] of lines.entries()) {
    const [, text = '', comment = ''] = /^\s*([^#]*?)\s*(?:#(.*))?$/s.exec(raw) ?? [];
    if (text === '') continue;
    const reason = plainText(comment.trim(), MAX_REASON);
    take(read, index + 1, text, reason === '' ? {} : { reason });
  }
  return read;
}

function take({ entries, bad }: Read, line: number, text: string, terms: EntryTerms): void {
  const entry = /\s/.test(text)
    ? failure('more than one word; a reason goes behind a "#"')
    : parseWarningEntry('hostname', refang(text));
  if (!entry.ok) bad.push({ line, reason: `"${plainText(text, 100)}" ${entryFault(entry.problem)}` });
  else entries.push({ ...entry.value, text: refang(text), ...terms });
}

function entryFault(reason: string): string {
  return reason === 'not a name' ? 'is not an address, a prefix or a name' : `is ${reason}`;
}

const COLUMNS: readonly string[] = ['entry', 'effect', 'reason', 'expires'];

function csvEntries(text: string): Read {
  const read: Read = { entries: [], bad: [] };
  const records: { readonly record: readonly string[]; readonly line: number }[] = [];
  try {
    parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      skip_empty_lines: true,
      relax_column_count: true,
      trim: true,
      max_record_size: 100_000,
      on_record: (record: string[], { lines }) => {
        records.push({ record, line: lines });
        return null;
      },
    });
  } catch (cause) {
    const line = cause instanceof Error && 'lines' in cause && typeof cause.lines === 'number' ? cause.lines : 1;
    read.bad.push({ line, reason: `not readable as CSV: ${cause instanceof Error ? cause.message : String(cause)}` });
    return read;
  }
  const [header, ...rows] = records;
  const columns = header?.record.map((column) => column.toLowerCase()) ?? [];
  const odd = columns.find((column, index) => !COLUMNS.includes(column) || columns.indexOf(column) !== index);
  if (header === undefined || odd !== undefined) {
    const reason = `the column "${plainText(odd ?? '', 50)}" is unknown or stands there twice; known are ${COLUMNS.join(', ')}`;
    read.bad.push({ line: header?.line ?? 1, reason });
    return read;
  }
  for (const { record, line } of rows) csvEntry(read, line, columns, record);
  return read;
}

function csvEntry(read: Read, line: number, columns: readonly string[], record: readonly string[]): void {
  if (record.length > columns.length) {
    read.bad.push({ line, reason: 'more cells than columns; a value with a comma in it needs quotes' });
    return;
  }
  const cell = (column: string): string => record[columns.indexOf(column)]?.trim() ?? '';
  const terms = csvTerms(cell);
  if (!terms.ok) read.bad.push({ line, reason: terms.problem });
  else if (cell('entry') === '') read.bad.push({ line, reason: 'the entry is empty' });
  else take(read, line, cell('entry'), terms.value);
}

function csvTerms(cell: (column: string) => string): Result<EntryTerms, string> {
  const effect = cell('effect').toLowerCase();
  const known: EntryEffect | undefined = ENTRY_EFFECTS.find((candidate) => candidate === effect);
  if (effect !== '' && known === undefined) {
    return failure(`the effect "${plainText(effect, 50)}" is unknown; known are ${ENTRY_EFFECTS.join(', ')}`);
  }
  const expires = cell('expires');
  if (expires !== '' && (!/^\d{4}-\d{2}-\d{2}$/.test(expires) || parseInstant(expires) === null)) {
    return failure(`expires on "${plainText(expires, 50)}"; a day is written YYYY-MM-DD`);
  }
  const reason = plainText(cell('reason'), MAX_REASON);
  return success({
    ...(known === undefined ? {} : { effect: known }),
    ...(expires === '' ? {} : { expires }),
    ...(reason === '' ? {} : { reason }),
  });
}

const HINT =
  'One address, prefix or name a line, "#" before a reason; or a CSV with entry,effect,reason,expires. Correct it or ' +
  'take it out: nothing is done as long as a line that is to protect somebody cannot be read.';

function refuseLines(file: string, bad: readonly BadLine[]): Result<never> {
  const told = bad.slice(0, BAD_SHOWN).map(({ line, reason }) => `\n  ${file}:${line}: ${reason}`);
  const more = bad.length > BAD_SHOWN ? `\n  … and ${bad.length - BAD_SHOWN} more` : '';
  const count = bad.length === 1 ? 'one line' : `${bad.length} lines`;
  return refuse(file, `${count} of what is to be protected cannot be read:${told.join('')}${more}`);
}

function refuse(file: string, reason: string): Result<never> {
  return failure({ code: 'input', message: `${file}: ${reason}${reason.includes('\n') ? '' : '.'}`, hint: HINT });
}
