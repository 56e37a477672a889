import type { ToldCount, ToldRow } from '../../domain/transparency.ts';

/*
 * Counts of one or two may tell who is meant: they are withheld, and with them whatever would give them away by subtraction from a
 * sum that is told (primary and complementary suppression).
 */

/** The smallest count that stands by itself. */
export const LEAST_TOLD = 3;

export function isSmall(count: number): boolean {
  return count > 0 && count < LEAST_TOLD;
}

export function told(count: number): ToldCount {
  return isSmall(count) ? null : count;
}

/** The word for what is too few to stand by itself. */
export const OTHER = 'other';

/**
 * Rows of a sum that is told: those that are too few stand together as "other", and where they are too few together, the smallest
 * other row goes with them. What is too few as a whole is withheld.
 */
export function toldRows(counts: ReadonlyMap<string, number>): readonly ToldRow[] {
  const rows = [...counts]
    .filter(([key, count]) => count > 0 && key !== OTHER)
    .toSorted(([one, many], [other, more]) => more - many || (one < other ? -1 : 1));
  let other = counts.get(OTHER) ?? 0;
  while (rows.length > 0) {
    const count = rows.at(-1)?.[1] ?? 0;
    if (!isSmall(count) && (other === 0 || other >= LEAST_TOLD)) break;
    other += count;
    rows.pop();
  }
  return [
    ...rows.map(([key, count]) => ({ key, count })),
    ...(other === 0 ? [] : [{ key: OTHER, count: told(other) }]),
  ];
}

/**
 * Cells of a sum that is told, each with a meaning of its own, so that none can stand with another: small ones are withheld, and
 * further ones, the smallest first, until two are and at least three are in them.
 */
export function toldCells<Key extends string>(
  cells: Readonly<Record<Key, number>>,
  alwaysTold: Key,
): Readonly<Record<Key, ToldCount>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a record are its keys
  const entries = Object.entries(cells) as [Key, number][];
  const withheld = new Set(entries.filter(([key, count]) => key !== alwaysTold && isSmall(count)).map(([key]) => key));
  const hidden = (): number => [...withheld].reduce((sum, key) => sum + cells[key], 0);
  const further = entries.filter(([key]) => key !== alwaysTold && !withheld.has(key));
  const larger = further.filter(([, count]) => count > 0).toSorted(([, one], [, other]) => one - other);
  const noughts = further.filter(([, count]) => count === 0);
  while (withheld.size > 0 && (withheld.size < 2 || hidden() < LEAST_TOLD)) {
    // A nought hides which of two it is, where nothing else is left to hide behind.
    const next = larger.shift() ?? (withheld.size < 2 ? noughts.shift() : undefined);
    if (next === undefined) break;
    withheld.add(next[0]);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made from the same keys
  return Object.fromEntries(entries.map(([key, count]) => [key, withheld.has(key) ? null : count])) as Record<
    Key,
    ToldCount
  >;
}
