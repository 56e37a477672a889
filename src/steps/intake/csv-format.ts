import { CsvError, parse } from 'csv-parse/sync';
import { refang } from '../../domain/defang.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import { parseInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { columnNumber, findColumns, guessColumns } from './csv-columns.ts';
import type { ColumnMap, ColumnMeaning } from './csv-columns.ts';
import type { RawRow } from './format.ts';
import type { Line } from './read-lines.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A quoted field may span this many lines; a quote that stays open longer is a broken one and costs its row only. */
const MAX_RECORD_LINES = 16;

const TOO_LONG = 'the line is longer than 64 KiB';

/**
 * Any CSV with a header. The header is the first line that is no comment, or a comment line whose columns are known
 * (Feodo Tracker writes `# first_seen_utc,dst_ip,dst_port,…`). A file without one is read where `mapping` names the
 * server's column by its number.
 */
export async function* readCsvRows(
  lines: AsyncIterable<Line>,
  file: string,
  mapping: ReadonlyMap<ColumnMeaning, string> | null,
): AsyncGenerator<RawRow> {
  let delimiter = ',';
  let columns: ColumnMap | null = null;
  for await (const record of records(lines, () => delimiter)) {
    const isComment = record.text.startsWith('#');
    if (columns === null) {
      const header = record.reason === TOO_LONG ? null : readHeader(record.text);
      if (header === null) continue;
      columns = findColumns(header.fields, mapping ?? new Map(), file);
      ({ delimiter } = header);
      const server = mapping?.get('server') ?? '';
      const isRow = columnNumber(server) !== null && namesServer(header.fields[columns.server] ?? '');
      if (!isRow || isComment) continue;
    }
    if (isComment || (record.text.trim() === '' && record.reason === undefined)) continue;
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

function namesServer(field: string): boolean {
  return parseIndicator(refang(field.trim())).ok;
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

/**
 * Joins the lines of a quoted field that spans several. A line whose quotation marks cannot be read costs that line
 * alone: the lines behind it are read again from the next one on.
 */
async function* records(lines: AsyncIterable<Line>, delimiter: () => string): AsyncGenerator<CsvRecord> {
  let open: Line[] = [];
  for await (const line of lines) {
    open.push(line);
    // What was open without this line needs no second look.
    for (let known = open.length - 1; ; known = 0) {
      const next = nextRecord(open, delimiter(), known);
      if (next === null) break;
      yield next.record;
      open = open.slice(next.lines);
    }
  }
  while (open.length > 0) {
    const next = nextRecord(open, delimiter(), 0) ?? { record: broken(open[0]), lines: 1 };
    yield next.record;
    open = open.slice(next.lines);
  }
}

/**
 * The record at the head of `lines` and how many of them it takes, or null where more lines are needed to tell.
 * The first `known` lines are known to leave a quotation mark open.
 */
function nextRecord(
  lines: readonly Line[],
  delimiter: string,
  known: number,
): { record: CsvRecord; lines: number } | null {
  const [first] = lines;
  if (first === undefined) return null;
  if (first.text === null) return { record: { line: first.number, text: '', reason: TOO_LONG }, lines: 1 };
  for (let count = known + 1; count <= lines.length; count++) {
    const parts = lines.slice(0, count).map(({ text }) => text);
    if (parts.includes(null)) return { record: broken(first), lines: 1 };
    const text = parts.join('\n');
    const fields = text.startsWith('#') ? [] : readFields(text, delimiter);
    if (fields === 'broken') return { record: broken(first), lines: 1 };
    if (fields !== 'open') return { record: { line: first.number, text }, lines: count };
  }
  return lines.length < MAX_RECORD_LINES ? null : { record: broken(first), lines: 1 };
}

function broken(line: Line | undefined): CsvRecord {
  return { line: line?.number ?? 0, text: line?.text ?? '', reason: 'a quotation mark that is not closed' };
}

/** The fields of one record; `open` where a quotation mark waits for its closing one, `broken` where none can help. */
function readFields(text: string, delimiter: string): readonly string[] | 'open' | 'broken' {
  if (!text.includes('"')) return text.split(delimiter);
  try {
    // Told, not guessed: a lone carriage return must not hide a second record inside the line.
    const rows: string[][] = parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true, trim: true });
    return rows[0] ?? [];
  } catch (cause) {
    return cause instanceof CsvError && cause.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'broken';
  }
}

function fieldsOf(text: string, delimiter: string): readonly string[] | null {
  const fields = readFields(text, delimiter);
  return typeof fields === 'string' ? null : fields;
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
    label: field('malware'),
  };
}
