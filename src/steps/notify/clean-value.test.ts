import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanValue } from './clean-value.ts';

test('keeps what can be seen, in any script', () => {
  expect(cleanValue('Zürich, 東京, قاهرة 😀')).toBe('Zürich, 東京, قاهرة 😀');
});

test('takes out invisible characters and turns every gap into one space', () => {
  expect(cleanValue(' a\u202Eb\u200B\uFEFF\u{E0041}\t\r\n c\u0085d\u00ADe\uE000 ')).toBe('ab c de');
});

test('cuts what is too long and says so with an ellipsis', () => {
  expect(cleanValue('x'.repeat(10_000), 100)).toBe(`${'x'.repeat(99)}…`);
});

test('gives one well-formed line within the limit for any value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (value, limit) => {
      const clean = cleanValue(value, limit);
      expect(Array.from(clean).length).toBeLessThanOrEqual(limit);
      expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(clean.isWellFormed()).toBe(true);
    }),
  );
});
