import { expect, it } from 'vitest';
import { compileBoundedPattern } from './bounded-pattern.ts';

it.each([
  [String.raw`/^.*\.shop\.example$/i`, 'a.SHOP.example', 'shop.example'],
  [String.raw`^(www\.)?shop\.example$`, 'www.shop.example', 'ftp.shop.example'],
  [String.raw`^[a-z0-9]{4,8}\.example$`, 'abcd1.example', 'abc.example'],
  [String.raw`^(?:a|b)\.example$`, 'b.example', 'c.example'],
])('compiles %s', (text, fitting, other) => {
  const pattern = compileBoundedPattern(text);
  if (!pattern.ok) throw new Error(pattern.problem);
  expect(pattern.value.test(fitting)).toBe(true);
  expect(pattern.value.test(other)).toBe(false);
});

it.each([
  ['(a+)+$', 'repeated group'],
  ['(a|aa)*$', 'repeated group'],
  ['(a|a){20}$', 'repeated group'],
  ['a*a*a*$', 'repetitions'],
  ['a?a?a?a$', 'repetitions'],
  ['(a)?(a)?(a)?$', 'repetitions'],
  [String.raw`(a)\1`, 'back reference'],
  ['(?=a)b', 'look-around'],
  ['(?<!a)b', 'look-around'],
  ['/a/g', 'flags'],
  ['//', 'empty'],
  ['a'.repeat(201), 'longer than'],
  ['(a', 'not a regular expression'],
])('refuses %s', (text, reason) => {
  const pattern = compileBoundedPattern(text);
  expect(pattern.ok ? 'taken' : pattern.problem).toContain(reason);
});

it('answers the worst pattern that it takes within a moment', () => {
  const pattern = compileBoundedPattern('a*a*!');
  if (!pattern.ok) throw new Error(pattern.problem);
  const started = performance.now();
  expect(pattern.value.test('a'.repeat(253))).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});

it('refuses alternatives that double the ways through with every group', () => {
  expect(compileBoundedPattern(`${'(a|a)'.repeat(20)}!`).ok).toBe(false);
});
