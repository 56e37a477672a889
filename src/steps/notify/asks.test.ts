import { describe, expect, test } from 'vitest';
import { ASKS } from '../../domain/method.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { sampleItem, sampleRow } from '../../../test/support/notice-facts.ts';
import type { AskGroup, NoticeItem } from '../../domain/notice.ts';
import { askGroups as groupsBy } from './asks.ts';

const askGroups = (items: readonly NoticeItem[]): readonly AskGroup[] => groupsBy(items, sampleRow());
const { law, binding, deadlineHours } = sampleRow();
const basis = { law, binding, deadlineHours, names: [] };

describe('what is asked', () => {
  test('stands least intrusive first, whatever the order in the row', () => {
    const [group] = askGroups([sampleItem({ asks: ['suspend', 'null-route', 'preserve'] })]);
    expect(group?.asks).toEqual(['preserve', 'null-route', 'suspend']);
  });

  test.each(['iot-device', 'compromised-host'] as const)('never suspends or null-routes a victim: %s', (kind) => {
    const [group] = askGroups([sampleItem({ kind, asks: ASKS })]);
    expect(group?.asks).toEqual(['preserve', 'clean', 'block-hostname', 'isolate']);
    expect(askGroups([sampleItem({ kind, asks: ['preserve', 'suspend'] })])[0]?.asks).toEqual(['preserve', 'clean']);
  });

  test.each(['cdn-fronted', 'shared-hosting'] as const)('touches only the name on shared ground: %s', (kind) => {
    const [group] = askGroups([sampleItem({ kind, asks: ['preserve', 'null-route', 'suspend'] })]);
    expect(group?.asks).toEqual(['preserve', 'block-hostname']);
  });

  test.each(['unknown', 'dedicated'] as const)('where a name alone may be touched it is shared ground: %s', (kind) => {
    const [group] = askGroups([sampleItem({ kind, asks: ['preserve', 'block-hostname'] })]);
    expect(group).toMatchObject({ group: 'shared', asks: ['preserve', 'block-hostname'] });
    expect(askGroups([sampleItem({ kind, asks: ['preserve', 'isolate'] })])[0]?.group).toBe('controllers');
  });

  test('stays nothing for a referral', () => {
    for (const kind of SERVER_KINDS)
      expect(askGroups([sampleItem({ kind, asks: ['none'] })])[0]?.asks).toEqual(['none']);
  });

  test('adds no ask that the row left out on purpose', () => {
    expect(askGroups([sampleItem({ kind: 'iot-device', asks: ['preserve'] })])[0]?.asks).toEqual(['preserve']);
  });

  test('keeps victims apart from controllers in one notice', () => {
    const asks = ['suspend'] as const;
    const items = [sampleItem({ host: '203.0.113.8', kind: 'iot-device', asks }), sampleItem({ asks })];
    expect(askGroups(items)).toEqual([
      { group: 'controllers', asks: ['suspend'], hosts: ['203.0.113.7'], ...basis },
      { group: 'devices', asks: ['clean'], hosts: ['203.0.113.8'], ...basis },
    ]);
  });

  test('goes by the row of each server', () => {
    const items = [sampleItem({ asks: ['suspend'] }), sampleItem({ host: '203.0.113.8', asks: ['null-route'] })];
    expect(askGroups(items).map(({ asks, hosts }) => [asks, hosts])).toEqual([
      [['suspend'], ['203.0.113.7']],
      [['null-route'], ['203.0.113.8']],
    ]);
  });

  test.each([{ law: 'Another law' }, { binding: 'binding' }, { deadlineHours: null }] as const)(
    'keeps servers apart whose rows differ: %j',
    (change) => {
      const row = sampleRow(change);
      const groups = askGroups([sampleItem(), sampleItem({ host: '203.0.113.8', row })]);
      expect(groups.map(({ hosts }) => hosts)).toEqual([['203.0.113.7'], ['203.0.113.8']]);
      expect(groups[1]).toMatchObject(change);
      // The row's id alone tells nobody anything.
      expect(askGroups([sampleItem(), sampleItem({ row: sampleRow({ id: 'other' }) })])).toHaveLength(1);
    },
  );
});
