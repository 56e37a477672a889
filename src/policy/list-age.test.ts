import { expect, it } from 'vitest';
import { isStale, staleAfterDays } from './list-age.ts';

const now = Date.parse('2026-11-25T09:00:00Z');

it.each([
  ['2026-11-25', 2, false],
  ['2026-11-23', 2, false],
  ['2026-11-22', 2, true],
  ['2020-10-12', 2, true],
  ['2020-10-12', null, false],
  // Tomorrow may be today elsewhere; next year cannot be.
  ['2026-11-26', 2, false],
  ['2027-11-25', 2, true],
  ['2026-02-30', 2, true],
])('a list of %s that keeps for %s days: stale %s', (date, days, stale) => {
  expect(isStale({ date }, now, days)).toBe(stale);
});

it('a list without a date has no age', () => {
  expect(isStale({ date: null }, now, 2)).toBe(false);
});

it('keeps as long as its kind does, and as the settings say', () => {
  expect(staleAfterDays('tor-exits', {})).toBe(2);
  expect(staleAfterDays('akamai', {})).toBe(90);
  expect(staleAfterDays('hetzner', {})).toBe(90);
  expect(staleAfterDays('sinkholes', {})).toBe(365);
  expect(staleAfterDays('rfc1918', 7)).toBeNull();
  expect(staleAfterDays('akamai', 7)).toBe(7);
  expect(staleAfterDays('akamai', { cdn: 30 })).toBe(30);
  expect(staleAfterDays('akamai', { cdn: 30, akamai: 10 })).toBe(10);
  expect(staleAfterDays('constructor', {})).toBe(365);
});
