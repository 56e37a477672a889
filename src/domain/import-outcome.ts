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
  /** The very same bytes had been imported into this operation before: no row was added. */
  readonly duplicate: boolean;
  /** The independence group under which the bytes count: for a duplicate the one of its first import. */
  readonly group: string;
  /** The first 1,000, in the order of the file. */
  readonly rejections: readonly Rejection[];
}
