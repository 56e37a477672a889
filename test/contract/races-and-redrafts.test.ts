import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImportOptions } from '../../src/steps/intake/import-options.ts';
import { parseImportOptions, report, run } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { drill, labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let database: TestDatabase;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of worlds) await world.store.close();
  await database?.close();
});

async function newWorld(sibling?: TestWorld): Promise<TestWorld> {
  const world = await openTestWorld(database, sibling);
  worlds.push(world);
  return world;
}

const attestedBy = (person: string): ImportOptions =>
  parseImportOptions({ format: 'list', attest: person, reason: 'seen in our sandbox' });

const locate = { locator: labLocator({ '198.18.': { asn: 64_500, holder: 'Lab Holder' } }), book: null, csirts: null };

async function attestationsIn(world: TestWorld): Promise<string[]> {
  const people: string[] = [];
  await world.store.read(async (transaction) => {
    for await (const page of transaction.ledgerReader().entries()) {
      for (const { entry, content } of page) {
        if (entry.kind !== 'import.attested' || content === 'erased') continue;
        const body: { person: string } = JSON.parse(content.body);
        people.push(body.person);
      }
    }
  });
  return people.toSorted((a, b) => (a < b ? -1 : 1));
}

test('two first imports of the same bytes at once keep both attestations', async () => {
  const one = await newWorld();
  const two = await newWorld(one);
  const file = await openTestFile(database, '198.18.0.1:443\n198.18.0.2:443\n');
  const sources = { ...(await openTestSources(database)), locate };
  await Promise.all([
    run(one, sources, { ...drill([file]), options: attestedBy('Anna') }),
    run(two, sources, { ...drill([file]), options: attestedBy('Bela') }),
  ]);
  expect(await attestationsIn(one)).toEqual(['Anna', 'Bela']);
  expect((await auditOf(one.store)).ok).toBe(true);
});

test('the same new attestation given twice at once is recorded once', async () => {
  const one = await newWorld();
  const two = await newWorld(one);
  const file = await openTestFile(database, '198.18.1.1:443\n');
  const sources = { ...(await openTestSources(database)), locate };
  await run(one, sources, { ...drill([file]), options: attestedBy('Anna') });
  const again = { ...drill([file]), options: attestedBy('Bela') };
  await Promise.all([run(one, sources, again), run(two, sources, again)]);
  expect(await attestationsIn(one)).toEqual(['Anna', 'Bela']);
});

test('a changed playbook restates the drafts, and no case is left without one', async () => {
  const world = await newWorld();
  const file = await openTestFile(database, '198.18.2.1:443\n198.18.2.2:443\n');
  const sources = { ...(await openTestSources(database)), locate };
  const request = { ...drill([file]), options: attestedBy('Anna') };
  const before = await run(world, sources, request);
  expect(before.cases.byState).toEqual({ drafted: 2 });
  const changed = { ...sources, methodTable: { ...sources.methodTable, sha256: 'c'.repeat(64) } };
  const after = await run(world, changed, request);
  expect(after.cases.byState).toEqual({ drafted: 2 });
  expect(after.notices.map(({ reference }) => reference)).toEqual(before.notices.map(({ reference }) => reference));
  const entries = (await report(world, request.operation.name)).ledger.entries;
  await run(world, changed, request);
  expect((await report(world, request.operation.name)).ledger.entries).toBe(entries);
});

test('a provider that is renamed keeps its file in the outbox', async () => {
  const world = await newWorld();
  const file = await openTestFile(database, '198.18.3.1:443\n');
  const sources = { ...(await openTestSources(database)), locate };
  const request = { ...drill([file]), options: attestedBy('Anna') };
  const [before] = (await run(world, sources, request)).notices;
  const renamed = {
    locator: labLocator({ '198.18.': { asn: 64_500, holder: 'Another Name' } }),
    book: null,
    csirts: null,
  };
  const [after] = (await run(world, { ...sources, locate: renamed }, request)).notices;
  expect(after?.provider).toBe('Another Name');
  expect(after?.file).toBe(before?.file);
});

test('what PostgreSQL has taken back at the end is no success, though nobody heard why', async () => {
  const { store } = await newWorld();
  const write = store.write(async (transaction) => {
    await transaction.keepMessage('a'.repeat(64), Buffer.from('kept, or so it seems'));
    // Whoever swallows a failure ends a transaction that is lost: the server answers the commit with ROLLBACK.
    await transaction.executeSql('select 1 / 0', []).catch(() => undefined);
    return 'done';
  });
  await expect(write).rejects.toMatchObject({
    problem: { code: 'database', message: expect.stringContaining('taken back') },
  });
  // The connection is good for the next.
  const kept = await store.write((transaction) =>
    transaction.executeSql('select count(*)::int as kept from notice_message', []),
  );
  expect(kept.rows).toEqual([{ kept: 0 }]);
});
