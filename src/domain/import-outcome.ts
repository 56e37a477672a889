/** What a snapshot leaves out of what its source listed before, and how much that was: endpoints, not servers. */
export interface Removals {
  readonly missing: number;
  readonly listed: number;
}

/** How much a snapshot may leave out before a person is asked: more than both is too much. */
export interface RemovalLimit {
  readonly percent: number;
  readonly count: number;
}

export function areTooMany({ missing, listed }: Removals, { percent, count }: RemovalLimit): boolean {
  return missing > count && missing * 100 > percent * listed;
}

/** A row that was not taken, and why. */
export interface Rejection {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What stood there: one line of at most 300 characters. */
  readonly value: string;
  /** A sentence. */
  readonly reason: string;
}

/** What the import of one file came to. */
export interface ImportOutcome {
  readonly importId: string;
  readonly file: string;
  readonly format: string;
  readonly sha256: string;
  readonly rows: number;
  /** Counts rows, repeats included. */
  readonly accepted: number;
  readonly rejected: number;
  /** Accepted rows that say the very same as one before them. */
  readonly repeated: number;
  /** What the source has taken back with this file: rows that say so, and what a snapshot no longer lists. */
  readonly withdrawn: number;
  /** What the snapshot leaves out and was too much to be taken back unasked: it stays said. Null: nothing is held back. */
  readonly removalsHeld: Removals | null;
  /** Configurations that the file holds. */
  readonly configurations: number;
  /** Rows that count without a date, because the one that stands there cannot be read without guessing. */
  readonly undated: Undated;
  /** The very same bytes had been imported into this operation before: no row was added. */
  readonly duplicate: boolean;
  /** The independence group under which the bytes count: for a duplicate the one of its first import. */
  readonly group: string;
  readonly source: string;
  /** The first 1,000, in the order of the file. */
  readonly rejections: readonly Rejection[];
}

export interface Undated {
  readonly rows: number;
  /** The first of them; null where there is none. */
  readonly first: { readonly line: number; readonly value: string } | null;
}
