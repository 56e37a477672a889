import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KNOWN_KINDS } from '../../src/adapters/postgres/projections.ts';
import { REPOSITORY } from '../support/cli.ts';

test('docs/events.md says what every kind of entry holds, once each', () => {
  const rows = readFileSync(join(REPOSITORY, 'docs/events.md'), 'utf8').split('\n');
  // What is personal and erasing has a table of its own, whose second cell is a class.
  const end = rows.findIndex((row) => row.startsWith('## What is personal'));
  const told = rows.slice(0, end).flatMap((row) => /^\| `([a-z-]+(?:\.[a-z-]+)?)`/.exec(row)?.[1] ?? []);
  const rest = rows.slice(end).join('\n');
  const kinds = KNOWN_KINDS.filter((kind) => kind !== 'erasure');
  expect(kinds.filter((kind) => !told.includes(kind))).toEqual([]);
  expect(told.filter((kind, index) => told.indexOf(kind) !== index)).toEqual([]);
  expect(told.filter((kind) => !kinds.includes(kind))).toEqual([]);
  expect(rest).toContain('`erasure`');
});
