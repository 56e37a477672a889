import { describe, expect, test } from 'vitest';
import type { MethodRow } from '../../domain/method.ts';
import type { Operation } from '../../domain/operation.ts';
import type { NoticeCase } from '../../ports/store.ts';
import { ownNoticeTexts, sampleFacts, sampleRow } from '../../../test/support/notice-facts.ts';
import { assembleNotices } from './assemble-notices.ts';
import { draftNotice } from './draft-notice.ts';

const operation: Operation = {
  id: 'an operation',
  name: 'lab',
  drill: true,
  malware: 'Examplebot',
  aliases: ['Exbot'],
};
const mild = sampleRow({ id: 'mild', approvals: 1 });
const strict = sampleRow({ id: 'strict', approvals: 3 });
const rows: ReadonlyMap<string, MethodRow> = new Map([mild, strict].map((row) => [row.id, row]));

const sighting = (group: string, label: string | null = null): NoticeCase['sightings'][number] => ({
  group, port: 443, evidence: 'listing', label, importedAt: '2026-11-24T00:00:00.000Z', firstSeen: null,
  lastSeen: '2026-11-23T00:00:00.000Z', status: null,
}); // prettier-ignore

const member = (number: number, more: Partial<NoticeCase> = {}): NoticeCase => ({
  caseId: `case ${number}`, state: 'decided', providerKey: 'as64500', method: 'abuse-notice', rowId: 'mild', missing: [],
  hostType: 'address', host: `203.0.113.${number}`, kind: 'unknown', endpoints: [{ port: 443, scheme: null, path: null }],
  sightings: [sighting('feed b'), sighting('feed a')], ...more,
}); // prettier-ignore

describe('the approvals that a notice needs', () => {
  test('are the most that any of its servers’ rows asks for, however few those are', async () => {
    const [group] = assembleNotices(operation, [member(1), member(2), member(3, { rowId: 'strict' })], rows);
    expect(group).toMatchObject({ row: { id: 'mild' }, approvals: 3 });
    const drafting = { texts: await ownNoticeTexts(), program: 'dismantle/test' };
    const facts = { ...sampleFacts(), row: mild, items: group?.items ?? [], reportIds: group?.reportIds ?? [] };
    expect(draftNotice({ ...facts, approvals: group?.approvals ?? 0 }, drafting).approvals).toBe(3);
    expect(draftNotice(facts, drafting).approvals).toBe(1);
  });
});

describe('sources', () => {
  test('are numbered in the order of their names, the same for all servers of a notice', () => {
    const [group] = assembleNotices(
      operation,
      [member(1), member(2, { sightings: [sighting('feed b'), sighting('')] })],
      rows,
    );
    expect(group?.items.map(({ evidence }) => evidence.map(({ source }) => source))).toEqual([
      ['2', '1'],
      ['2', ''],
    ]);
  });

  test('are named where the settings say so', () => {
    const [group] = assembleNotices(operation, [member(1)], rows, 'by-name');
    expect(group?.items[0]?.evidence.map(({ source }) => source)).toEqual(['feed b', 'feed a']);
  });

  test('that name another botnet are left out, and so is a server that nobody else names', () => {
    const other = [sighting('feed a', 'Otherbot')];
    const groups = assembleNotices(
      operation,
      [member(1, { sightings: other }), member(2, { sightings: [...other, sighting('feed b', 'win.exbot')] })],
      rows,
    );
    expect(groups[0]?.items.map(({ host, evidence }) => [host, evidence.length])).toEqual([['203.0.113.2', 1]]);
  });
});

describe('what is still missing', () => {
  test('for one server keeps no other one waiting', () => {
    const dark = member(2, { missing: ['not-seen-alive'] });
    const [group] = assembleNotices(operation, [member(1), dark, member(3)], rows);
    expect(group?.items.map(({ host }) => host)).toEqual(['203.0.113.1', '203.0.113.3']);
    expect(group?.missing).toEqual([]);
  });

  test('for all of them is said, with all of them in the draft', () => {
    const dark = member(2, { missing: ['not-seen-alive'] });
    const [group] = assembleNotices(operation, [member(1, { missing: ['no-fresh-probe'] }), dark], rows);
    expect(group?.items).toHaveLength(2);
    expect(group?.missing).toEqual(['no-fresh-probe', 'not-seen-alive']);
  });

  test('for one provider says nothing of another', () => {
    const groups = assembleNotices(
      operation,
      [member(1), member(2, { providerKey: 'as64501', missing: ['not-seen-alive'] })],
      rows,
    );
    expect(groups.map(({ missing }) => missing)).toEqual([[], ['not-seen-alive']]);
  });
});

test('endpoints beyond those that the store gives count as left out', () => {
  const [group] = assembleNotices(operation, [member(1, { endpointsBeyond: 7 })], rows);
  expect(group?.items[0]?.endpointsLeftOut).toBe(7);
});
