import { segmentsOfRanges } from './range-chains.ts';
import type { PointRange, PointSpace } from './range-chains.ts';

/** A finished IPv4 table as typed arrays, so that it can be written to a file and read back as it is. */
export interface PartsV4 {
  /** First address of each segment, ascending; the first one is 0. */
  readonly starts: Uint32Array;
  /** The first link of each segment's chain, or -1. */
  readonly chains: Int32Array;
  /** What each link says. */
  readonly values: Uint32Array;
  /** The link of the next wider range, or -1. */
  readonly nexts: Int32Array;
}

export interface TableV4 {
  /** The chain that holds at an unsigned 32-bit address, or -1. Equal numbers mean equal chains. */
  chainAt(address: number): number;
  /** The values of a chain, the most specific range's first. */
  valuesOf(chain: number): number[];
}

const SPACE: PointSpace<number> = {
  zero: 0,
  last: 0xffff_ffff,
  successor: (point) => point + 1,
  span: (first, last) => last - first,
};

/** Builds from ranges in any order, overlapping or not: see segmentsOfRanges. Addresses are unsigned 32-bit numbers. */
export function buildPartsV4(ranges: readonly PointRange<number>[]): PartsV4 {
  const segments = segmentsOfRanges(ranges, SPACE);
  return {
    starts: Uint32Array.from(segments.starts),
    chains: Int32Array.from(segments.chains),
    values: Uint32Array.from(segments.values),
    nexts: Int32Array.from(segments.nexts),
  };
}

/** For each possible upper half of an address, the number of the first segment that starts at it or later. */
function indexUpperHalves(starts: Uint32Array): Uint32Array {
  const index = new Uint32Array(0x1_0001).fill(starts.length);
  for (let segment = starts.length - 1; segment >= 0; segment--) index[(starts[segment] ?? 0) >>> 16] = segment;
  // A half in which no segment starts takes the number of the next one that does; what starts inside a half
  // comes after its beginning, which the search below allows for.
  for (let half = 0xffff; half >= 0; half--) {
    const here = index[half] ?? 0;
    const after = index[half + 1] ?? 0;
    if (here > after) index[half] = after;
  }
  return index;
}

/** A table for lookups: an index over the upper 16 bits, then a binary search among the few segments that remain. */
export function openTableV4(parts: PartsV4): TableV4 {
  const { starts, chains, values, nexts } = parts;
  const index = indexUpperHalves(starts);
  return {
    chainAt(address) {
      const half = address >>> 16;
      // The segment that holds the address starts in its half, or is the last one to start before that.
      let low = index[half] ?? 0;
      let high = index[half + 1] ?? 0;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((starts[middle] ?? 0) <= address) low = middle + 1;
        else high = middle;
      }
      return chains[low - 1] ?? -1;
    },
    valuesOf: (chain) => chainValues(chain, values, nexts),
  };
}

/** Follows a chain from its first link. */
export function chainValues(chain: number, values: Uint32Array, nexts: Int32Array): number[] {
  const found: number[] = [];
  for (let link = chain; link >= 0 && found.length < values.length; link = nexts[link] ?? -1) {
    found.push(values[link] ?? 0);
  }
  return found;
}
