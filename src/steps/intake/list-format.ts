import type { RawRow, RowReader } from './format.ts';
import { TOO_LONG } from './read-lines.ts';
import type { Line } from './read-lines.ts';

/** `#`, `;` and `//` begin a comment, at the start of a line or after white space. */
const COMMENT = /(?:^|\s)(?:#|;|\/\/).*$/s;
const MALTRAIL_COMMENT = /(?:^|\s)#.*$/s;

/** Where a Maltrail trail file says from which report the entries behind it come. */
const REFERENCE = /^#\s*Reference:\s*(\S.*)$/i;

/** One observable a line, defanged or not. */
export function createListReader(): RowReader {
  return {
    *rows(lines) {
      for (const line of lines) yield* rowOf(line, COMMENT, null);
    },
    *end() {},
  };
}

/**
 * Maltrail's trail files: the same with `#` comments only. The references above a block of entries belong to it; the
 * first of them goes with each entry, since one report is where a reader begins.
 */
export function createMaltrailReader(): RowReader {
  let reference: string | null = null;
  let isInBlock = false;
  return {
    *rows(lines) {
      for (const line of lines) {
        const named = line.text === null ? null : REFERENCE.exec(line.text);
        if (named === null) {
          for (const row of rowOf(line, MALTRAIL_COMMENT, reference)) {
            isInBlock = true;
            yield row;
          }
        } else if (isInBlock || reference === null) {
          reference = named[1]?.trim() ?? null;
          isInBlock = false;
        }
      }
    },
    *end() {},
  };
}

function* rowOf({ number, text }: Line, comment: RegExp, reference: string | null): Generator<RawRow> {
  if (text === null) {
    yield { line: number, value: '', observable: null, reason: TOO_LONG };
    return;
  }
  const observable = text.replace(comment, '').trim();
  if (observable !== '') yield { line: number, value: text, observable, reference };
}
