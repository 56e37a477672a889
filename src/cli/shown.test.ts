import { expect, test } from 'vitest';
import { shorten, shownHost, shownText } from './shown.ts';

test.each([
  ['203.0.113.60:3333:443', '203.0.113[.]60:3333:443'],
  ['"2026-11-20 22:10:00","010.1.1.1","443"', '"2026-11-20 22:10:00","010.1.1[.]1","443"'],
  ['http://user@c2.example/gate', 'hxxp://user@c2[.]example/gate'],
  ['[2001:db8::9]:99999', '[2001:db8[:]:9]:99999'],
  ['see ::1 and 2001:DB8:0:0:0:0:0:1', 'see [:]:1 and 2001:DB8:0:0:0:0:0[:]1'],
  ['2001:db8::/32', '2001:db8[:]:/32'],
  ['192.0.2.0/24', '192.0.2[.]0/24'],
  ['07:30:05 is a time', '07:30:05 is a time'],
  ['c2\u001b[2J.example', 'c2\ufffd[2J[.]example'],
])('%s is shown as %s', (text, shown) => {
  expect(shownText(text)).toBe(shown);
});

test('a host is defanged and safe', () => {
  expect(shownHost('192.0.2.7', 443)).toBe('192.0.2[.]7:443');
});

test('what is too long ends in an ellipsis', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
});
