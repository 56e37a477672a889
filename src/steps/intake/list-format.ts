import type { RawRow } from './format.ts';
import type { Line } from './read-lines.ts';

/** `#`, `;` and `//` begin a comment, at the start of a line or after white space. */
const COMMENT = /(^|\s)(#|;|\/\/).*$/s;

/** One observable a line, defanged or not. Maltrail's trail files are the same with `#` comments only. */
export async function* readListRows(lines: AsyncIterable<Line>, comment: RegExp = COMMENT): AsyncGenerator<RawRow> {
  for await (const { number, text } of lines) {
    if (text === null) {
      yield { line: number, value: '', observable: null, reason: 'the line is longer than 64 KiB' };
      continue;
    }
    const observable = text.replace(comment, '').trim();
    if (observable !== '') yield { line: number, value: text, observable };
  }
}

const MALTRAIL_COMMENT = /(^|\s)#.*$/s;

export function readMaltrailRows(lines: AsyncIterable<Line>): AsyncGenerator<RawRow> {
  return readListRows(lines, MALTRAIL_COMMENT);
}
