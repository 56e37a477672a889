import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FINGERPRINT_KINDS, parseFingerprint } from './fingerprint.ts';

const HEX = '0123456789abcdef'.repeat(4);

test.each([
  ['certificate', HEX],
  ['certificate', HEX.toUpperCase()],
  ['certificate', `sha256:${HEX}`],
  ['certificate', `SHA-256=${HEX.match(/../g)?.join(':')}`],
  ['public-key', Buffer.from(HEX, 'hex').toString('base64')],
  ['public-key', `pin-sha256=${Buffer.from(HEX, 'hex').toString('base64')}`],
  ['http-body', ` ${HEX} `],
] as const)('%s %s is the same hash', (kind, text) => {
  expect(parseFingerprint(kind, text)).toEqual({ ok: true, value: HEX });
});

test.each([
  ['certificate', HEX.slice(1)],
  ['certificate', `sha1:${HEX}`],
  ['certificate', `${HEX.slice(0, 62)}:${HEX.slice(62)}`],
  ['certificate', Buffer.from(HEX, 'hex').toString('base64')],
  ['certificate', '0'.repeat(64)],
  ['http-body', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['http-header', 'no colon'],
  ['http-header', 'x-panel:  '],
  ['http-header', `x-panel: ${'a'.repeat(501)}`],
  ['http-header', 'x-panel: a\r\nx-other: b'],
  ['http-header', 'Date: Mon, 23 Nov 2026 12:00:00 GMT'],
  ['http-header', 'Server: nginx/1.18.0 (Ubuntu)'],
  ['http-header', 'server: Apache'],
] as const)('%s %j is none', (kind, text) => {
  expect(parseFingerprint(kind, text).ok).toBe(false);
});

test('a header keeps its value and has its name in lower case', () => {
  expect(parseFingerprint('http-header', ' X-Panel :  Example  1.0 ')).toEqual({
    ok: true,
    value: 'x-panel: Example  1.0',
  });
  expect(parseFingerprint('http-header', 'X-Panel:Example 1.0')).toEqual({ ok: true, value: 'x-panel: Example 1.0' });
  expect(parseFingerprint('http-header', 'Server: nginxx')).toEqual({ ok: true, value: 'server: nginxx' });
});

test('what is kept is its own spelling', () => {
  const written = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9A-F]{64}$/),
    fc.stringMatching(/^[a-z-]{1,8}: ?.{1,9}$/),
  );
  fc.assert(
    fc.property(fc.constantFrom(...FINGERPRINT_KINDS), written, (kind, text) => {
      const parsed = parseFingerprint(kind, text);
      if (parsed.ok) expect(parseFingerprint(kind, parsed.value)).toEqual(parsed);
    }),
  );
});
