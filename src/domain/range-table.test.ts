import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressV4, ipv6Text, maskAddress, parseAddress, parsePrefix, prefixContains } from './address.ts';
import type { Address, Prefix } from './address.ts';
import { createRangeTable } from './range-table.ts';
import type { PrefixValue } from './range-table.ts';
import { buildPartsV4, openTableV4 } from './range-table-v4.ts';
import { buildPartsV6, openTableV6 } from './range-table-v6.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

/** What the table has to answer, worked out by looking at every prefix. */
function naiveMatches(prefixes: readonly PrefixValue[], wanted: Address): number[] {
  return prefixes
    .filter((entry) => prefixContains(entry.prefix, wanted))
    .map((entry, order) => ({ ...entry, order }))
    .sort((a, b) => b.prefix.bits - a.prefix.bits || b.order - a.order)
    .map((entry) => entry.value);
}

// Few bits vary, so that prefixes nest, repeat and touch, at both ends of the space too.
const numberV4 = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((low) => (0xc633_6400 | low) >>> 0),
  fc.integer({ min: 0, max: 3 }).map((end) => (end < 2 ? end : 0xffff_fffc + end)),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const anyV4 = numberV4.map((number): Address => addressV4(number));
const half = fc.oneof(fc.bigInt(0n, 3n), fc.constant(0xffff_ffff_ffff_ffffn), fc.constant(0x2001_0db8_0000_0000n));
const anyV6 = fc
  .tuple(half, half)
  .map(([high, low]): Address => ({ version: 6, text: ipv6Text(high, low), high, low }));
const anyAddress = fc.oneof(anyV4, anyV6);
const anyPrefix = fc
  .tuple(anyAddress, fc.oneof(fc.constantFrom(0, 8, 16, 24, 31, 32, 63, 64, 65, 127, 128), fc.nat(128)))
  .map(([base, wanted]): Prefix => {
    const bits = Math.min(wanted, base.version === 4 ? 32 : 128);
    return { address: maskAddress(base, bits), bits };
  });

it('answers as a look at every prefix would, longest first', () => {
  fc.assert(
    fc.property(
      fc.array(anyPrefix, { maxLength: 40 }),
      fc.array(anyAddress, { minLength: 1, maxLength: 30 }),
      (list, others) => {
        const prefixes = list.map((entry, value) => ({ prefix: entry, value }));
        const table = createRangeTable(prefixes);
        for (const wanted of [...others, ...list.map((entry) => entry.address)]) {
          const expected = naiveMatches(prefixes, wanted);
          expect(table.matches(wanted)).toEqual(expected);
          expect(table.find(wanted)).toBe(expected[0] ?? -1);
        }
      },
    ),
    { numRuns: 400 },
  );
});

it('answers for IPv4 ranges that overlap in part as a look at every range would', () => {
  const range = fc.tuple(numberV4, numberV4).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), fc.array(numberV4, { minLength: 1 }), (list, others) => {
      const ranges = list.map((entry, value) => ({ ...entry, value }));
      const table = openTableV4(buildPartsV4(ranges));
      const edges = list.flatMap(({ first, last }) => [first, last, Math.min(last + 1, 0xffff_ffff)]);
      for (const number of [...others, ...edges]) {
        const holding = ranges.filter(({ first, last }) => first <= number && number <= last);
        const found = table.valuesOf(table.chainAt(number));
        expect(found.toSorted((a, b) => a - b)).toEqual(holding.map(({ value }) => value));
        const spans = found.map((value) => (ranges[value]?.last ?? 0) - (ranges[value]?.first ?? 0));
        expect(spans).toEqual(spans.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 400 },
  );
});

it('finds nothing in an empty table', () => {
  const table = createRangeTable([]);
  expect(table.find(address('198.51.100.1'))).toBe(-1);
  expect(table.find(address('2001:db8::1'))).toBe(-1);
  expect(table.matches(address('0.0.0.0'))).toEqual([]);
});

it('keeps the families apart, and takes a mapped address for the IPv4 address that it is', () => {
  const table = createRangeTable([
    { prefix: prefix('0.0.0.0/0'), value: 4 },
    { prefix: prefix('::/0'), value: 6 },
  ]);
  expect(table.find(address('255.255.255.255'))).toBe(4);
  expect(table.find(address('::ffff:198.51.100.7'))).toBe(4);
  expect(table.find(address('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'))).toBe(6);
});

it('gives equal chains one number, so that what is worked out from one can be kept', () => {
  const table = openTableV4(
    buildPartsV4([
      { first: 10, last: 19, value: 7 },
      { first: 30, last: 39, value: 7 },
      { first: 40, last: 49, value: 8 },
    ]),
  );
  expect(table.chainAt(35)).toBe(table.chainAt(15));
  expect(table.chainAt(45)).not.toBe(table.chainAt(15));
  expect(table.chainAt(25)).toBe(-1);
});

it('refuses a range that ends before it starts', () => {
  expect(() => buildPartsV4([{ first: 2, last: 1, value: 0 }])).toThrow('ends (1) before it starts (2)');
  expect(() => openTableV6(buildPartsV6([{ first: 2n, last: 1n, value: 0 }]))).toThrow('before it starts');
});
