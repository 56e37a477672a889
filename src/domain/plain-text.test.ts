import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test.each([
  ['Examplebot', 'Examplebot'],
  ['  Example bot ', 'Example bot'],
  ['a\0b', 'a b'],
  ['a\r\n\tb', 'a b'],
  ['\u001b[31mred', '[31mred'],
  ['a\u202eb\u2066c', 'a b c'],
  ['a\u2028b', 'a b'],
  ['a\ufffdb', 'a b'],
  ['a\ud800b', 'a b'],
  ['Troján 🤖', 'Troján 🤖'],
  ['\0\0', ''],
])('makes %j into %j', (text, expected) => {
  expect(plainText(text, 100)).toBe(expected);
});

test('cuts between characters, never inside one', () => {
  expect(plainText('🤖'.repeat(10), 4)).toBe('🤖🤖🤖…');
  expect(plainText('🤖'.repeat(4), 4)).toBe('🤖🤖🤖🤖');
  expect(plainText(`a${'🤖'.repeat(9999)}`, 200).isWellFormed()).toBe(true);
  expect(plainText('a'.repeat(10_000), 300)).toBe(`${'a'.repeat(299)}…`);
});

test('gives one well-formed line within its length for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 20 }), (one, other) => {
      const clean = plainText(`${one}${other.slice(0, 5)}\ud83e${one}`, 30);
      expect(clean.isWellFormed()).toBe(true);
      expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/u);
      expect(Array.from(clean).length).toBeLessThanOrEqual(30);
    }),
    { numRuns: 300 },
  );
});
