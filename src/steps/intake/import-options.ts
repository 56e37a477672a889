import { EVIDENCE_CLASSES, parseEvidenceClass } from '../../domain/evidence.ts';
import type { EvidenceClass } from '../../domain/evidence.ts';
import { problem } from '../../domain/problem.ts';
import type { RemovalLimit } from '../../domain/import-outcome.ts';
import { isReliability, RELIABILITIES } from '../../domain/reliability.ts';
import type { Reliability } from '../../domain/reliability.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { parseTlp, TLP_LABELS } from '../../domain/tlp.ts';
import type { Tlp } from '../../domain/tlp.ts';
import { parseColumnMapping } from './csv-columns.ts';
import type { ColumnMeaning } from './csv-columns.ts';
import { DATE_FORMS } from './dates.ts';
import type { DateForm } from './dates.ts';
import { FORMATS } from './format.ts';
import type { Format } from './format.ts';

export interface ImportOptions {
  /** Null: told by content. */
  readonly format: Format | null;
  /** For `csv`: which column means what; null: guessed from the header. */
  readonly mapping: ReadonlyMap<ColumnMeaning, string> | null;
  /** How dates of a CSV are written that do not tell it themselves; null: learnt from the file, or not read. */
  readonly dateForm: DateForm | null;
  /** Who tells us; null: each file is its own source, by its name. */
  readonly source: string | null;
  /** The independence group that the input belongs to; "" when none is stated. */
  readonly group: string;
  readonly reliability: Reliability | null;
  /** How the source has marked the whole input; a row's own marking goes before it. */
  readonly tlp: Tlp | null;
  /** When the source saw what rows give no date for. */
  readonly seen: Instant | null;
  /** The file is all that its source lists now: what the source listed before and does not list here is withdrawn. */
  readonly snapshot: boolean;
  /** How much of it may be withdrawn unasked; absent: a person has given the file, and all of it may. */
  readonly removals?: RemovalsAllowed;
  /** How the source knows, for rows that do not say it themselves; null: a listing, or the configuration that lists it. */
  readonly evidence: EvidenceClass | null;
  /** A person of the organisation who vouches for the whole import. */
  readonly attestation: { readonly person: string; readonly reason: string } | null;
}

export interface RemovalsAllowed {
  readonly limit: RemovalLimit;
  /** So many a person has been shown and accepts to be withdrawn; null: nobody has. */
  readonly accepted: number | null;
}

/** The same as words, as a command line or a request gives them. */
export interface ImportWords {
  readonly format?: string;
  readonly map?: string;
  readonly dates?: string;
  readonly source?: string;
  readonly group?: string;
  readonly reliability?: string;
  readonly tlp?: string;
  readonly seen?: string;
  readonly snapshot?: boolean;
  readonly evidence?: string;
  readonly attest?: string;
  readonly reason?: string;
}

/** Throws a `usage` problem that names the option and what it takes. */
export function parseImportOptions(words: ImportWords): ImportOptions {
  const format = FORMATS.find((name) => name === words.format) ?? null;
  if (words.format !== undefined && format === null) {
    throw problem('usage', `--format "${words.format}" is not one of ${FORMATS.join(', ')}`);
  }
  if (words.map !== undefined && format !== null && !CSV_FORMATS.has(format)) {
    throw problem('usage', `--map goes with CSV files, not with --format ${format}`);
  }
  if (words.snapshot === true && words.source === undefined) {
    throw problem(
      'usage',
      '--snapshot says that a file is all that its source lists now, so it needs --source NAME',
      'Give the source the same name as when its earlier files were imported',
    );
  }
  return {
    format,
    mapping: words.map === undefined ? null : parseColumnMapping(words.map),
    dateForm: words.dates === undefined ? null : oneOf(words.dates.toLowerCase(), DATE_FORMS, '--dates'),
    source: words.source === undefined ? null : oneLine(words.source, '--source', 100),
    group: words.group === undefined ? '' : oneLine(words.group, '--group', 100),
    reliability: words.reliability === undefined ? null : reliabilityOf(words.reliability),
    tlp: words.tlp === undefined ? null : tlpOf(words.tlp),
    seen: words.seen === undefined ? null : momentOf(words.seen),
    snapshot: words.snapshot ?? false,
    evidence: words.evidence === undefined ? null : evidenceOf(words.evidence),
    attestation: attestationOf(words),
  };
}

/** Formats that are read by columns. */
const CSV_FORMATS: ReadonlySet<Format> = new Set(['csv', 'feodo-csv', 'botconf']);

function oneOf<Word extends string>(text: string, known: readonly Word[], option: string): Word {
  const found = known.find((word) => word === text);
  if (found === undefined) throw problem('usage', `${option} "${text}" is not one of ${known.join(', ')}`);
  return found;
}

function reliabilityOf(text: string): Reliability {
  const letter = text.toUpperCase();
  if (isReliability(letter)) return letter;
  throw problem('usage', `--reliability "${text}" is not one of ${RELIABILITIES.join(', ')}`);
}

function tlpOf(text: string): Tlp {
  const label = parseTlp(text);
  if (label === null) throw problem('usage', `--tlp "${text}" is not one of ${TLP_LABELS.join(', ')}`);
  return label;
}

export function evidenceOf(text: string): EvidenceClass {
  const found = parseEvidenceClass(text);
  if (found === null) throw problem('usage', `--evidence "${text}" is not one of ${EVIDENCE_CLASSES.join(', ')}`);
  return found;
}

export function momentOf(text: string, option = '--seen'): Instant {
  const moment = parseInstant(text);
  if (moment === null) {
    throw problem('usage', `${option} "${text}" is no moment`, 'Write it year first: 2026-11-20 or 2026-11-20T07:30Z');
  }
  return moment;
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
