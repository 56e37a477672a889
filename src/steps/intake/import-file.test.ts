import type { ImportOutcome } from '../../domain/import-outcome.ts';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localFiles } from '../../adapters/files/input-files.ts';
import type { Operation } from '../../domain/operation.ts';
import { openTestDatabase } from '../../../test/support/database.ts';
import type { TestDatabase } from '../../../test/support/database.ts';
import { openTestWorld } from '../../../test/support/world.ts';
import type { TestWorld } from '../../../test/support/world.ts';
import { importFile } from './import-file.ts';

import { parseImportOptions } from './import-options.ts';
import type { ImportWords } from './import-options.ts';
import { openOperation } from './open-operation.ts';
import { writeRejects } from './write-rejects.ts';

let database: TestDatabase;
let world: TestWorld;
let operation: Operation;
let files = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  operation = await openOperation(world, { name: 'lab', drill: true, malware: null });
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

async function importBytes(content: string | Uint8Array, words: ImportWords = {}): Promise<ImportOutcome> {
  const path = join(database.directory, `feed-${++files}`);
  await writeFile(path, content);
  const opened = await localFiles.open(path);
  if (!opened.ok) throw new Error(opened.problem.message);
  return importFile(world, operation, opened.value, parseImportOptions(words));
}

describe('a hostile feed', () => {
  test('never stops the import: what would break the database is cleaned or rejected', async () => {
    const labels = ['a\0b', '\u001b[2J', `${'a'.repeat(199)}🤖🤖`, '🤖'.repeat(5000), '\ufffd', '\u202e', '=1+1'];
    const dates = ['0000-01-01', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00', '2021-02-31', '1969-12-31'];
    const odd = [
      '203.0.113.7\0',
      'c2.example/\ufffd',
      `c2.example/${'🤖'.repeat(600)}`,
      `${'🤖'.repeat(400)}\0`,
      '\u202e',
    ];
    const lines = [
      'ip,first_seen,last_seen,malware',
      ...labels.map((label, index) => `203.0.113.${index},,,"${label}"`),
      ...dates.map((date, index) => `198.51.100.${index},${date},${date},`),
      ...odd.map((observable) => `${observable},,,`),
      '"203.0.113.99',
    ];
    // --format, as a NUL in the first bytes would otherwise say that this is no text.
    const outcome = await importBytes(lines.join('\n'), { format: 'csv' });
    expect(outcome).toMatchObject({ rows: 18, accepted: 13, rejected: 5, duplicate: false });
    for (const { value } of outcome.rejections) expect(value).not.toMatch(/[\p{Cc}\u202e]/u);
    const path = await writeRejects(world, operation, [outcome]);
    expect((await readFile(path ?? '', 'utf8')).split('\r\n')).toHaveLength(1 + 5 + 1);
  });

  test('in the Latin-1 that spreadsheets save, or in UTF-16, is read as what it is', async () => {
    const latin = Buffer.concat([Buffer.from('203.0.113.7\nb'), Buffer.of(0xfc), Buffer.from('cher.example\n')]);
    expect(await importBytes(latin)).toMatchObject({ format: 'list', accepted: 2, rejected: 0 });
    const wide = Buffer.from('\ufeffip,port\r\n203.0.113.8,443\r\n', 'utf16le');
    expect(await importBytes(wide)).toMatchObject({ format: 'csv', accepted: 1, rejected: 0 });
  });

  test('bytes that are not UTF-8 in a file that has been UTF-8 so far are rejected rows', async () => {
    const head = Buffer.from('203.0.113.9\n'.repeat(6000));
    const outcome = await importBytes(
      Buffer.concat([head, Buffer.from('b'), Buffer.of(0xfc), Buffer.from('cher.example\n')]),
    );
    expect(outcome).toMatchObject({ accepted: 6000, repeated: 5999, rejected: 1, rejections: [{ line: 6001 }] });
  });

  test('of nothing but rejects is still an import, and says every line', async () => {
    const outcome = await importBytes('127.0.0.1:1\n203.0.113.60:3333:443\n010.1.1.1\n');
    expect(outcome).toMatchObject({ accepted: 0, rejected: 3 });
    expect(outcome.rejections.map(({ line, value }) => [line, value])).toEqual([
      [1, '127.0.0.1:1'],
      [2, '203.0.113.60:3333:443'],
      [3, '010.1.1.1'],
    ]);
  });
});

describe('the format', () => {
  test('is CSV where columns are named, whatever the content looks like', async () => {
    expect(await importBytes('odd\n203.0.113.70\n', { map: 'server=odd' })).toMatchObject({
      format: 'csv',
      accepted: 1,
    });
    expect(await importBytes('203.0.113.71\n203.0.113.72\n', { map: 'server=1' })).toMatchObject({
      format: 'csv',
      accepted: 2,
    });
  });

  test.each([
    ['an empty file', ''],
    ['a binary file', 'PK\0\0'],
    ['JSON', '[\n{"ip": "203.0.113.7"}\n]'],
  ])('of %s is a problem with a hint', async (_, content) => {
    await expect(importBytes(content)).rejects.toMatchObject({ problem: { code: 'input', hint: expect.any(String) } });
  });
});

test('the same bytes again change nothing, under any name and options; a new attestation is kept once', async () => {
  const content = '203.0.113.80:443\n203.0.113.80:443\n';
  const entries = () => world.store.read(async (transaction) => (await transaction.ledgerHead()).entries);
  expect(await importBytes(content, { group: 'feed a' })).toMatchObject({
    accepted: 2,
    duplicate: false,
    group: 'feed a',
  });
  const before = await entries();
  expect(await importBytes(content, { group: 'feed b' })).toMatchObject({
    accepted: 2,
    duplicate: true,
    group: 'feed a',
  });
  expect(await entries()).toBe(before);
  const vouched = { attest: 'Ada Example', reason: 'seen in a sandbox' };
  expect(await importBytes(content, vouched)).toMatchObject({ duplicate: true });
  expect(await importBytes(content, vouched)).toMatchObject({ duplicate: true });
  expect(await entries()).toBe(before + 1);
});

describe('an operation', () => {
  test.each(['', '.', '..', '../x', 'a/b', '-a', 'a\0', 'a b', 'ü', 'a'.repeat(65)])(
    'is never called %j',
    async (name) => {
      await expect(openOperation(world, { name, drill: true, malware: null })).rejects.toMatchObject({
        problem: { code: 'usage' },
      });
    },
  );

  test('stays the drill, or the real one, that it was opened as', async () => {
    await expect(openOperation(world, { name: 'lab', drill: false, malware: null })).rejects.toMatchObject({
      problem: { code: 'refused' },
    });
    await openOperation(world, { name: 'real', drill: false, malware: null });
    await expect(openOperation(world, { name: 'real', drill: true, malware: null })).rejects.toMatchObject({
      problem: { code: 'refused' },
    });
  });
});
