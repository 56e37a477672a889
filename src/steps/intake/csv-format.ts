import { CsvError, parse } from 'csv-parse/sync';
import { refang } from '../../domain/defang.ts';
import { parseEvidenceClass } from '../../domain/evidence.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { columnNumber, findColumns, guessColumns } from './csv-columns.ts';
import { parseStatedKind } from '../../domain/stated-kind.ts';
import type { ColumnMap, ColumnMeaning } from './csv-columns.ts';
import { createDateReader } from './dates.ts';
import type { DateForm, DateReader } from './dates.ts';
import type { RawRow, RowReader } from './format.ts';
import { TOO_LONG } from './read-lines.ts';
import type { Line } from './read-lines.ts';

export const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A quoted field may span this many lines; a quote that stays open longer is a broken one and costs its row only. */
const MAX_RECORD_LINES = 16;

/** What else a CSV is read by. */
export interface CsvOptions {
  /** Its name, for problems. */
  readonly file: string;
  /** Which column means what; null: guessed from the header. */
  readonly mapping: ReadonlyMap<ColumnMeaning, string> | null;
  /** How dates are written; null: learnt from the first rows. */
  readonly dateForm: DateForm | null;
  readonly now: Instant;
}

/** So many rows are looked at before it is said how their dates are written. */
const ROWS_TO_LEARN_FROM = 1000;

/** What stands in a date's place where there is none. */
const NO_DATE = /^(?:|none|null|nan?|n\/a|nil|-+|unknown|never|0000-00-00.*)$/i;

/** What a source writes where it takes an indicator off its list. */
const WITHDRAWN =
  /^(?:del|delete|deleted|remove|removed|delist|delisted|withdraw|withdrawn|revoke|revoked|retract|retracted)$/i;

/**
 * Any CSV with a header. The header is the first line that is no comment, or a comment line whose columns are known
 * (Feodo Tracker writes `# first_seen_utc,dst_ip,dst_port,…`). A file without one is read where `mapping` names the
 * server's column by its number. A column called `change` may say that a row takes an indicator back.
 */
export function createCsvReader(options: CsvOptions): RowReader {
  const joiner = new RecordJoiner();
  let columns: ColumnMap | null = null;
  let waiting: CsvRecord[] | null = [];
  let dates: DateReader | null = null;

  /** Null for a line that is no row: the header, a comment, an empty line. */
  const rowOf = (record: CsvRecord): CsvRecord | null => {
    const isComment = record.text.startsWith('#');
    if (columns === null) {
      const header = record.reason === TOO_LONG ? null : readHeader(record.text);
      if (header === null) return null;
      columns = findColumns(header.fields, options.mapping ?? new Map(), options.file);
      joiner.delimiter = header.delimiter;
      const server = options.mapping?.get('server') ?? '';
      const isRow = columnNumber(server) !== null && namesServer(header.fields[columns.server] ?? '');
      return isRow && !isComment ? record : null;
    }
    return isComment || (record.text.trim() === '' && record.reason === undefined) ? null : record;
  };

  function* learnt(): Generator<RawRow> {
    if (columns === null || waiting === null) return;
    dates = learnDates(waiting, columns, joiner.delimiter, options);
    const first = waiting;
    waiting = null;
    for (const record of first) yield toRow(record, columns, joiner.delimiter, dates);
  }

  function* taken(records: Iterable<CsvRecord>): Generator<RawRow> {
    for (const record of records) {
      const row = rowOf(record);
      if (row === null || columns === null) continue;
      if (waiting === null) {
        yield toRow(row, columns, joiner.delimiter, dates);
      } else {
        waiting.push(row);
        if (waiting.length >= ROWS_TO_LEARN_FROM) yield* learnt();
      }
    }
  }

  return {
    *rows(lines) {
      yield* taken(joiner.records(lines));
    },
    *end() {
      yield* taken(joiner.end());
      yield* learnt();
      if (columns !== null) return;
      throw problem(
        'input',
        `${options.file}: no header line with column names`,
        'Use --format list for a plain list of servers',
      );
    },
  };
}

const DATE_COLUMNS = ['first_seen', 'last_seen', 'collected_at'] as const;

/** All date columns of a file are written by one hand, so they are learnt together: each rules out what the others allow. */
function learnDates(
  records: readonly CsvRecord[],
  columns: ColumnMap,
  delimiter: string,
  { now, dateForm }: CsvOptions,
): DateReader {
  const samples: string[] = [];
  for (const { text, reason } of records) {
    const fields = reason === undefined ? fieldsOf(text, delimiter) : null;
    if (fields === null) continue;
    for (const meaning of DATE_COLUMNS) {
      const written = fields[columns[meaning] ?? -1]?.trim() ?? '';
      if (!NO_DATE.test(written)) samples.push(written);
    }
  }
  return createDateReader(samples, now, dateForm);
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

export interface CsvRecord {
  readonly line: number;
  /** What stands in the file, lines joined with "\n". */
  readonly text: string;
  /** Set where the record cannot be read. */
  readonly reason?: string;
  /** Where finding its end has read them already. */
  readonly fields?: readonly string[];
}

/**
 * Joins the lines of a quoted field that spans several. A line whose quotation marks cannot be read costs that line
 * alone: the lines behind it are read again from the next one on.
 */
export class RecordJoiner {
  delimiter = ',';
  #open: Line[] = [];

  *records(lines: readonly Line[]): Generator<CsvRecord> {
    for (const line of lines) {
      const { number, text } = line;
      if (this.#open.length === 0 && text !== null && !text.includes('"')) {
        yield { line: number, text };
        continue;
      }
      this.#open.push(line);
      // What was open without this line needs no second look.
      for (let known = this.#open.length - 1; ; known = 0) {
        const next = nextRecord(this.#open, this.delimiter, known);
        if (next === null) break;
        yield next.record;
        this.#open = this.#open.slice(next.lines);
      }
    }
  }

  *end(): Generator<CsvRecord> {
    while (this.#open.length > 0) {
      const next = nextRecord(this.#open, this.delimiter, 0) ?? { record: broken(this.#open[0]), lines: 1 };
      yield next.record;
      this.#open = this.#open.slice(next.lines);
    }
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
    if (fields !== 'open') return { record: { line: first.number, text, fields }, lines: count };
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

/** The fields of one whole record; null where it cannot be read. */
export function fieldsOf(text: string, delimiter: string): readonly string[] | null {
  const fields = readFields(text, delimiter);
  return typeof fields === 'string' ? null : fields;
}

function toRow(record: CsvRecord, columns: ColumnMap, delimiter: string, dates: DateReader | null): RawRow {
  const { line, text: value } = record;
  if (record.reason !== undefined) return { line, value, observable: null, reason: record.reason };
  const fields = fieldsOf(value, delimiter) ?? [];
  const observable = fieldAt(fields, columns.server);
  if (observable === '') return { line, value, observable: null, reason: 'the server column is empty' };
  const first = fieldAt(fields, columns.first_seen);
  const last = fieldAt(fields, columns.last_seen);
  const firstSeen = momentIn(first, dates);
  const lastSeen = momentIn(last, dates);
  const status = fieldAt(fields, columns.status).toLowerCase();
  const row: RawRow = {
    line,
    value,
    observable,
    port: fieldAt(fields, columns.port),
    firstSeen,
    lastSeen,
    status: status === 'online' || status === 'offline' ? status : null,
    label: fieldAt(fields, columns.malware),
    reference: fieldAt(fields, columns.reference),
    evidence: parseEvidenceClass(fieldAt(fields, columns.evidence)),
    statedKind: parseStatedKind(fieldAt(fields, columns.kind)),
    alsoNamed: fieldAt(fields, columns.name),
    withdrawn: columns.change !== undefined && WITHDRAWN.test(fieldAt(fields, columns.change)),
  };
  const version = fieldAt(fields, columns.version);
  const notRead = firstSeen === null && isDate(first) ? first : lastSeen === null && isDate(last) ? last : null;
  if (version === '') return notRead === null ? row : { ...row, dateNotRead: notRead };
  const collected = fieldAt(fields, columns.collected_at);
  const collectedAt = momentIn(collected, dates);
  const unread = notRead ?? (collectedAt === null && isDate(collected) ? collected : null);
  const configuration = { version, tag: fieldAt(fields, columns.tag), collectedAt };
  return unread === null ? { ...row, configuration } : { ...row, configuration, dateNotRead: unread };
}

function fieldAt(fields: readonly string[], index: number | undefined): string {
  return index === undefined ? '' : (fields[index] ?? '').trim();
}

function isDate(written: string): boolean {
  return !NO_DATE.test(written);
}

function momentIn(written: string, dates: DateReader | null): Instant | null {
  return written === '' || !isDate(written) ? null : (dates?.read(written) ?? null);
}
