import { problem } from '../../domain/problem.ts';
import type { Instant } from '../../domain/instant.ts';
import type { InputFile } from '../../ports/input-files.ts';
import { readBotconfXmlRows } from './botconf.ts';
import { createCsvReader } from './csv-format.ts';
import type { CsvOptions } from './csv-format.ts';
import { createDateReader } from './dates.ts';
import { decodeText, detectEncoding } from './decode-text.ts';
import { findColumns } from './csv-columns.ts';
import { detectFormat, headerIn } from './detect-format.ts';
import { readFeodoJsonRows } from './feodo-json.ts';
import type { Format, OpenText, RawRow, RowReader } from './format.ts';
import type { ImportOptions } from './import-options.ts';
import { createListReader, createMaltrailReader } from './list-format.ts';
import { readMispRows } from './misp.ts';
import { readLines } from './read-lines.ts';
import { readStixRows } from './stix.ts';
import { readThreatfoxRows } from './threatfox-json.ts';

/** Rows are handed on in blocks of about this size. */
const ROWS_A_BLOCK = 1000;

/** The format that the content tells; throws an `input` problem where it tells none that we read. */
export function formatOf(input: InputFile): Format {
  const detected = detectFormat(input.head);
  if (detected.ok) return detected.value;
  throw problem(
    'input',
    `${input.name}: ${detected.problem}`,
    'Say what it is with --format; --help lists the formats',
  );
}

/**
 * Throws an `input` or `usage` problem for what its first lines show to be no feed that we read: of a CSV also where no column is known to
 * name the server. Nothing has been begun by then.
 */
export function assertReadable(
  input: InputFile,
  { format: told, mapping }: Pick<CsvOptions, 'mapping'> & { readonly format: Format | null },
): void {
  const format = told ?? (mapping === null ? formatOf(input) : 'csv');
  const header = format === 'csv' ? headerIn(input.head) : null;
  if (header !== null) findColumns(header.fields, mapping ?? new Map(), input.name);
}

/** A file as its format's reader sees it. */
interface Opened {
  readonly open: OpenText;
  readonly isXml: boolean;
  readonly csv: CsvOptions;
}

type Blocks = AsyncIterable<readonly RawRow[]>;

const READERS: Readonly<Record<Format, (file: Opened) => Blocks>> = {
  csv: ofCsv,
  'feodo-csv': ofCsv,
  botconf: (file) => (file.isXml ? inBlocks(readBotconfXmlRows(file.open(), dateReaderOf(file.csv))) : ofCsv(file)),
  maltrail: ({ open }) => rowsOfLines(open(), createMaltrailReader()),
  list: ({ open }) => rowsOfLines(open(), createListReader()),
  'feodo-json': ({ open }) => inBlocks(readFeodoJsonRows(open())),
  'threatfox-json': ({ open }) => inBlocks(readThreatfoxRows(open())),
  stix: ({ open }) => inBlocks(readStixRows(open)),
  misp: ({ open }) => inBlocks(readMispRows(open)),
};

/** The rows of a file in blocks, in the order in which they stand there. */
export function readRows(input: InputFile, format: Format, options: ImportOptions, now: Instant): Blocks {
  // Told to be a format all the same, what is no text is read as if it were: each row then says what is wrong with it.
  const encoding = detectEncoding(input.head) ?? 'utf-8';
  return READERS[format]({
    open: () => decodeText(input.chunks(), encoding),
    isXml: isXml(input.head, encoding),
    csv: { file: input.name, mapping: options.mapping, dateForm: options.dateForm, now },
  });
}

function ofCsv({ open, csv }: Opened): Blocks {
  return rowsOfLines(open(), createCsvReader(csv));
}

/** A configuration has one date, from which nothing can be learnt. */
function dateReaderOf({ now, dateForm }: CsvOptions): (text: string) => Instant | null {
  const reader = createDateReader([], now, dateForm);
  return (text) => reader.read(text);
}

function isXml(head: Uint8Array, encoding: string): boolean {
  return /^[\s\ufeff]*</.test(new TextDecoder(encoding).decode(head, { stream: true }));
}

async function* rowsOfLines(text: AsyncIterable<string>, reader: RowReader): AsyncGenerator<readonly RawRow[]> {
  for await (const lines of readLines(text)) yield [...reader.rows(lines)];
  yield [...reader.end()];
}

async function* inBlocks(rows: AsyncIterable<RawRow>): AsyncGenerator<readonly RawRow[]> {
  let block: RawRow[] = [];
  for await (const row of rows) {
    block.push(row);
    if (block.length < ROWS_A_BLOCK) continue;
    yield block;
    block = [];
  }
  yield block;
}
