import { expect, test } from 'vitest';
import { derivedId } from './derived-id.ts';

test('the same parts give the same id, on every machine', () => {
  expect(derivedId('server', 'operation', 'address', '203.0.113.7')).toBe(
    derivedId('server', 'operation', 'address', '203.0.113.7'),
  );
  // Written down: ids stand in ledgers, and a change of the recipe would make new servers of all old ones.
  expect(derivedId('server', 'a', 'b')).toBe('1cff3fa5-a4bd-8e3b-89ad-6423f24fa92b');
});

test('other parts, kinds and boundaries give other ids', () => {
  const ids = [
    derivedId('server', 'ab', 'c'),
    derivedId('server', 'a', 'bc'),
    derivedId('server', 'abc'),
    derivedId('server', 'ab', 'c', ''),
    derivedId('server', '1'),
    derivedId('server', 1),
    derivedId('case', 'ab', 'c'),
    derivedId('server', '","'),
    derivedId('server', '', ''),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('an id says its version: 8 for ours, 4 where X-ARF asks for it', () => {
  expect(derivedId('notice', 'a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(derivedId('report', 'a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
