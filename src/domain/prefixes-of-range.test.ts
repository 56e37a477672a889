import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressV4, parseAddress, prefixContains, prefixText } from './address.ts';
import type { Address } from './address.ts';
import { prefixesOfRange } from './prefixes-of-range.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

test.each([
  ['198.51.100.0', '198.51.100.255', ['198.51.100.0/24']],
  ['198.51.100.1', '198.51.100.6', ['198.51.100.1/32', '198.51.100.2/31', '198.51.100.4/31', '198.51.100.6/32']],
  ['198.51.100.7', '198.51.100.7', ['198.51.100.7/32']],
  ['0.0.0.0', '255.255.255.255', ['0.0.0.0/0']],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', ['2001:db8::/32']],
  ['198.51.100.7', '198.51.100.6', []],
  ['198.51.100.7', '2001:db8::1', []],
])('from %s to %s', (first, last, expected) => {
  expect(prefixesOfRange(address(first), address(last)).map(prefixText)).toEqual(expected);
});

test('the prefixes hold the first and the last address, and none beside them', () => {
  const number = fc.integer({ min: 1, max: 0xffff_fffe });
  fc.assert(
    fc.property(number, fc.integer({ min: 0, max: 100_000 }), (start, length) => {
      const end = Math.min(start + length, 0xffff_fffe);
      const prefixes = prefixesOfRange(addressV4(start), addressV4(end));
      const holds = (at: number): boolean => prefixes.some((prefix) => prefixContains(prefix, addressV4(at)));
      return holds(start) && holds(end) && !holds(start - 1) && !holds(end + 1);
    }),
  );
});
