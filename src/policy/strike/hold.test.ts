import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HoldApproval, Strike } from '../../domain/strike.ts';
import { heldCases, heldUntil, isStruckNow, strikeState } from './hold.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 9);
const AIM = NOW + 6 * HOUR_MS;

function approval(person: string, more: Partial<HoldApproval> = {}): HoldApproval {
  return { person, role: 'approver', until: AIM, reason: 'r', approvedAt: NOW, stands: true, ...more };
}

const TWO = [approval('erika'), approval('cleo', { role: 'counsel' })];

function strike(more: Partial<Strike> = {}): Strike {
  return {
    strikeId: 's1',
    operationId: 'o',
    number: 1,
    strategy: 'simultaneous',
    aim: AIM,
    planHash: '',
    plannedAt: NOW - HOUR_MS,
    plannedBy: 'cleo',
    items: [{ noticeId: 'n1', notifyAt: AIM, mayForward: false, isDevice: false, cases: ['c1'] }],
    approvals: TWO,
    released: null,
    ...more,
  };
}

const held = (of: Partial<Strike>, now = NOW + 1): number | null => heldUntil('n1', [strike(of)], now)?.until ?? null;

test.each<[says: string, of: Partial<Strike>, until: number | null]>([
  ['two people, one of them counsel, hold it until its moment', {}, AIM],
  ['nobody holds it', { approvals: [] }, null],
  ['one does not', { approvals: TWO.slice(1) }, null],
  ['two who are no counsel do not', { approvals: [approval('erika'), approval('farid')] }, null],
  ['the same person twice does not', { approvals: [approval('cleo', { role: 'counsel' }), approval('cleo')] }, null],
  [
    'whoever is on record no more does not',
    { approvals: [approval('erika', { stands: false }), ...TWO.slice(1)] },
    null,
  ],
  [
    'the earlier of two ends counts',
    { approvals: [approval('erika', { until: NOW + 10 }), ...TWO.slice(1)] },
    NOW + 10,
  ],
  ['a release ends it', { released: { at: NOW, by: 'e', reason: 'r', isHarm: true } }, null],
  ['what it does not name is not held', { items: [] }, null],
])(/* prettier-ignore */ '%s', (_, of, until) => {
  expect(held(of)).toBe(until);
});

const anyStrike = fc
  .record({
    first: fc.integer({ min: 0, max: 72 }),
    second: fc.integer({ min: 0, max: 72 }),
    until: fc.integer({ min: 0, max: 200 }),
    notify: fc.integer({ min: 0, max: 200 }),
  })
  .map(({ first, second, until, notify }) =>
    strike({
      aim: NOW + notify * HOUR_MS,
      items: [{ noticeId: 'n1', notifyAt: NOW + notify * HOUR_MS, mayForward: true, isDevice: false, cases: [] }],
      approvals: [
        approval('erika', { approvedAt: NOW + first * HOUR_MS, until: NOW + until * HOUR_MS }),
        approval('cleo', { role: 'counsel', approvedAt: NOW + second * HOUR_MS, until: NOW + until * HOUR_MS }),
      ],
    }),
  );

test('however many strikes follow on each other, a notice is held for a day at most, and never past its moments', () => {
  fc.assert(
    fc.property(fc.array(anyStrike, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 300 }), (all, hours) => {
      const now = NOW + hours * HOUR_MS;
      const found = heldUntil('n1', all, now);
      if (found === null) return;
      const first = Math.min(...all.flatMap(({ approvals }) => approvals.map(({ approvedAt }) => approvedAt)));
      expect(found.until).toBeLessThanOrEqual(first + 24 * HOUR_MS);
      expect(found.until).toBeLessThanOrEqual(Math.max(...all.map(({ aim }) => aim)));
      expect(heldUntil('another', all, now)).toBeNull();
    }),
  );
});

test('what is found later is held by nothing', () => {
  expect([...heldCases([strike()], NOW + 1).keys()]).toEqual(['c1']);
});

test('where a strike stands follows from its approvals and the time', () => {
  const state = (of: Partial<Strike>, now = NOW + 1): string => strikeState(strike(of), now);
  expect(state({ approvals: [] })).toBe('planned');
  expect(state({ approvals: TWO.slice(1) })).toBe('half-approved');
  expect(state({})).toBe('held');
  expect(state({}, AIM)).toBe('struck');
  expect(state({ approvals: [] }, AIM)).toBe('expired');
  expect(state({ released: { at: NOW, by: 'e', reason: 'r', isHarm: false } }, AIM)).toBe('released');
});

test("within the hour after its moment a notice goes whatever the desk's hours; not before, not later, not once released", () => {
  expect(isStruckNow('n1', [strike()], AIM - 1)).toBe(false);
  expect(isStruckNow('n1', [strike()], AIM)).toBe(true);
  expect(isStruckNow('n1', [strike()], AIM + HOUR_MS)).toBe(false);
  expect(isStruckNow('n1', [strike({ approvals: [] })], AIM)).toBe(false);
  expect(isStruckNow('n2', [strike()], AIM)).toBe(false);
});
