/** A set of row numbers as bits, 32 rows a word: row 0 is the lowest bit of the first word. */
export type RowSet = Uint32Array;

export function emptyRowSet(rowCount: number): RowSet {
  return new Uint32Array(Math.ceil(rowCount / 32));
}

export function fullRowSet(rowCount: number): RowSet {
  const set = emptyRowSet(rowCount);
  for (let row = 0; row < rowCount; row++) addRow(set, row);
  return set;
}

export function addRow(set: RowSet, row: number): void {
  set[row >>> 5] = (set[row >>> 5] ?? 0) | (1 << (row & 31));
}

export function hasRow(set: RowSet, row: number): boolean {
  return ((set[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
}

export function intersection(left: RowSet, right: RowSet): RowSet {
  const common = new Uint32Array(left.length);
  for (let index = 0; index < common.length; index++) common[index] = (left[index] ?? 0) & (right[index] ?? 0);
  return common;
}

/** The lowest row number in a set, or -1. */
export function firstRow(set: RowSet): number {
  for (let index = 0; index < set.length; index++) {
    const word = set[index] ?? 0;
    if (word !== 0) return index * 32 + 31 - Math.clz32(word & -word);
  }
  return -1;
}

/** The lowest row number in all of the sets at once, or -1. */
export function firstCommonRow(sets: readonly RowSet[], rowCount: number): number {
  const words = Math.ceil(rowCount / 32);
  for (let index = 0; index < words; index++) {
    let word = -1;
    for (const set of sets) word &= set[index] ?? 0;
    // word & -word keeps the lowest bit that is set.
    if (word !== 0) return index * 32 + 31 - Math.clz32(word & -word);
  }
  return -1;
}
