import { expect, test } from 'vitest';
import { SightingFold } from './fold.ts';
import type { NormalisedRow } from './normalise.ts';

const row = (line: number, host: string, more: Partial<NormalisedRow> = {}): NormalisedRow => ({
  line,
  hostType: 'address',
  host,
  port: 443,
  scheme: null,
  path: null,
  firstSeen: null,
  lastSeen: null,
  status: null,
  label: null,
  ...more,
});

const serverIdOf = ({ host }: NormalisedRow): string => `server of ${host}`;
const rejection = (line: number) => ({ type: 'rejection' as const, line, value: 'x', reason: 'why' });

test('gives rows in the order of the file’s lines, repeats counted at their first line', () => {
  const fold = new SightingFold();
  fold.reject(rejection(1));
  fold.add(row(2, '203.0.113.7'), serverIdOf);
  fold.reject(rejection(3));
  fold.reject(rejection(4));
  fold.add(row(5, '203.0.113.7'), serverIdOf);
  fold.add(row(6, '203.0.113.6'), serverIdOf);
  fold.add(row(7, '203.0.113.7'), serverIdOf);
  fold.reject(rejection(8));
  fold.reject(rejection(9));
  expect([...fold.rows()].map((found) => [found.line, found.type, 'repeats' in found ? found.repeats : 0])).toEqual([
    [1, 'rejection', 0],
    [2, 'sighting', 3],
    [3, 'rejection', 0],
    [4, 'rejection', 0],
    [6, 'sighting', 1],
    [8, 'rejection', 0],
    [9, 'rejection', 0],
  ]);
});

test.each([
  ['port', { port: 80 }],
  ['no port', { port: null }],
  ['scheme', { scheme: 'http' }],
  ['path', { path: '/' }],
  ['first seen', { firstSeen: '2021-01-17T00:00:00.000Z' }],
  ['last seen', { lastSeen: '2021-01-17T00:00:00.000Z' }],
  ['status', { status: 'online' as const }],
  ['label', { label: 'Examplebot' }],
  ['a label that says null', { label: 'null' }],
])('keeps two rows apart that differ in %s', (_, more) => {
  const fold = new SightingFold();
  fold.add(row(1, '203.0.113.7'), serverIdOf);
  fold.add(row(2, '203.0.113.7', more), serverIdOf);
  expect([...fold.rows()]).toHaveLength(2);
});

test('gives each sighting the id of its server, and nothing without rows', () => {
  const fold = new SightingFold();
  expect([...fold.rows()]).toEqual([]);
  fold.add(row(1, '203.0.113.7'), serverIdOf);
  expect([...fold.rows()]).toEqual([
    { type: 'sighting', ...row(1, '203.0.113.7'), serverId: 'server of 203.0.113.7', repeats: 1 },
  ]);
});
