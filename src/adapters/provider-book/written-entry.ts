/** An entry as it stands in the file, and where each part of it stands there. */
export interface WrittenEntry {
  readonly value: unknown;
  /** The line (from 1) of a part: `['prefixes', 2]`; of the entry itself for an empty path or a part that is missing. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** Why a file is no provider book at all. */
export interface BrokenBook {
  readonly line: number | null;
  readonly reason: string;
}
