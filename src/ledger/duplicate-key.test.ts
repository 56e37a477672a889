import { expect, test } from 'vitest';
import { duplicateKey } from './duplicate-key.ts';

test.each([
  ['{"a":1,"b":{"a":2}}', null],
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['[{"a":1},{"a":2}]', null],
  ['{"a":"{\\"b\\":1,\\"b\\":2}"}', null],
  ['{"a\\\\":1,"a\\\\":2}', 'a\\'],
])('%s', (text, key) => {
  expect(duplicateKey(text)).toBe(key);
});

test('a string of many megabytes is read like any other', () => {
  const long = 'a'.repeat(9_000_000);
  expect(duplicateKey(`{"row": "${long}", "row": 1}`)).toBe('row');
  expect(duplicateKey(`{"row": "${'\\\\'.repeat(500_000)}"}`)).toBe(null);
});
