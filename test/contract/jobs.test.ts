import { afterAll, beforeAll, expect, test } from 'vitest';
import { installJobs, openJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import { APP_ROLE } from '../../src/adapters/postgres/connect.ts';
import type { Job, Jobs } from '../../src/ports/jobs.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/** The promises of the port `Jobs`, kept by its adapter on a real PostgreSQL. */
let database: TestDatabase;
let world: TestWorld;
let jobs: Jobs;

const job = (queue: string, number: number): Job => ({ queue, organisationId: 'any', data: { number } });

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  await installJobs(database.access.owner, APP_ROLE);
  jobs = await openJobs(database.access.app);
});

afterAll(async () => {
  await jobs.close();
  await world.store.close();
  await database.close();
});

async function drained(queue: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  await jobs.drain(queue, (taken) => {
    seen.push(taken.data['number']);
    return Promise.resolve();
  });
  return seen;
}

test('a job exists exactly when its transaction was committed', async () => {
  await world.store.write((transaction) => jobs.send(transaction, job('committed', 1)));
  const failing = world.store.write(async (transaction) => {
    await jobs.send(transaction, job('committed', 2));
    throw new Error('the transaction fails');
  });
  await expect(failing).rejects.toThrow('the transaction fails');
  expect(await drained('committed')).toEqual([1]);
  expect(await drained('committed')).toEqual([]);
});

test('a job is not there before the commit', async () => {
  await world.store.write(async (transaction) => {
    await jobs.send(transaction, job('early', 1));
    expect(await drained('early')).toEqual([]);
  });
  expect(await drained('early')).toEqual([1]);
});

test('a job that fails stays, and the others go on', async () => {
  await world.store.write(async (transaction) => {
    for (const number of [1, 2, 3]) await jobs.send(transaction, job('failing', number));
  });
  const tried: unknown[] = [];
  const done = await jobs.drain('failing', (taken) => {
    tried.push(taken.data['number']);
    return taken.data['number'] === 2 ? Promise.reject(new Error('not now')) : Promise.resolve();
  });
  expect(new Set(tried)).toEqual(new Set([1, 2, 3]));
  expect(done).toBe(2);
});

test('of a job that is done nothing stays; of one that fails, what is to be tried again', async () => {
  await world.store.write(async (transaction) => {
    for (const number of [1, 2, 3]) await jobs.send(transaction, job('kept', number));
  });
  const rest = (): Promise<readonly { state: string }[]> =>
    inTransactionAs(database.superuser, world.organisationId, (session) =>
      session.rows<{ state: string }>(`select state::text from dismantle_jobs.job where name = 'kept' order by 1`),
    );
  expect(await rest()).toHaveLength(3);
  await jobs.drain('kept', (taken) =>
    taken.data['number'] === 2 ? Promise.reject(new Error('not now')) : Promise.resolve(),
  );
  expect(await rest()).toEqual([{ state: 'retry' }]);
});

test('two workers share a queue and no job is done twice', async () => {
  await world.store.write(async (transaction) => {
    for (let number = 0; number < 120; number++) await jobs.send(transaction, job('shared', number));
  });
  const other = await openJobs(database.access.app);
  const seen: unknown[] = [];
  const handler = (taken: Job): Promise<void> => {
    seen.push(taken.data['number']);
    return Promise.resolve();
  };
  const counts = await Promise.all([jobs.drain('shared', handler), other.drain('shared', handler)]);
  await other.close();
  expect(counts[0] + counts[1]).toBe(120);
  expect(new Set(seen).size).toBe(120);
});

test('installing again changes nothing', async () => {
  await world.store.write((transaction) => jobs.send(transaction, job('again', 1)));
  await installJobs(database.access.owner, APP_ROLE);
  expect(await drained('again')).toEqual([1]);
});
