import { array, assert, asyncProperty } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operationReport } from '../../src/flow/report.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { openTestDatabase } from '../support/database.ts';
import type { WriteTransaction } from '../../src/ports/store.ts';
import type { TestDatabase } from '../support/database.ts';
import { ACT, canonicalReport, LittleHistory } from '../support/little-history.ts';
import { liveThrough } from '../support/history.ts';
import { openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// The report as of a past moment is the report that was made at that moment, byte for byte.

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

interface Kept {
  readonly at: Instant;
  readonly text: string;
}

/** Has a report made whenever that many entries have been added, at the moment at which they are there. */
function keepReports(world: TestWorld, name: string, every: number): readonly Kept[] {
  const kept: Kept[] = [];
  let entries = 0;
  const store = { ...world.store };
  Object.assign(world.store, {
    write: async <Value>(work: (transaction: WriteTransaction) => Promise<Value>): Promise<Value> => {
      const value = await store.write(work);
      const head = await world.store.read((transaction) => transaction.ledgerHead());
      if (head.entries < entries + every) return value;
      entries = head.entries;
      kept.push(await keep(world, name));
      return value;
    },
  });
  return kept;
}

async function keep(world: TestWorld, name: string): Promise<Kept> {
  const report = await operationReport(world, name, { asOf: null, staleDays: 7 });
  return { at: Date.parse(report.asOf), text: canonicalReport(report) };
}

async function expectSame(world: TestWorld, name: string, kept: readonly Kept[]): Promise<void> {
  for (const { at, text } of kept) {
    expect(canonicalReport(await operationReport(world, name, { asOf: at, staleDays: 7 }))).toBe(text);
  }
}

test('over all that an operation lives through', async () => {
  const world = await openTestWorld(database);
  const kept = keepReports(world, 'lab', 25);
  await liveThrough(database, world);
  const seen = [...kept];
  expect(seen.length).toBeGreaterThanOrEqual(5);
  expect(new Set(seen.map(({ text }) => text)).size).toBe(seen.length);
  await expectSame(world, 'lab', seen);
  await world.store.close();
}, 120_000);

test('over little histories: sources that contradict themselves, servers that go dark and come back', async () => {
  const sources = await openTestSources(database);
  await assert(
    asyncProperty(array(array(ACT, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 }), async (parts) => {
      const world = await openTestWorld(database);
      const history = new LittleHistory(database, world, sources);
      await history.begin();
      const kept: Kept[] = [];
      for (const acts of parts) {
        for (const act of acts) await history.carryOut(act);
        kept.push(await keep(world, 'lab'));
      }
      await history.carryOut({ kind: 'goes-dark', host: 0 });
      await expectSame(world, 'lab', kept);
      await world.store.close();
    }),
    { numRuns: 4, seed: 6, endOnFailure: true },
  );
}, 240_000);

test('a moment before the operation, or in the future, has no report', async () => {
  const world = await openTestWorld(database);
  await new LittleHistory(database, world, await openTestSources(database)).begin();
  const before = Date.UTC(2026, 0, 1);
  await expect(operationReport(world, 'lab', { asOf: before, staleDays: 7 })).rejects.toThrow(
    'There was no operation "lab"',
  );
  const later = world.clock.now() + 3_600_000;
  await expect(operationReport(world, 'lab', { asOf: later, staleDays: 7 })).rejects.toThrow('has not come yet');
  await world.store.close();
}, 60_000);

test('nothing of a look into the past is left: the tables are the real ones again, on the same connection', async () => {
  const world = await openTestWorld(database);
  const history = new LittleHistory(database, world, await openTestSources(database));
  await history.begin();
  const now = await keep(world, 'lab');
  await world.store.asOf(0, async (transaction) => {
    expect(await transaction.operations()).toEqual([]);
    expect(await transaction.ledgerHead()).toMatchObject({ entries: 0 });
  });
  world.setClock(now.at - 1000);
  expect((await keep(world, 'lab')).text).toBe(now.text);
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  await world.store.close();
}, 60_000);
