import { parse } from 'csv-parse/sync';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { ENTRY_KEYS } from './entry-schema.ts';
import type { BrokenBook, WrittenEntry } from './written-entry.ts';

/** Cells that hold several values. Holder names have blanks in them, so only ";" parts those. */
const SEPARATORS: Readonly<Record<string, RegExp>> = {
  asns: /[;\s]+/,
  prefixes: /[;\s]+/,
  domains: /[;\s]+/,
  names: /;/,
  further: /[;\s]+/,
};

/** Reads the entries of a CSV book: a header with the keys of an entry, "#" comments, several values parted by ";". */
export function readCsvEntries(text: string): Result<readonly WrittenEntry[], BrokenBook> {
  const records: { readonly record: readonly string[]; readonly line: number }[] = [];
  try {
    parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      skip_empty_lines: true,
      relax_column_count: true,
      trim: true,
      max_record_size: 1_000_000,
      on_record: (record: string[], { lines }) => {
        const breaks = record.reduce((count, cell) => count + cell.split('\n').length - 1, 0);
        records.push({ record, line: lines - breaks });
        return null;
      },
    });
  } catch (cause) {
    const line = cause instanceof Error && 'lines' in cause && typeof cause.lines === 'number' ? cause.lines : null;
    return failure({ line, reason: `not readable as CSV: ${cause instanceof Error ? cause.message : String(cause)}` });
  }
  const [header, ...rows] = records;
  if (header === undefined) return failure({ line: null, reason: 'the file is empty' });
  const keys = header.record.map((key) => key.toLowerCase());
  const known: readonly string[] = ENTRY_KEYS;
  const odd = keys.find((key, index) => !known.includes(key) || keys.indexOf(key) !== index);
  if (odd !== undefined) {
    const reason = `the column "${odd}" is unknown or stands there twice; allowed are: ${known.join(', ')}`;
    return failure({ line: header.line, reason });
  }
  const long = rows.find(({ record }) => record.length !== keys.length);
  if (long !== undefined) {
    const reason = `${long.record.length} cells under ${keys.length} columns; a value with a comma in it needs quotes`;
    return failure({ line: long.line, reason });
  }
  return success(rows.map(({ record, line }) => ({ value: entryOf(keys, record), lineOf: () => line })));
}

function entryOf(keys: readonly string[], record: readonly string[]): Record<string, unknown> {
  const cells = keys.map((key, index): [string, unknown] => {
    const cell = record[index] ?? '';
    const separator = SEPARATORS[key];
    if (separator === undefined) return [key, cell === '' ? undefined : cell];
    return [key, cell.split(separator).filter((part) => part.trim() !== '')];
  });
  return Object.fromEntries(cells);
}
