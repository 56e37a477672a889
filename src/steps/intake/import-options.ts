import { problem } from '../../domain/problem.ts';
import { parseColumnMapping } from './csv-columns.ts';
import type { ColumnMeaning } from './csv-columns.ts';
import { FORMATS } from './format.ts';
import type { Format } from './format.ts';

export interface ImportOptions {
  /** Null: told by content. */
  readonly format: Format | null;
  /** For `csv`: which column means what; null: guessed from the header. */
  readonly mapping: ReadonlyMap<ColumnMeaning, string> | null;
  /** The independence group that the input belongs to; "" when none is stated. */
  readonly group: string;
  /** A person of the organisation who vouches for the whole import. */
  readonly attestation: { readonly person: string; readonly reason: string } | null;
}

/** The same as words, as a command line or a request gives them. */
export interface ImportWords {
  readonly format?: string;
  readonly map?: string;
  readonly group?: string;
  readonly attest?: string;
  readonly reason?: string;
}

/** Throws a `usage` problem that names the option and what it takes. */
export function parseImportOptions(words: ImportWords): ImportOptions {
  const format = FORMATS.find((name) => name === words.format) ?? null;
  if (words.format !== undefined && format === null) {
    throw problem('usage', `--format "${words.format}" is not one of ${FORMATS.join(', ')}`);
  }
  if (words.map !== undefined && format !== null && format !== 'csv') {
    throw problem('usage', `--map goes with CSV files, not with --format ${format}`);
  }
  return {
    format,
    mapping: words.map === undefined ? null : parseColumnMapping(words.map),
    group: words.group === undefined ? '' : oneLine(words.group, '--group', 100),
    attestation: attestationOf(words),
  };
}

function attestationOf({ attest, reason }: ImportWords): ImportOptions['attestation'] {
  if (attest === undefined && reason === undefined) return null;
  if (attest === undefined) throw problem('usage', '--reason says why somebody vouches; say who with --attest PERSON');
  if (reason === undefined) throw problem('usage', '--attest goes into the ledger with its reason; add --reason TEXT');
  return { person: oneLine(attest, '--attest', 100), reason: oneLine(reason, '--reason', 1000) };
}

/** Text that goes into records as it is: one line, trimmed, well-formed, not longer than `max` characters. */
export function oneLine(text: string, option: string, max: number): string {
  const trimmed = text.trim();
  if (
    trimmed === '' ||
    trimmed.length > max ||
    !trimmed.isWellFormed() ||
    // Control characters, line ends, and marks that turn the direction of writing round.
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(trimmed)
  ) {
    throw problem('usage', `${option} must be one line of 1 to ${max} characters`);
  }
  return trimmed;
}
