import { afterAll, beforeAll, expect, test } from 'vitest';
import { operationReport } from '../../src/flow/report.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import type { JsonValue } from '../../src/ledger/canonical.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { OperationReport } from '../../src/domain/report.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { liveThrough } from '../support/history.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// The report as of a past moment is the report that was made at that moment, byte for byte.

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

export function canonical(report: OperationReport): string {
  // The report is JSON by its type; the cast says that interfaces are no index signatures.
  return canonicalJson(report as unknown as JsonValue);
}

interface Kept {
  readonly at: Instant;
  readonly text: string;
}

/** A world that makes a report after each entry that anybody appends, of all operations, at the moment at which it is made. */
async function keepingReports(world: TestWorld, names: readonly string[], every: number): Promise<Kept[]> {
  const kept: Kept[] = [];
  let entries = 0;
  const { write } = world.store;
  Object.assign(world.store, {
    write: async (...args: Parameters<typeof write>) => {
      const value = await write(...args);
      const { entries: now } = await world.store.read((transaction) => transaction.ledgerHead());
      if (now >= entries + every) {
        entries = now;
        for (const name of names) {
          if ((await world.store.read((transaction) => transaction.findOperation(name))) === null) continue;
          const report = await operationReport(world, name, { asOf: null });
          kept.push({ at: Date.parse(report.asOf), text: canonical(report) });
          // What comes next comes later than the report.
          world.clock.now();
        }
      }
      return value;
    },
  });
  return kept;
}

test('over all that an operation lives through', async () => {
  const world = await openTestWorld(database);
  const kept = await keepingReports(world, ['lab'], 6);
  await liveThrough(database, world);
  const seen = [...kept];
  expect(seen.length).toBeGreaterThan(10);
  for (const { at, text } of seen) {
    const report = await operationReport(world, 'lab', { asOf: at });
    expect(canonical(report)).toBe(text);
  }
  await world.store.close();
}, 120_000);
