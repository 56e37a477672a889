import { expect, it } from 'vitest';
import { compileBoundedPattern } from './bounded-pattern.ts';
import { growth } from '../../test/support/growth.ts';

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

it.each(['a*a*!', 'a?a?!', '(a|b)*a!', '(a|a)*!', '(a*)*!', 'a+a+!', '(a|aa)+!', '(a+)+!', '(a?)*a?!'])(
  'takes %s only where the ways through it do not double with each letter',
  (text) => {
    const pattern = compileBoundedPattern(text);
    const letters = (times: number): string => 'a'.repeat(10 * times);
    // Twice the text: 8 times as long where two repetitions may begin anywhere, 1024 times where each letter doubles the ways.
    const grows = pattern.ok ? growth(2, letters, (each) => pattern.value.test(each)) : 0;
    expect(grows).toBeLessThan(32);
  },
);

it('refuses alternatives that double the ways through with every group', () => {
  expect(compileBoundedPattern(`${'(a|a)'.repeat(20)}!`).ok).toBe(false);
});
