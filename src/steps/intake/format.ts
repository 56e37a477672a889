import type { Instant } from '../../domain/instant.ts';
import type { Line } from './read-lines.ts';

export const FORMATS = ['csv', 'maltrail', 'list'] as const;
export type Format = (typeof FORMATS)[number];

/** What a format makes of one row of a file, before anything is judged. */
export interface RawRow {
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
  readonly status?: 'online' | 'offline' | null;
  readonly label?: string | null;
}

/** Turns the lines of a file into rows. Comments and empty lines are not rows. */
export type ReadRows = (lines: AsyncIterable<Line>) => AsyncIterable<RawRow>;
