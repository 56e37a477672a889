/** An inclusive range of points, and what holds on it: a number of the caller's, such as an index into a dictionary. */
export interface PointRange<Point> {
  readonly first: Point;
  readonly last: Point;
  /** 0 to 4,294,967,295. */
  readonly value: number;
}

/**
 * Overlapping ranges as one row of disjoint segments. Segment `i` reaches from `starts[i]` to just before
 * `starts[i + 1]`; `chains[i]` is its first link, or -1 where nothing holds. Link `k` says `values[k]` and is followed
 * by link `nexts[k]`, the next wider range, or -1.
 */
export interface Segments<Point> {
  readonly starts: readonly Point[];
  readonly chains: readonly number[];
  readonly values: readonly number[];
  readonly nexts: readonly number[];
}

/** The arithmetic of an address family. */
export interface PointSpace<Point> {
  readonly zero: Point;
  readonly last: Point;
  successor(point: Point): Point;
  /** How many points `first` to `last` hold, less one. */
  span(first: Point, last: Point): Point;
}

interface OpenRange<Point> {
  readonly range: PointRange<Point>;
  readonly span: Point;
  link: number;
}

/**
 * Cuts ranges into segments by one sweep from the left. The most specific (smallest) range comes first in a chain; of
 * two equal ranges, the one that was named later. Nested and disjoint ranges, which is all that prefixes can be, cost
 * O(n log n) to sort and O(n) to sweep; ranges that overlap in part cost more with the depth of the overlap.
 */
export function segmentsOfRanges<Point extends number | bigint>(
  ranges: readonly PointRange<Point>[],
  space: PointSpace<Point>,
): Segments<Point> {
  const starts: Point[] = [];
  const chains: number[] = [];
  const links = createLinks();
  // The ranges that hold at the sweep's position, the widest first, so that the most specific is the last.
  const open: OpenRange<Point>[] = [];

  const emit = (start: Point): void => {
    const chain = open.at(-1)?.link ?? -1;
    if (starts.at(-1) === start) {
      chains[chains.length - 1] = chain;
    } else if (chain !== chains.at(-1)) {
      starts.push(start);
      chains.push(chain);
    }
  };
  const relink = (from: number): void => {
    for (let index = from; index < open.length; index++) {
      const entry = open[index];
      if (entry !== undefined) entry.link = links.link(entry.range.value, open[index - 1]?.link ?? -1);
    }
  };
  /** Closes every range that ends before `limit` (all of them without one), the earliest end first. */
  const closeBefore = (limit: Point | undefined): void => {
    for (;;) {
      const closing = indexOfEarliestEnd(open);
      const end = open[closing]?.range.last;
      if (end === undefined || (limit !== undefined && end >= limit)) return;
      open.splice(closing, 1);
      relink(closing);
      if (end < space.last) emit(space.successor(end));
    }
  };

  emit(space.zero);
  for (const range of inOrder(ranges)) {
    closeBefore(range.first);
    const span = space.span(range.first, range.last);
    let position = open.length;
    while (position > 0 && spanAt(open, position - 1, span) < span) position--;
    open.splice(position, 0, { range, span, link: -1 });
    relink(position);
    emit(range.first);
  }
  closeBefore(undefined);
  return { starts, chains, values: links.values, nexts: links.nexts };
}

function spanAt<Point>(open: readonly OpenRange<Point>[], index: number, otherwise: Point): Point {
  return open[index]?.span ?? otherwise;
}

/** Among equal ends the most specific, which stands last: so nested ranges are always closed from the end. */
function indexOfEarliestEnd<Point extends number | bigint>(open: readonly OpenRange<Point>[]): number {
  let found = open.length - 1;
  for (let index = found - 1; index >= 0; index--) {
    const end = open[index]?.range.last;
    const best = open[found]?.range.last;
    if (end !== undefined && best !== undefined && end < best) found = index;
  }
  return found;
}

/** By first point; at the same point the wider range first. Stable, so equal ranges keep the order they were named in. */
function inOrder<Point extends number | bigint>(ranges: readonly PointRange<Point>[]): readonly PointRange<Point>[] {
  const compare = (a: PointRange<Point>, b: PointRange<Point>): number => {
    if (a.first !== b.first) return a.first < b.first ? -1 : 1;
    if (a.last === b.last) return 0;
    return a.last > b.last ? -1 : 1;
  };
  let previous: PointRange<Point> | undefined;
  for (const range of ranges) {
    if (range.last < range.first) throw new Error(`a range ends (${range.last}) before it starts (${range.first})`);
    if (previous !== undefined && compare(previous, range) > 0) return ranges.toSorted(compare);
    previous = range;
  }
  return ranges;
}

/** Equal chains are one chain, so that their number can serve as the key of whatever is worked out from them. */
function createLinks(): {
  readonly values: number[];
  readonly nexts: number[];
  link(value: number, next: number): number;
} {
  const values: number[] = [];
  const nexts: number[] = [];
  const known = new Map<number, number>();
  return {
    values,
    nexts,
    link(value, next) {
      // Exact below 2^53: a value has 32 bits, and there are never more than 2^21 links.
      const key = (next + 1) * 0x1_0000_0000 + value;
      const found = known.get(key);
      if (found !== undefined) return found;
      if (values.length >= 0x1f_ffff) throw new Error('too many different ranges for one table');
      const link = values.push(value) - 1;
      nexts.push(next);
      known.set(key, link);
      return link;
    },
  };
}
