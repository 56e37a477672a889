import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importOnly, run } from '../../src/flow.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { InputFile } from '../../src/ports/input-files.ts';
import type { World } from '../../src/ports/world.ts';
import { importFile } from '../../src/steps/intake/import-file.ts';
import { openOperation } from '../../src/steps/intake/open-operation.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let database: TestDatabase;
const opened: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of opened) await world.store.close();
  await database?.close();
});

async function newWorld(sibling?: TestWorld): Promise<TestWorld> {
  const world = await openTestWorld(database, sibling);
  opened.push(world);
  return world;
}

const LAB: Parameters<typeof openOperation>[1] = { name: 'lab', drill: true, malware: null };

/** Lines for servers `from` to `to`, one endpoint or two each, some twice. */
function feedOf(from: number, to: number, day: number): string {
  const lines = ['first_seen,ip,port,last_online,malware'];
  for (let number = from; number < to; number++) {
    const host = `198.18.${Math.floor(number / 250)}.${number % 250}`;
    const line = `2026-11-${day} 10:00:00,${host},${443 + (number % 2)},2026-11-${day + 2},Examplebot`;
    lines.push(line);
    if (number % 3 === 0) lines.push(line);
    if (number % 5 === 0) lines.push(`,${host},8443,,`);
  }
  return lines.join('\n');
}

async function contentsOf(world: TestWorld): Promise<{ servers: readonly object[]; endpoints: readonly object[] }> {
  return inTransactionAs(database.access.app, world.organisationId, async (session) => ({
    servers: await session.rows(
      'select host_type, host, kind, first_seen, last_seen from server order by host_type, host',
    ),
    endpoints: await session.rows(
      `select host, port, scheme, path from endpoint join server using (organisation_id, server_id)
       order by host, port, scheme, path`,
    ),
  }));
}

describe('overlapping files', () => {
  const FEEDS = [feedOf(0, 400, 10), feedOf(200, 600, 5), feedOf(300, 700, 15), feedOf(0, 700, 12)];

  async function importInOrder(files: readonly InputFile[]): Promise<TestWorld> {
    const world = await newWorld();
    await importOnly(world, drill(files));
    return world;
  }

  test('give the same servers and endpoints in either order', async () => {
    const files = await Promise.all(FEEDS.map((text) => openTestFile(database, text)));
    const forwards = await contentsOf(await importInOrder(files));
    const backwards = await contentsOf(await importInOrder(files.toReversed()));
    expect(forwards.servers).toHaveLength(700);
    expect(backwards).toEqual(forwards);
  });

  test('imported by four at once lose nothing, double nothing, and leave a whole ledger', async () => {
    const files = await Promise.all(FEEDS.map((text) => openTestFile(database, text)));
    const expected = await contentsOf(await importInOrder(files));
    const first = await newWorld();
    const worlds = [first, await newWorld(first), await newWorld(first), await newWorld(first)];
    const summaries = await Promise.all(
      worlds.map((world, index) => {
        const file = files[index];
        if (file === undefined) throw new Error('a file for each');
        return importOnly(world, drill([file]));
      }),
    );
    expect(summaries.map(({ intake }) => intake.files[0]?.duplicate)).toEqual([false, false, false, false]);
    expect(await contentsOf(first)).toEqual(expected);
    expect(await auditOf(first.store)).toMatchObject({ ok: true, findings: [], entries: 5 });
  });

  test('carried through the whole flow by four at once end as if one after the other', async () => {
    const files = await Promise.all(FEEDS.map((text) => openTestFile(database, text)));
    const sources = await openTestSources(database);
    const attest = { attest: 'A. Analyst', reason: 'seen' };
    const serial = await newWorld();
    for (const file of files) await run(serial, sources, drill([file], attest));
    const expected = await run(serial, sources, drill([], attest));
    const first = await newWorld();
    const worlds = [first, await newWorld(first), await newWorld(first), await newWorld(first)];
    await Promise.all(worlds.map((world, index) => run(world, sources, drill(files.slice(index, index + 1), attest))));
    const summary = await run(first, sources, drill([], attest));
    expect(summary.servers).toEqual(expected.servers);
    expect(summary.cases).toEqual(expected.cases);
    expect(summary.methods).toEqual(expected.methods);
    expect(await auditOf(first.store)).toMatchObject({ ok: true, findings: [] });
  });
});

test('the same file imported by four at once is imported once and called a duplicate three times', async () => {
  const first = await newWorld();
  const worlds = [first, await newWorld(first), await newWorld(first), await newWorld(first)];
  const file = await openTestFile(database, feedOf(0, 50, 10));
  const summaries = await Promise.all(worlds.map((world) => importOnly(world, drill([file]))));
  expect(summaries.filter(({ intake }) => intake.files[0]?.duplicate === false)).toHaveLength(1);
  expect(await auditOf(first.store)).toMatchObject({ ok: true, entries: 2 });
});

describe('an import that is interrupted', () => {
  const BIG = feedOf(0, 9000, 10);

  async function rowsOf(world: TestWorld): Promise<Record<string, number>> {
    return inTransactionAs(database.access.app, world.organisationId, async (session) => {
      const counts: Record<string, number> = {};
      for (const table of [
        'import',
        'sighting',
        'rejection',
        'server',
        'endpoint',
        'batch',
        'ledger_entry',
        'ledger_body',
      ]) {
        counts[table] = (await session.row<{ n: number }>(`select count(*)::int as n from ${table}`))?.n ?? -1;
      }
      return counts;
    });
  }

  test.each([
    ['reading', 2],
    ['merging', 1],
  ])('in the middle of %s leaves nothing, and works the next time', async (what, after) => {
    const world = await newWorld();
    const operation: Operation = await openOperation(world, LAB);
    const before = await rowsOf(world);
    const file = await openTestFile(database, BIG);
    let steps = 0;
    const pressed = new AbortController();
    const interrupted: World = {
      ...world,
      signal: pressed.signal,
      progress: {
        step(text) {
          if (text.startsWith(what) && ++steps === after) pressed.abort();
        },
      },
    };
    const options = drill([], { attest: 'A. Analyst', reason: 'seen' }).options;
    await expect(importFile(interrupted, operation, file, options)).rejects.toMatchObject({
      problem: { code: 'interrupted' },
    });
    expect(steps).toBeGreaterThanOrEqual(after);
    expect(await rowsOf(world)).toEqual(before);
    expect(await auditOf(world.store)).toMatchObject({ ok: true, entries: 1 });

    expect(await importFile(world, operation, file, options)).toMatchObject({ duplicate: false, accepted: 13_800 });
    expect(await rowsOf(world)).toMatchObject({ import: 1, server: 9000, ledger_entry: 3 });
  });
});

describe('the outbox', () => {
  test('gets a message again that was removed or changed, byte for byte, and loses one that was withdrawn', async () => {
    const world = await newWorld();
    const file = await openTestFile(database, '192.0.2.11:443\n203.0.113.5:443\n');
    const request = drill([file], { attest: 'A. Analyst', reason: 'seen' });
    const { notices } = await run(world, await openTestSources(database), request);
    expect(notices).toHaveLength(2);
    const paths = notices.map((notice) => notice.file);
    const messages = await Promise.all(paths.map((path) => readFile(path)));
    const outbox = world.output.locate('lab', 'outbox');

    const [first = '', second = ''] = paths;

    await rm(first);
    await writeFile(second, 'something else');
    const again = await run(world, await openTestSources(database), request);
    expect(again.ledger.entries).toBe((await world.store.read((transaction) => transaction.ledgerHead())).entries);
    expect(await Promise.all(paths.map((path) => readFile(path)))).toEqual(messages);
    expect(await readdir(outbox)).toHaveLength(2);

    const held = await openTestSources(database, { warningLists: { sinkholes: ['203.0.113.5/32'] } });
    const after = await run(world, held, request);
    expect(after.notices).toHaveLength(1);
    expect((await readdir(outbox)).map((name) => join(outbox, name))).toEqual(
      after.notices.map((notice) => notice.file),
    );
  });
});
