import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { report, run } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let database: TestDatabase;
let world: TestWorld;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
});

afterAll(async () => {
  await world.store.close();
  await database?.close();
});

test('a stored message that somebody changed is named, and never written into the outbox', async () => {
  const file = await openTestFile(database, '192.0.2.1:443\n');
  const sources = await openTestSources(database);
  const request = drill([file], { attest: 'Anna', reason: 'a test' });
  const [notice] = (await run(world, sources, request)).notices;
  expect(await world.store.read((transaction) => transaction.damagedMessages())).toEqual([]);
  await withClient(database.superuser, (session) =>
    session.run(`update dismantle.notice_message set message = 'forged'::bytea`),
  );
  expect(await world.store.read((transaction) => transaction.damagedMessages())).toEqual([notice?.reference]);
  await rm(notice?.file ?? '', { force: true });
  await expect(run(world, sources, request)).rejects.toThrow('is not the one that was drafted');
});

test('a drill cannot change what a real operation knows of a provider', async () => {
  const sources = await openTestSources(database);
  const providers = await world.store.read((transaction) => transaction.provider('book:Prairie Hosting'));
  expect(providers).toBeNull();
  const file = await openTestFile(database, '192.0.2.2:443\n');
  const other = await openTestWorld(database);
  await run(other, sources, drill([file], { attest: 'Anna', reason: 'a test' }));
  expect(await other.store.read((transaction) => transaction.provider('drill:book:Prairie Hosting'))).toMatchObject({
    contact: 'abuse@prairie-hosting.example',
  });
  await other.store.close();
});

test('names of operations do not differ by case alone, so that no keystroke turns a drill into a real one', async () => {
  const sources = await openTestSources(database);
  const file = await openTestFile(database, '192.0.2.3:443\n');
  const other = await openTestWorld(database);
  await run(other, sources, drill([file], { attest: 'Anna', reason: 'a test' }, 'Lab'));
  const real = { ...drill([file], {}, 'lab'), operation: { name: 'lab', drill: false, malware: null } };
  await expect(run(other, sources, real)).rejects.toThrow('is a drill');
  expect((await report(other, 'LAB')).operation).toBe('Lab');
  await other.store.close();
});
