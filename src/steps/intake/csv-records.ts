import { problem } from '../../domain/problem.ts';
import type { InputFile } from '../../ports/input-files.ts';
import { DELIMITERS, fieldsOf, RecordJoiner } from './csv-format.ts';
import type { CsvRecord } from './csv-format.ts';
import { decodeText, detectEncoding } from './decode-text.ts';
import { readLines } from './read-lines.ts';

/** One record of a CSV; `fields` is null, with the reason, where it cannot be read. */
export interface FieldRecord {
  readonly line: number;
  readonly text: string;
  readonly fields: readonly string[] | null;
  readonly reason?: string;
}

export interface CsvTable {
  readonly header: readonly string[];
  /** The records behind the header, in blocks; comments and empty lines are none. */
  records(): AsyncIterable<readonly FieldRecord[]>;
}

/** A CSV whose columns are not those of a feed: its first line that is no comment is the header. Reads the file twice. */
export async function openCsvTable(input: InputFile): Promise<CsvTable> {
  const encoding = detectEncoding(input.head) ?? 'utf-8';
  const head = await headerOf(decodeText(input.chunks(), encoding));
  if (head === null) {
    throw problem('input', `${input.name}: no header line with column names`, 'The first line is to name the columns');
  }
  const { delimiter, line: headerLine, fields: header } = head;
  return {
    header,
    async *records() {
      const joiner = new RecordJoiner();
      joiner.delimiter = delimiter;
      for await (const lines of readLines(decodeText(input.chunks(), encoding))) {
        const behind = lines.filter(({ number }) => number > headerLine);
        yield [...joiner.records(behind)].flatMap((record) => fieldsRecord(record, delimiter));
      }
      yield [...joiner.end()].flatMap((record) => fieldsRecord(record, delimiter));
    },
  };
}

async function headerOf(
  text: AsyncIterable<string>,
): Promise<{ readonly fields: readonly string[]; readonly delimiter: string; readonly line: number } | null> {
  for await (const lines of readLines(text)) {
    for (const { number: line, text: written } of lines) {
      if (written === null) return null;
      if (written.trim() === '' || written.startsWith('#')) continue;
      const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: written.split(delimiter).length }));
      const { delimiter } = counts.reduce((best, next) => (next.count > best.count ? next : best));
      const fields = fieldsOf(written.replace(/^\ufeff/, ''), delimiter);
      return fields === null ? null : { fields: fields.map((field) => field.trim()), delimiter, line };
    }
  }
  return null;
}

function fieldsRecord(record: CsvRecord, delimiter: string): readonly FieldRecord[] {
  const { line, text, reason } = record;
  if (reason !== undefined) return [{ line, text, fields: null, reason }];
  if (text.trim() === '' || text.startsWith('#')) return [];
  const fields = record.fields ?? fieldsOf(text, delimiter);
  return [
    fields === null ? { line, text, fields, reason: 'a quotation mark that is not closed' } : { line, text, fields },
  ];
}
