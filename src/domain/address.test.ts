import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ipv4Number,
  ipv4Text,
  ipv6Text,
  maskAddress,
  parseAddress,
  parsePrefix,
  prefixContains,
  prefixText,
} from './address.ts';
import type { Address } from './address.ts';
import { growth } from '../../test/support/growth.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`);
  return parsed.value;
}

describe('parseAddress', () => {
  test.each([
    ['octal', '010.1.1.1'],
    ['octal in the last place', '203.0.113.07'],
    ['a double zero', '203.0.113.00'],
    ['hexadecimal octets', '0xcb.0.0x71.7'],
    ['a hexadecimal number', '0xcb007107'],
    ['a 32-bit integer', '3405803783'],
    ['a short form', '203.7'],
    ['a shorter form', '203.0.28935'],
    ['five numbers', '203.0.113.7.1'],
    ['an octet over 255', '203.0.113.256'],
    ['a huge octet', '203.0.113.99999999999999999999'],
    ['a trailing dot', '203.0.113.7.'],
    ['a leading dot', '.203.0.113.7'],
    ['an empty octet', '203..113.7'],
    ['a sign', '+203.0.113.7'],
    ['a minus', '203.0.113.-7'],
    ['white space', ' 203.0.113.7'],
    ['a line end', '203.0.113.7\n'],
    ['a NUL', '203.0.113.7\0'],
    ['full-width digits', '２０３.0.113.7'],
    ['Arabic-Indic digits', '٢٠٣.0.113.7'],
    ['an ideographic full stop', '203。0。113。7'],
    ['a port', '203.0.113.7:443'],
    ['nothing', ''],
    ['a zone id', 'fe80::1%eth0'],
    ['a zone id as RFC 6874 writes it', 'fe80::1%25eth0'],
    ['two elisions', '2001:db8::1::2'],
    ['three colons', '2001:db8:::1'],
    ['nine groups', '2001:db8:1:2:3:4:5:6:7'],
    ['seven groups', '2001:db8:1:2:3:4:5'],
    ['an elision of nothing', '2001:db8:1:2::3:4:5:6'],
    ['a group of five digits', '2001:db8::00001'],
    ['a leading colon', ':2001:db8::1'],
    ['a trailing colon', '2001:db8::1:'],
    ['octal inside a mapped address', '::ffff:203.0.113.07'],
    ['an IPv4 address in the middle', '2001:203.0.113.7::1'],
    ['an IPv4 address before the elision', '203.0.113.7::'],
    ['brackets', '[2001:db8::1]'],
    ['a dash for a colon', '2001-db8--1'],
  ])('refuses %s', (_, text) => {
    const parsed = parseAddress(text);
    expect(parsed.ok).toBe(false);
  });

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['2001:0db8::0007', '2001:db8::7'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8::203.0.113.7', '2001:db8::cb00:7107'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['0000:0000:0000:0000:0000:ffff:203.0.113.107', '203.0.113.107'],
  ])('reads %s as %s', (text, expected) => {
    expect(address(text).text).toBe(expected);
  });

  test('says what is wrong in words that fit', () => {
    expect(parseAddress('fe80::1%eth0')).toMatchObject({ problem: expect.stringContaining('zone id') });
    expect(parseAddress('0xcb007107')).toMatchObject({ problem: expect.stringContaining('hexadecimal') });
    expect(parseAddress('010.1.1.1')).toMatchObject({ problem: expect.stringContaining('plain decimal') });
  });

  test.each(['1.', ':', '0x'])('refuses very long input in a time that grows with it, and no faster (%s)', (part) => {
    const make = (times: number): string => part.repeat(2000 * times);
    expect(parseAddress(make(1)).ok).toBe(false);
    expect(growth(16, make, parseAddress)).toBeLessThan(64);
  });

  test('reads back every IPv4 address that it writes, and none of another text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (number) => {
        expect(ipv4Number(ipv4Text(number))).toBe(number);
      }),
      { numRuns: 500 },
    );
  });

  test('reads back every IPv6 address that it writes', () => {
    const half = fc.oneof(
      fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
      fc.constantFrom(0n, 1n, 0xffffn << 32n, 0x2001_0db8_0000_0000n, 0x1_0000n),
    );
    fc.assert(
      fc.property(half, half, (high, low) => {
        fc.pre(!(high === 0n && low >> 32n === 0xffffn));
        expect(address(ipv6Text(high, low))).toMatchObject({ version: 6, high, low });
      }),
      { numRuns: 500 },
    );
  });
});

describe('prefixes', () => {
  test.each([
    '198.51.100.0/33',
    '198.51.100.0/-1',
    '198.51.100.0/08',
    '198.51.100.0/',
    '198.51.100.0/24/24',
    '198.51.100.0/ 24',
    '2001:db8::/129',
    '198.51.100/24',
  ])('refuses %s', (text) => {
    expect(parsePrefix(text).ok).toBe(false);
  });

  test('refuses bits after the prefix and names the prefix that may be meant', () => {
    expect(parsePrefix('198.51.100.7/24')).toMatchObject({ problem: expect.stringContaining('198.51.100.0/24') });
    expect(parsePrefix('2001:db8::1/32')).toMatchObject({ problem: expect.stringContaining('2001:db8::/32') });
  });

  test('takes a bare address as a prefix of full length', () => {
    const v4 = parsePrefix('198.51.100.7');
    const v6 = parsePrefix('2001:db8::7');
    expect(v4.ok && prefixText(v4.value)).toBe('198.51.100.7/32');
    expect(v6.ok && prefixText(v6.value)).toBe('2001:db8::7/128');
  });

  test('holds exactly the addresses that have its first bits', () => {
    const anyAddress = fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }).map((number) => address(ipv4Text(number))),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }))
        .filter(([high]) => high > 0n)
        .map(([high, low]) => address(ipv6Text(high, low))),
    );
    fc.assert(
      fc.property(anyAddress, anyAddress, fc.integer({ min: 0, max: 128 }), (one, other, length) => {
        const bits = Math.min(length, one.version === 4 ? 32 : 128);
        const prefix = { address: maskAddress(one, bits), bits };
        expect(prefixContains(prefix, one)).toBe(true);
        const byText = other.version === one.version && maskAddress(other, bits).text === prefix.address.text;
        expect(prefixContains(prefix, other)).toBe(byText);
      }),
      { numRuns: 1000 },
    );
  });

  test('end where their last address ends', () => {
    for (const [text, last, next] of [
      ['0.0.0.0/0', '255.255.255.255', '::'],
      ['198.18.0.0/16', '198.18.255.255', '198.19.0.0'],
      ['198.51.100.7/32', '198.51.100.7', '198.51.100.8'],
      ['2001:db8::/33', '2001:db8:7fff:ffff:ffff:ffff:ffff:ffff', '2001:db8:8000::'],
      ['2001:db8::/64', '2001:db8::ffff:ffff:ffff:ffff', '2001:db8:0:1::'],
      ['2001:db8::/65', '2001:db8::7fff:ffff:ffff:ffff', '2001:db8::8000:0:0:0'],
      ['2001:db8::7/128', '2001:db8::7', '2001:db8::8'],
      ['::/0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '0.0.0.0'],
    ] as const) {
      const prefix = parsePrefix(text);
      if (!prefix.ok) throw new Error(text);
      expect([text, prefixContains(prefix.value, address(last))]).toEqual([text, true]);
      expect([text, prefixContains(prefix.value, address(next))]).toEqual([text, false]);
    }
  });
});
