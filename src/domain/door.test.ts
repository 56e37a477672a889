import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CODE_ALPHABET, CODE_COMBINATIONS, codeText, parseCode } from './door.ts';
import { createDoorKey } from './door-key.ts';

const secret = Buffer.alloc(32, 7);
const key = createDoorKey(secret);
const NOTICE = '0198a000-0000-8000-8000-000000000001';
const END = '2027-02-20T10:00:00.000Z';
const NOW = Date.UTC(2026, 10, 23, 10);
const NONCE = Buffer.alloc(12, 1);

test('a code has more than 50 bits and no character that is taken for another', () => {
  expect(Math.log2(Number(CODE_COMBINATIONS))).toBeGreaterThan(50);
  expect(CODE_ALPHABET).not.toMatch(/[01258IOLSZAEU]/);
  expect(new Set(CODE_ALPHABET).size).toBe(CODE_ALPHABET.length);
});

test('what is typed is the code, however it is typed', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: CODE_COMBINATIONS - 1n }), (number) => {
      const code = codeText(number);
      expect(code).toMatch(/^\w{4}-\w{4}-\w{4}$/);
      expect(parseCode(` ${code.toLowerCase().replaceAll('-', ' ')} `)).toBe(code);
      expect(parseCode(code.replaceAll('-', '\u2013'))).toBe(code);
    }),
  );
});

test('anything else is no code, and never an error', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (typed) => {
      const parsed = parseCode(typed);
      expect(parsed === null || /^\w{4}-\w{4}-\w{4}$/.test(parsed)).toBe(true);
    }),
  );
  expect(parseCode('GK7M-3QXT')).toBeNull();
});

test('a link follows from the secret, the notice and its end, and from nothing else', () => {
  const offer = key.offer('https://notices.cert.example', NOTICE, END);
  expect(offer).toEqual(createDoorKey(secret).offer('https://notices.cert.example', NOTICE, END));
  const token = offer.link.slice(offer.link.lastIndexOf('/') + 1);
  expect(Buffer.from(token, 'base64url')).toHaveLength(18);
  expect(key.isToken(token, NOTICE, END)).toBe(true);
  expect(key.isToken(token, NOTICE, '2028-02-20T10:00:00.000Z')).toBe(false);
  expect(key.isToken(token, NOTICE.replace('1', '2'), END)).toBe(false);
  const other = createDoorKey(Buffer.alloc(32, 8)).offer('https://notices.cert.example', NOTICE, END);
  expect([other.link, other.code]).not.toContain(offer.link);
  expect(other.code).not.toBe(offer.code);
});

test('what the store keeps tells neither link nor code', () => {
  const { link, code } = key.offer('https://notices.cert.example', NOTICE, END);
  const token = link.slice(link.lastIndexOf('/') + 1);
  const stored = `${key.tokenHash(token) ?? ''} ${key.codeHash(code) ?? ''}`;
  expect(stored).toMatch(/^[0-9a-f]{64} [0-9a-f]{64}$/);
  // Without the secret even whoever knows the code cannot say which hash is its.
  expect(stored).not.toContain(createDoorKey(Buffer.alloc(32, 8)).codeHash(code) ?? '');
});

test('a page’s word is good for that door, for a day, and as it was given', () => {
  const word = key.pageWord('t'.repeat(24), NONCE, NOW);
  expect(key.readPageWord('t'.repeat(24), word, NOW + 3_600_000)).toBe(NONCE.toString('base64url'));
  expect(key.readPageWord('u'.repeat(24), word, NOW)).toBeNull();
  expect(key.readPageWord('t'.repeat(24), word, NOW + 90_000_000)).toBeNull();
  expect(key.readPageWord('t'.repeat(24), word, NOW - 3_600_000)).toBeNull();
  expect(key.readPageWord('t'.repeat(24), word.replace(/^./, 'x'), NOW)).toBeNull();
  expect(key.readPageWord('t'.repeat(24), '', NOW)).toBeNull();
});
