import { describe, expect, test } from 'vitest';
import { isDrillName, parseHostName, reservedNameReason } from './host-name.ts';

const LABEL_63 = 'a'.repeat(63);
/** 253 characters: three labels of 63, one of 53, "example". */
const NAME_253 = `${LABEL_63}.${LABEL_63}.${LABEL_63}.${'b'.repeat(53)}.example`;

describe('parseHostName', () => {
  test.each([
    ['c2.example', 'c2.example', 'domain'],
    ['C2.EXAMPLE', 'c2.example', 'domain'],
    ['c2.example.', 'c2.example', 'domain'],
    ['_dmarc.c2.example', '_dmarc.c2.example', 'domain'],
    ['bücher.example', 'xn--bcher-kva.example', 'domain'],
    ['c2.xn--p1ai', 'c2.xn--p1ai', 'domain'],
    ['c2.рф', 'c2.xn--p1ai', 'domain'],
    ['a.b.c.d.test', 'a.b.c.d.test', 'domain'],
    [`${LABEL_63}.example`, `${LABEL_63}.example`, 'domain'],
    [NAME_253, NAME_253, 'domain'],
    ['abcdefghij234567.onion', 'abcdefghij234567.onion', 'onion'],
    [`${'a'.repeat(55)}d.onion`, `${'a'.repeat(55)}d.onion`, 'onion'],
    ['www.abcdefghij234567.onion', 'www.abcdefghij234567.onion', 'onion'],
    ['c2.bit', 'c2.bit', 'blockchain-name'],
    ['c2.bazar', 'c2.bazar', 'blockchain-name'],
    ['c2.emc', 'c2.emc', 'blockchain-name'],
    ['c2.888', 'c2.888', 'blockchain-name'],
  ])('reads %s as %s, a name of type %s', (text, expected, hostType) => {
    expect(parseHostName(text)).toEqual({ ok: true, value: { text: expected, hostType } });
  });

  test.each([
    ['nothing', '', 'not a host name'],
    ['a dot', '.', 'not a host name'],
    ['two trailing dots', 'c2.example..', 'not a host name'],
    ['an empty label', 'c2..example', 'not a host name'],
    ['a leading dot', '.c2.example', 'not a host name'],
    ['a leading dash', '-c2.example', 'not a host name'],
    ['a trailing dash', 'c2-.example', 'not a host name'],
    ['a label of 64', `${'a'.repeat(64)}.example`, 'not a host name'],
    ['254 characters', `a${NAME_253}`, 'not a host name'],
    ['a single word', 'localhost', 'single word'],
    ['an unknown top-level domain', 'gate.dll', '.dll is not a top-level domain'],
    ['a bare top-level domain with a dot', 'com.', 'single word'],
    ['a bare public suffix', 'co.uk', 'public suffix'],
    ['a bare private suffix', 'github.io', 'public suffix'],
    ['an .onion name of a wrong length', 'abcdefghij23456.onion', '.onion'],
    ['an .onion name with characters outside base32', 'abcdefghij234018.onion', '.onion'],
    ['a bare .onion', 'x.onion', '.onion'],
    ['an IDN that is an address', '２０３.0.113.7', 'plain decimal'],
    ['an IDN whose last label is a number', 'bücher.7', 'not a host name'],
    ['a hexadecimal last label', 'c2.0x7f', 'plain decimal'],
    ['an address with a trailing word of digits', '203.0.113.7-203.0.113.9', 'plain decimal'],
    ['a %-escape', 'c2%2eexample', 'not a host name'],
    ['a %-escape beside an IDN letter', 'ü%2eexample', 'not a host name'],
    ['a slash beside an IDN letter', 'ü.example/x', 'not a host name'],
    ['a back slash beside an IDN letter', 'ü.example\\x', 'not a host name'],
    ['a soft hyphen', 'c2\u00ad.example', 'not a host name'],
    ['a zero-width space', 'c2\u200b.example', 'not a host name'],
    ['a direction mark', '\u202eexample.c2.example', 'not a host name'],
    ['a lone surrogate', 'c2\ud800.example', 'not a host name'],
    ['a character that could not be read', 'c2\ufffd.example', 'not a host name'],
    ['a NUL', 'c2\0.example', 'not a host name'],
    ['very long input', 'ü.'.repeat(100_000), 'not a host name'],
  ])('refuses %s', (_, text, reason) => {
    expect(parseHostName(text)).toMatchObject({ ok: false, problem: expect.stringContaining(reason) });
  });
});

test('a drill lives on the reserved names of RFC 2606 and on nothing that only looks like them', () => {
  expect(['c2.example', 'c2.test', 'c2.invalid'].map(isDrillName)).toEqual([true, true, true]);
  expect(['example.org', 'test.net', 'c2.examples'].map(isDrillName)).toEqual([false, false, false]);
});

test.each([
  'c2.localhost',
  'printer.local',
  'c2.internal',
  'c2.home.arpa',
  'c2.lan',
  'c2.corp',
  'example.com',
  'a.example.net',
])('finds %s reserved', (name) => {
  expect(reservedNameReason(name)).not.toBeNull();
});

test('finds no name reserved that only ends like a reserved one', () => {
  expect(['c2.notlocal', 'local.c2.test', 'c2.xn--p1ai'].map(reservedNameReason)).toEqual([null, null, null]);
});
