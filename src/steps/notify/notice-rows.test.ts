import { expect, test } from 'vitest';
import { sampleRow } from '../../../test/support/notice-facts.ts';
import type { NoticeCase } from '../../ports/store.ts';
import { assembleNotices } from './assemble-notices.ts';

const operation = { id: 'operation-1', name: 'n', drill: false, malware: 'Labbot' };
const rows = new Map(
  [
    sampleRow({ id: 'one', approvals: 1 }),
    sampleRow({ id: 'two', law: 'Law two', deadlineHours: 72, approvals: 2 }),
  ].map((row) => [row.id, row]),
);
const sighting = { group: 'Lab', port: null, label: null, importedAt: '2026-11-22T12:00:00.000Z', firstSeen: null, lastSeen: null, status: null }; // prettier-ignore
const caseOf = (change: Partial<NoticeCase>): NoticeCase => ({
  caseId: `case-${change.host ?? ''}`,
  state: 'decided',
  providerKey: 'as64500',
  method: 'abuse-notice',
  rowId: 'one',
  missing: [],
  hostType: 'address',
  host: '203.0.113.7',
  kind: 'dedicated',
  endpoints: [],
  sightings: [sighting],
  ...change,
});

test('each item knows law and deadline of its own row; the notice names all rows and asks for the most approvals', () => {
  const cases = [
    caseOf({ host: '203.0.113.7' }),
    caseOf({ host: '203.0.113.9', rowId: 'two' }),
    caseOf({ host: '203.0.113.8' }),
  ];
  const [notice] = assembleNotices(operation, cases, rows);
  expect(notice).toMatchObject({ row: { id: 'one' }, rowIds: ['one', 'two'], approvals: 2 });
  expect(notice?.items.map(({ row }) => [row?.id, row?.deadlineHours])).toEqual([
    ['one', 24],
    ['one', 24],
    ['two', 72],
  ]);
});

test('what our own people established stays marked as theirs', () => {
  const [notice] = assembleNotices(operation, [caseOf({ sightings: [{ ...sighting, own: true }, sighting] })], rows);
  expect(notice?.items[0]?.evidence.map(({ own }) => own)).toEqual([true, undefined]);
});
