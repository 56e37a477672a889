import { expect, test } from 'vitest';
import { CASE_STATES, CASE_TRANSITIONS } from './case.ts';

test('nothing is drafted that was not decided, and nothing decided that was not identified', () => {
  const before = (state: string) => CASE_STATES.filter((from) => CASE_TRANSITIONS[from].some((to) => to === state));
  expect(before('drafted')).toEqual(['decided']);
  expect(before('identified')).toEqual(['held']);
  expect(before('decided')).not.toContain('held');
  expect(before('located')).not.toContain('held');
});

test('every case can be held again before its notice has been sent', () => {
  for (const from of CASE_STATES) expect(from === 'held' || CASE_TRANSITIONS[from].includes('held')).toBe(true);
});
