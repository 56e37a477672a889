import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase } from '../../../test/support/database.ts';
import type { TestDatabase } from '../../../test/support/database.ts';
import { openTestWorld } from '../../../test/support/world.ts';
import type { TestWorld } from '../../../test/support/world.ts';
import { auditExport } from '../../ledger/audit.ts';
import type { AuditReport } from '../../ledger/audit.ts';
import { exportLedger } from '../../ledger/export.ts';
import { formatVerifierKey } from '../../ledger/note.ts';
import type { Store } from '../../ports/store.ts';
import { introduceKey, openKeyOf, rotateKey } from './rotate-key.ts';

let database: TestDatabase;
let world: TestWorld;
let dataDirectory: string;
const opened: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  world = await openTestWorld(database);
  opened.push(world);
  dataDirectory = await mkdtemp(join(database.directory, 'data-'));
});
afterAll(async () => {
  for (const each of opened) await each.store.close();
  await database?.close();
});

const WHY = { reason: 'why', lost: false };
const LOST = { reason: 'the disk died', lost: true };

const files = async (): Promise<string[]> => (await readdir(join(dataDirectory, 'keys'))).sort();

/** Audits the ledger as it would be exported now. */
function audit(knownKey?: string): Promise<AuditReport> {
  return world.store.read(async (transaction) => {
    const signer = await openKeyOf(transaction, dataDirectory, world.random);
    return auditExport(exportLedger(transaction.ledgerReader(), signer), knownKey === undefined ? {} : { knownKey });
  });
}

async function introduced(): Promise<string> {
  await introduceKey(world, dataDirectory);
  return world.store.read(async (transaction) =>
    formatVerifierKey(await openKeyOf(transaction, dataDirectory, world.random)),
  );
}

/** A store that is cut off at the end of its first writing, before or after that is committed. */
function cutOff(when: 'before' | 'after'): Store {
  return {
    ...world.store,
    async write(work) {
      const written = await world.store.write(async (transaction) => {
        const value = await work(transaction);
        if (when === 'before') throw new Error('cut off before the commit');
        return value;
      });
      throw new Error(`cut off after the commit of ${typeof written}`);
    },
  };
}

test('the first signing names the key once, however many sign at once', async () => {
  await Promise.all(Array.from({ length: 5 }, () => introduceKey(world, dataDirectory)));
  const report = await audit();
  expect(report).toMatchObject({ ok: true, entries: 1, keyChanges: [] });
});

test('two machines on one database do not both name a key: the second is told to get the first one', async () => {
  await introduced();
  dataDirectory = await mkdtemp(join(database.directory, 'data-'));
  await introduceKey(world, dataDirectory);
  await expect(audit()).rejects.toMatchObject({ problem: { hint: expect.stringContaining('from a backup') } });
});

test('a rotation is signed by the old key, whose seed is kept, and an auditor with the old key can follow', async () => {
  const first = await introduced();
  const rotated = await rotateKey(world, dataDirectory, WHY);
  expect(rotated).toMatchObject({ previousKey: first, lost: false });
  expect(await audit(first)).toMatchObject({
    ok: true,
    entries: 2,
    keyChanges: [{ sequence: 2, previousKey: first, verifierKey: rotated.verifierKey, lost: false, reason: 'why' }],
  });
  expect((await files()).join(' ')).toMatch(/^ledger-ed25519\.seed ledger-ed25519\.seed\.[0-9a-f]{8}\.old$/);
  await rotateKey(world, dataDirectory, WHY);
  expect(await audit(first)).toMatchObject({ ok: true, entries: 3 });
  expect(await files()).toHaveLength(3);
});

test('a lost key is replaced only where it is not there, and the report says so for ever', async () => {
  const first = await introduced();
  await expect(rotateKey(world, dataDirectory, LOST)).rejects.toMatchObject({
    problem: { code: 'refused', hint: expect.stringContaining('Leave --lost out') },
  });
  await rm(join(dataDirectory, 'keys', 'ledger-ed25519.seed'));
  await expect(rotateKey(world, dataDirectory, WHY)).rejects.toMatchObject({
    problem: { code: 'database', message: expect.stringContaining(first) },
  });
  expect(await files()).toEqual([]);
  await rotateKey(world, dataDirectory, LOST);
  expect(await audit()).toMatchObject({ ok: true, keyChanges: [{ lost: true, reason: 'the disk died' }] });
  expect((await audit(first)).findings).toMatchObject([{ kind: 'key' }]);
});

test('where the ledger names no key there is none to replace', async () => {
  for (const request of [WHY, LOST]) {
    await expect(rotateKey(world, dataDirectory, request)).rejects.toMatchObject({ problem: { code: 'refused' } });
  }
});

test('cut off before the entry, everything is as before; the seed that nothing names goes with the next rotation', async () => {
  const first = await introduced();
  await expect(rotateKey({ ...world, store: cutOff('before') }, dataDirectory, WHY)).rejects.toThrow(
    'before the commit',
  );
  expect((await files()).filter((name) => name.endsWith('.new'))).toHaveLength(1);
  expect(await audit(first)).toMatchObject({ ok: true, entries: 1, keyChanges: [] });
  await rotateKey(world, dataDirectory, WHY);
  expect(await audit(first)).toMatchObject({ ok: true, entries: 2 });
  expect((await files()).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('cut off after the entry, the next opening puts the new key in its place', async () => {
  const first = await introduced();
  await expect(rotateKey({ ...world, store: cutOff('after') }, dataDirectory, WHY)).rejects.toThrow('after the commit');
  expect((await files()).filter((name) => name.endsWith('.new'))).toHaveLength(1);
  const report = await audit(first);
  expect(report).toMatchObject({ ok: true, entries: 2 });
  expect(report.header?.verifierKey).toBe(report.keyChanges[0]?.verifierKey);
  expect((await files()).join(' ')).toMatch(/^ledger-ed25519\.seed ledger-ed25519\.seed\.[0-9a-f]{8}\.old$/);
});

test('the same with a lost key', async () => {
  await introduced();
  await rm(join(dataDirectory, 'keys', 'ledger-ed25519.seed'));
  await expect(rotateKey({ ...world, store: cutOff('after') }, dataDirectory, LOST)).rejects.toThrow(
    'after the commit',
  );
  expect(await audit()).toMatchObject({ ok: true, entries: 2, keyChanges: [{ lost: true }] });
  expect(await files()).toEqual(['ledger-ed25519.seed']);
});

test('of several rotations at once, the ledger records those that follow on each other, and the key is the last one', async () => {
  const first = await introduced();
  const settled = await Promise.allSettled(Array.from({ length: 4 }, () => rotateKey(world, dataDirectory, WHY)));
  const done = settled.filter(({ status }) => status === 'fulfilled').length;
  expect(done).toBeGreaterThan(0);
  for (const outcome of settled) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ problem: expect.anything() });
  }
  const report = await audit(first);
  expect(report).toMatchObject({ ok: true, entries: 1 + done });
  expect((await files()).filter((name) => name.endsWith('.new'))).toEqual([]);
});
