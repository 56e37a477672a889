import type { Address, Prefix } from './address.ts';
import type { PointRange } from './range-chains.ts';
import { buildPartsV4, openTableV4 } from './range-table-v4.ts';
import { buildPartsV6, openTableV6 } from './range-table-v6.ts';

/** A prefix, and what holds in it: a number of the caller's, such as an index into a dictionary. */
export interface PrefixValue {
  readonly prefix: Prefix;
  /** 0 to 4,294,967,295. */
  readonly value: number;
}

/** Which prefixes hold an address, of either family. */
export interface RangeTable {
  /** The value of the longest prefix that holds the address (of equal ones, the last named), or -1. */
  find(address: Address): number;
  /** The values of all prefixes that hold the address, the longest prefix's first. */
  matches(address: Address): number[];
}

/** Builds a table over typed arrays from prefixes in any order. Prefixes may nest and repeat. */
export function createRangeTable(prefixes: Iterable<PrefixValue>): RangeTable {
  const v4: PointRange<number>[] = [];
  const v6: PointRange<bigint>[] = [];
  for (const { prefix, value } of prefixes) {
    const { address, bits } = prefix;
    if (address.version === 4) {
      v4.push({ first: address.number, last: address.number + 2 ** (32 - bits) - 1, value });
    } else {
      const first = numberOfHalves(address.high, address.low);
      v6.push({ first, last: first + (1n << BigInt(128 - bits)) - 1n, value });
    }
  }
  const tableV4 = openTableV4(buildPartsV4(v4));
  const tableV6 = openTableV6(buildPartsV6(v6));
  const matches = (address: Address): number[] =>
    address.version === 4
      ? tableV4.valuesOf(tableV4.chainAt(address.number))
      : tableV6.valuesOf(tableV6.chainAt(address.high, address.low));
  return { matches, find: (address) => matches(address)[0] ?? -1 };
}

/** The unsigned 128-bit number of an IPv6 address. */
export function numberOfHalves(high: bigint, low: bigint): bigint {
  return (high << 64n) | low;
}
