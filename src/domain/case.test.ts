import { expect, test } from 'vitest';
import { assertTransition, CASE_STATES, CASE_TRANSITIONS } from './case.ts';

test('nothing is drafted that was not decided, and nothing decided that was not identified', () => {
  const before = (state: string) => CASE_STATES.filter((from) => CASE_TRANSITIONS[from].some((to) => to === state));
  expect(before('drafted')).toEqual(['decided']);
  expect(before('identified')).toEqual(['held']);
  expect(before('decided')).not.toContain('held');
  expect(before('located')).not.toContain('held');
});

test('every case can be held again before its notice has been sent', () => {
  for (const from of CASE_STATES) expect(() => assertTransition(from, 'held')).not.toThrow();
});

test('a transition that the table does not name is refused, and standing still is none', () => {
  expect(() => assertTransition('held', 'drafted')).toThrow('held to drafted');
  expect(() => assertTransition('held', 'located')).toThrow('held to located');
  for (const state of CASE_STATES) expect(() => assertTransition(state, state)).not.toThrow();
});
