import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openMembers, openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* The key that signs the ledger, over real HTTP: asking for it makes none, and a lost one is not taken for one that nobody has made. */

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let token: string;
let seed: string;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

beforeEach(async () => {
  await served?.close();
  await world?.store.close();
  world = await openTestWorld(database);
  served = await openServed(database, { worlds: [world] });
  const members = await openMembers(world, database.directory);
  token = await members.token({ kind: 'service', roles: ['auditor'] }, ['read']);
  seed = join(served.app.dataDirectory, 'keys', 'ledger-ed25519.seed');
});

const isMade = (): Promise<boolean> =>
  access(seed).then(
    () => true,
    () => false,
  );

test('asking makes no key: a ledger that nobody has signed is said to be that', async () => {
  const open = await served.ask('/keys');
  expect(open.status).toBe(404);
  expect(await open.json()).toMatchObject({ detail: 'the ledger is not signed yet' });
  const exported = await served.ask('/api/v1/ledger/export', { token });
  expect(exported.status).toBe(409);
  expect(await exported.json()).toMatchObject({
    detail: 'the ledger is not signed yet',
    hint: expect.stringContaining('dismantle ledger export'),
  });
  await expect(isMade()).resolves.toBe(false);
  await served.app.introduceLedgerKey(world);
  expect(await (await served.ask('/keys')).text()).toMatch(/^\S+\+[0-9a-f]{8}\+\S+\n$/);
  expect((await served.ask('/api/v1/ledger/export', { token })).status).toBe(200);
});

test.each([
  ['gone', () => rename(seed, `${seed}.elsewhere`)],
  ['something else', () => writeFile(seed, 'no key\n')],
  ['another key', () => writeFile(seed, `${'ab'.repeat(32)}\n`)],
  ['a folder', () => rename(seed, `${seed}.elsewhere`).then(() => mkdir(seed))],
])('a key that is %s is told to members as what it is, and to nobody else', async (_name, lose) => {
  await served.app.introduceLedgerKey(world);
  await lose();
  const open = await served.ask('/keys');
  const text = await open.text();
  expect(open.status).toBe(503);
  expect(open.headers.get('content-type')).toBe('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ detail: 'the service cannot do this just now' });
  expect(text).not.toContain('seed');
  expect(served.log.at(-1)?.fault).toMatchObject({ problem: { message: expect.stringContaining(seed) } });
  const exported = await served.ask('/api/v1/ledger/export', { token });
  expect(exported.status).toBe(409);
  const told = await exported.text();
  expect(JSON.parse(told)).toMatchObject({
    detail: expect.stringContaining('the key that the ledger names is not here'),
    hint: expect.stringContaining('dismantle ledger rotate-key --lost'),
  });
  // Where the service keeps its files is nobody's business.
  expect(told).not.toContain(served.app.dataDirectory);
});
