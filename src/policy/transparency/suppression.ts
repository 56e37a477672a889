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
 * Cells of a sum that is told, each with a meaning of its own, so that none can stand with another. Where one is small, all that are
 * less than three are withheld, noughts as well, so that nobody sees which of them is the small one (primary suppression); and with them
 * the smallest of the others, all of its size, so that the sum tells none (secondary suppression). What is withheld depends on the
 * numbers alone and never on the order of the cells: whoever knows this rule can put any two that are withheld in each other's place.
 */
export function toldCells<Key extends string>(
  cells: Readonly<Record<Key, number>>,
  alwaysTold: Key,
): Readonly<Record<Key, ToldCount>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a record are its keys
  const entries = Object.entries(cells) as [Key, number][];
  const counts = entries.filter(([key]) => key !== alwaysTold).map(([, count]) => count);
  const most = counts.some(isSmall) ? Math.min(...counts.filter((count) => count >= LEAST_TOLD)) : -1;
  const isWithheld = (count: number): boolean => most >= 0 && (count < LEAST_TOLD || count === most);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made from the same keys
  return Object.fromEntries(
    entries.map(([key, count]) => [key, key !== alwaysTold && isWithheld(count) ? null : count]),
  ) as Record<Key, ToldCount>;
}
