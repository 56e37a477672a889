import type { EvidenceClass } from '../../domain/evidence.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ServerKind } from '../../domain/server.ts';
import type { Tlp } from '../../domain/tlp.ts';
import type { Line } from './read-lines.ts';

export const FORMATS = [
  'csv',
  'maltrail',
  'list',
  'feodo-csv',
  'feodo-json',
  'threatfox-json',
  'stix',
  'misp',
  'botconf',
] as const;
export type Format = (typeof FORMATS)[number];

/** What a format makes of one row of a file, before anything is judged. */
export interface RawRow {
  /** Where the row begins, from 1. */
  readonly line: number;
  /** The row as it stands in the file, for rejects.csv. */
  readonly value: string;
  /** The observable as written, or null with the reason why there is none. */
  readonly observable: string | null;
  readonly reason?: string;
  /** Where the format keeps the port apart; empty when the row has none. */
  readonly port?: string;
  readonly firstSeen?: Instant | null;
  readonly lastSeen?: Instant | null;
  /** A date that stands in the row and could not be read, as written: the row counts without it, and that is told. */
  readonly dateNotRead?: string;
  readonly status?: 'online' | 'offline' | null;
  readonly label?: string | null;
  /** Where the source says it: an id of its own, or the address of a report. */
  readonly reference?: string | null;
  /** How the source has marked this very row; null or absent leaves it to the import. */
  readonly tlp?: Tlp | null;
  /** How the source knows; null or absent leaves it to the import. */
  readonly evidence?: EvidenceClass | null;
  /** What the source says that the host is. */
  readonly statedKind?: ServerKind | null;
  /** A name by which the source knows the address, as written. */
  readonly alsoNamed?: string | null;
  /** The source takes back what it said of this observable. */
  readonly withdrawn?: boolean;
  /** The configuration whose list of controllers this row stands in. */
  readonly configuration?: RawConfiguration;
}

/** One distributed list of controllers, as an analyst extracted it. */
export interface RawConfiguration {
  readonly version: string;
  /** The campaign tag; "" where the configuration names none. */
  readonly tag: string;
  readonly collectedAt: Instant | null;
}

/** Turns the lines of one file into rows, a block of lines at a time. Comments and empty lines are not rows. */
export interface RowReader {
  rows(lines: readonly Line[]): Iterable<RawRow>;
  /** What was still waiting for more lines. */
  end(): Iterable<RawRow>;
}

/** Opens the decoded text of a file, in pieces of any size; a format that looks ahead opens it twice. */
export type OpenText = () => AsyncIterable<string>;
