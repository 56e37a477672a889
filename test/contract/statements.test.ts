import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { WriteTransaction } from '../../src/ports/store.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* How statements reach the database: one behind the other without waiting, and by plans that are kept where they are few in text. */

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

function open(transaction: WriteTransaction, id: string, name: string): Promise<void> {
  return transaction.append({
    actor: 'a test',
    recordedAt: world.clock.now(),
    kind: 'operation.opened',
    subject: id,
    body: { schema: 1, operation: id, name, drill: true, malware: null },
  });
}

test('what is asked often is planned once, from its first time on', async () => {
  const plans = await world.store.write(async (transaction) => {
    for (const name of ['one', 'two', 'three']) await transaction.findOperation(name);
    const { rows } = await transaction.executeSql(
      `select generic_plans::int as kept, custom_plans::int as anew from pg_prepared_statements where statement like '%lower(name)%'`,
      [],
    );
    return rows;
  });
  expect(plans).toEqual([{ kept: 3, anew: 0 }]);
});

test('what is about many rows is planned by its values, between statements whose plans are kept', async () => {
  const modes = await world.store.write(async (transaction) => {
    const mode = async (values: readonly unknown[]): Promise<unknown> =>
      (
        await transaction.executeSql(
          `select current_setting('plan_cache_mode') as mode${values.length > 0 ? ', $1::int' : ''}`,
          values,
        )
      ).rows[0]?.['mode'];
    const seen = [await mode([]), await mode([1])];
    await transaction.findOperation('one');
    return [...seen, await mode([])];
  });
  expect(modes).toEqual(['force_generic_plan', 'auto', 'force_generic_plan']);
});

test('a failure that nobody waited for ends the transaction with its own words, and nothing is kept', async () => {
  const id = randomUUID();
  await world.store.write((transaction) => open(transaction, id, 'the first'));
  const before = await world.store.read((transaction) => transaction.ledgerHead());
  // The key of the operation is taken: what follows from the entry fails, after the entry itself has been handed over.
  const atTheEnd = world.store.write((transaction) => open(transaction, id, 'the second'));
  await expect(atTheEnd).rejects.toThrow(/duplicate key .*operation_pkey/);
  const inBetween = world.store.write(async (transaction) => {
    await open(transaction, id, 'the third');
    await transaction.findOperation('the first');
  });
  await expect(inBetween).rejects.toThrow(/duplicate key .*operation_pkey/);
  const after = await world.store.read(async (transaction) => ({
    head: await transaction.ledgerHead(),
    names: (await transaction.operations()).map(({ name }) => name),
  }));
  expect(after).toEqual({ head: before, names: ['the first'] });
});

test('a beginning that fails lets nothing through that was handed over behind it', async () => {
  const old = { ...database, access: { ...database.access, schema: '0001_begin.sql' } };
  const { store } = await openTestWorld(old, world);
  try {
    const id = randomUUID();
    await expect(store.write((transaction) => open(transaction, id, 'too late'))).rejects.toMatchObject({
      problem: { code: 'outdated' },
    });
    const names = await world.store.read(async (transaction) =>
      (await transaction.operations()).map(({ name }) => name),
    );
    expect(names).not.toContain('too late');
  } finally {
    await store.close();
  }
});

test('each reading of one question is one packet: the end of the one before leaves with its beginning', async () => {
  const READINGS = 20;
  await world.store.read((transaction) => transaction.findOperation('one'));
  // The driver's socket hands each packet to one of these two.
  const written = [vi.spyOn(Socket.prototype, '_writev'), vi.spyOn(Socket.prototype, '_write')];
  try {
    for (let count = 0; count < READINGS; count++) {
      await world.store.read((transaction) => transaction.findOperation('one'));
    }
    const packets = written.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    expect(packets).toBeGreaterThanOrEqual(READINGS);
    // The end of the last leaves by itself; the question how large an operation is may come once.
    expect(packets).toBeLessThanOrEqual(READINGS + 2);
  } finally {
    for (const spy of written) spy.mockRestore();
  }
});

test('a reading that nothing follows ends by itself', async () => {
  await world.store.read((transaction) => transaction.findOperation('one'));
  // What comes next would bring the end along: asked by somebody else, whose own transaction is the only one.
  const other = await openTestWorld(database);
  try {
    const open = async (): Promise<unknown> =>
      other.store.write(async (transaction) => {
        const { rows } = await transaction.executeSql(
          `select count(*)::int as n from pg_stat_activity
           where datname = current_database() and state like 'idle in transaction%' and pid <> pg_backend_pid()`,
          [],
        );
        return rows[0]?.['n'];
      });
    let left = await open();
    for (let tries = 0; left !== 0 && tries < 100; tries++) {
      await sleep(20);
      left = await open();
    }
    expect(left).toBe(0);
  } finally {
    await other.store.close();
  }
});
