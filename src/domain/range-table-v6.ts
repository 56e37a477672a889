import { segmentsOfRanges } from './range-chains.ts';
import type { PointRange, PointSpace } from './range-chains.ts';
import { chainValues } from './range-table-v4.ts';

/** A finished IPv6 table as typed arrays: as PartsV4, each start in two halves of 64 bits. */
export interface PartsV6 {
  readonly highs: BigUint64Array;
  readonly lows: BigUint64Array;
  readonly chains: Int32Array;
  readonly values: Uint32Array;
  readonly nexts: Int32Array;
}

export interface TableV6 {
  /** The chain that holds at an address, given in two halves of 64 bits, or -1. Equal numbers mean equal chains. */
  chainAt(high: bigint, low: bigint): number;
  /** The values of a chain, the most specific range's first. */
  valuesOf(chain: number): number[];
}

const SPACE: PointSpace<bigint> = {
  zero: 0n,
  last: (1n << 128n) - 1n,
  successor: (point) => point + 1n,
  span: (first, last) => last - first,
};

/** Builds from ranges in any order, overlapping or not: see segmentsOfRanges. Addresses are unsigned 128-bit numbers. */
export function buildPartsV6(ranges: readonly PointRange<bigint>[]): PartsV6 {
  const segments = segmentsOfRanges(ranges, SPACE);
  return {
    highs: BigUint64Array.from(segments.starts, (start) => start >> 64n),
    lows: BigUint64Array.from(segments.starts, (start) => start & 0xffff_ffff_ffff_ffffn),
    chains: Int32Array.from(segments.chains),
    values: Uint32Array.from(segments.values),
    nexts: Int32Array.from(segments.nexts),
  };
}

/** A table for lookups by binary search: no index, for nearly all IPv6 in use shares its first few bits. */
export function openTableV6(parts: PartsV6): TableV6 {
  const { highs, lows, chains, values, nexts } = parts;
  return {
    chainAt(high, low) {
      let from = 0;
      let to = highs.length;
      while (from < to) {
        const middle = (from + to) >>> 1;
        const start = highs[middle] ?? 0n;
        if (start < high || (start === high && (lows[middle] ?? 0n) <= low)) from = middle + 1;
        else to = middle;
      }
      return chains[from - 1] ?? -1;
    },
    valuesOf: (chain) => chainValues(chain, values, nexts),
  };
}
