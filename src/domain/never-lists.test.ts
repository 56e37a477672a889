import { expect, test } from 'vitest';
import { weakenedLists } from './never-lists.ts';

test('a setting that weakens a list of what must never be touched is found, and no other', () => {
  const effects = { 'root-servers': 'note', 'csirt-addresses': 'never', 'vpn-ipv4': 'hold', 'our-own': 'note' };
  expect(weakenedLists(effects)).toEqual(['root-servers']);
  expect(weakenedLists({})).toEqual([]);
});
