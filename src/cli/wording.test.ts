import { expect, test } from 'vitest';
import { CASE_STATES } from '../domain/case.ts';
import { NEEDS_CORROBORATION } from '../policy/corroboration.ts';
import { EFFECTS } from '../domain/list-effect.ts';
import { MISSING_CODES } from '../policy/missing.ts';
import { effectName, heldReason, missingReason, stateName } from './wording.ts';

test('every code that can be missing has its sentence', () => {
  for (const code of MISSING_CODES) expect([code, missingReason(code)]).not.toEqual([code, code]);
});

test('every state of a case has its words', () => {
  expect(CASE_STATES.map(stateName).every((words) => words !== '')).toBe(true);
  expect(new Set(CASE_STATES.map(stateName)).size).toBe(CASE_STATES.length);
});

test('every effect that a list can have on a server has its words', () => {
  const shown = EFFECTS.filter((effect) => effect !== 'reserved');
  expect(new Set(shown.map(effectName)).size).toBe(shown.length);
  expect(effectName('never')).not.toBe('never');
});

test('says what to do about a case that waits for a second group, and names the list otherwise', () => {
  expect(heldReason(NEEDS_CORROBORATION)).toContain('--group');
  expect(heldReason('sinkholes')).toContain('"sinkholes"');
});

test('a code that nobody has worded yet is shown as it is', () => {
  expect([missingReason('x'), stateName('x'), effectName('x')]).toEqual(['x', 'x', 'x']);
});
