import { expect, test } from 'vitest';
import { BEFORE_NOTICE, CASE_STATES, CASE_TRANSITIONS } from './case.ts';

test('nothing is drafted that was not decided, and nothing decided that was not identified', () => {
  const before = (state: string) => CASE_STATES.filter((from) => CASE_TRANSITIONS[from].some((to) => to === state));
  expect(before('drafted')).toEqual(['decided', 'approved']);
  expect(before('identified')).toEqual(['held']);
  expect(before('decided')).not.toContain('held');
  expect(before('located')).not.toContain('held');
});

test('every case can be held again before its notice has been sent', () => {
  const before: readonly string[] = BEFORE_NOTICE;
  for (const from of CASE_STATES) {
    expect(from === 'held' || CASE_TRANSITIONS[from].includes('held'), from).toBe(
      from === 'held' || before.includes(from),
    );
  }
});

test('nothing comes back behind a notice that was sent, and a retraction is the end', () => {
  const before: readonly string[] = BEFORE_NOTICE;
  for (const from of CASE_STATES.filter((state) => !before.includes(state))) {
    for (const to of CASE_TRANSITIONS[from]) expect(before, `${from} to ${to}`).not.toContain(to);
  }
  expect(CASE_TRANSITIONS.retracted).toEqual([]);
});
