import { parse } from 'csv-parse/sync';
import { parseInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { applyMapping, guessColumns } from './csv-columns.ts';
import type { ColumnMap, ColumnMeaning } from './csv-columns.ts';
import type { RawRow } from './format.ts';
import type { Line } from './read-lines.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A quoted field may span this many lines; a quote that stays open longer is a broken one and costs its row only. */
const MAX_RECORD_LINES = 16;

/**
 * Any CSV with a header. The header is the first line that is no comment, or a comment line whose columns are known
 * (Feodo Tracker writes `# first_seen_utc,dst_ip,dst_port,…`).
 */
export async function* readCsvRows(
  lines: AsyncIterable<Line>,
  file: string,
  mapping: ReadonlyMap<ColumnMeaning, string> | null,
): AsyncGenerator<RawRow> {
  let delimiter = ',';
  let columns: ColumnMap | null = null;
  for await (const record of records(lines, () => delimiter)) {
    if (columns === null) {
      const header = readHeader(record.text);
      if (header === null) continue;
      columns = mapping === null ? guessColumns(header.fields) : applyMapping(header.fields, mapping, file);
      ({ delimiter } = header);
      if (columns === null) {
        throw problem(
          'input',
          `${file}: line ${record.line}: none of the columns ${header.fields.join(', ')} is known to name the server`,
          'Say which one does, for example --map server=dst_ip,port=dst_port',
        );
      }
      continue;
    }
    if (record.text.startsWith('#') || record.text.trim() === '') continue;
    yield toRow(record, columns, delimiter);
  }
  if (columns === null) {
    throw problem(
      'input',
      `${file}: no header line with column names`,
      'Use --format list for a plain list of servers',
    );
  }
}

/** The header in a line, comment or not; null for a comment that is none. Also how a CSV is recognised. */
export function readHeader(text: string): { fields: readonly string[]; delimiter: string } | null {
  const isComment = text.startsWith('#');
  const bare = text.replace(/^#+\s*/, '').trim();
  if (bare === '') return null;
  const delimiter = DELIMITERS.reduce((best, next) => (count(bare, next) > count(bare, best) ? next : best));
  const fields = fieldsOf(bare, delimiter);
  if (fields === null) return isComment ? null : { fields: [bare], delimiter };
  if (isComment && (fields.length < 2 || guessColumns(fields) === null)) return null;
  return { fields, delimiter };
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

interface CsvRecord {
  readonly line: number;
  /** What stands in the file, lines joined with "\n". */
  readonly text: string;
  /** Set where the record cannot be read. */
  readonly reason?: string;
}

/** Joins the lines of a quoted field that spans several; gives the lines back one by one when the quote never closes. */
async function* records(lines: AsyncIterable<Line>, delimiter: () => string): AsyncGenerator<CsvRecord> {
  let open: CsvRecord[] = [];
  for await (const { number, text } of lines) {
    if (text === null) {
      yield* broken(open);
      open = [];
      yield { line: number, text: '', reason: 'the line is longer than 64 KiB' };
      continue;
    }
    open.push({ line: number, text });
    const joined = open.map((part) => part.text).join('\n');
    if (joined.startsWith('#') || !joined.includes('"') || fieldsOf(joined, delimiter()) !== null) {
      yield { line: open[0]?.line ?? number, text: joined };
      open = [];
    } else if (open.length >= MAX_RECORD_LINES) {
      const [first, ...rest] = open;
      if (first !== undefined) yield* broken([first]);
      open = [];
      for (const part of rest) yield* single(part, delimiter());
    }
  }
  const [first, ...rest] = open;
  if (first !== undefined) yield* broken([first]);
  for (const part of rest) yield* single(part, delimiter());
}

function* broken(parts: readonly CsvRecord[]): Generator<CsvRecord> {
  for (const part of parts) yield { ...part, reason: 'a quotation mark that is not closed' };
}

function* single(part: CsvRecord, delimiter: string): Generator<CsvRecord> {
  if (fieldsOf(part.text, delimiter) === null) yield* broken([part]);
  else yield part;
}

/** The fields of one record, or null where its quotation marks do not close. */
function fieldsOf(text: string, delimiter: string): readonly string[] | null {
  if (!text.includes('"')) return text.split(delimiter);
  try {
    const rows: string[][] = parse(text, { delimiter, relax_column_count: true, ltrim: true });
    return rows[0] ?? [];
  } catch {
    return null;
  }
}

function toRow(record: CsvRecord, columns: ColumnMap, delimiter: string): RawRow {
  const base = { line: record.line, value: record.text };
  if (record.reason !== undefined) return { ...base, observable: null, reason: record.reason };
  const fields = fieldsOf(record.text, delimiter) ?? [];
  const field = (meaning: ColumnMeaning): string => {
    const index = columns[meaning];
    return index === undefined ? '' : (fields[index] ?? '').trim();
  };
  const observable = field('server');
  if (observable === '') return { ...base, observable: null, reason: 'the server column is empty' };
  const status = field('status').toLowerCase();
  return {
    ...base,
    observable,
    port: field('port'),
    firstSeen: parseInstant(field('first_seen')),
    lastSeen: parseInstant(field('last_seen')),
    status: status === 'online' || status === 'offline' ? status : null,
    label: field('malware') === '' ? null : field('malware').slice(0, 200),
  };
}
