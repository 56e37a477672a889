import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { retract } from '../../src/flow/clock.ts';
import { transparency } from '../../src/flow/transparency.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { ReadTransaction } from '../../src/ports/store.ts';
import type { TestDatabase } from '../support/database.ts';
import { setupOf } from '../support/history-of-mail.ts';
import { openMembers, openServed } from '../support/served.ts';
import { readyOperation } from '../support/sending.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* A year through the real store and over real HTTP. Whatever sends in a test is a drill, and has to be nowhere in it. */

let database: TestDatabase;
let world: TestWorld;
let ready: Awaited<ReturnType<typeof readyOperation>>;
let sent = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  ready = await readyOperation(database, world, { providers: 4 });
  await sendDue(world, setupOf(world, ready));
  const left = await world.store.read((transaction) => transaction.clockNotices(ready.operation.id));
  sent = left.filter(({ sentAt }) => sentAt !== null).length;
  expect(sent).toBeGreaterThan(2);
  const { methodTable, notices } = ready.sources;
  const wrong = left.find(({ sentAt }) => sentAt !== null)?.cases[0]?.host ?? '';
  const words = { name: 'Cleo', target: wrong, reason: 'it is of a university' };
  await retract(world, ready.staff.cleo.signing, { methodTable, notices, clock: CLOCK_DEFAULTS }, 'lab', words);
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

const wish = { year: 2026, asOf: null, organisation: 'Example CERT', nameOperations: true, nameProviders: true };

/** What nobody can do but by hand: the tests' only operations are drills. */
async function asIfReal(drill: boolean): Promise<void> {
  await inTransactionAs(database.superuser, world.organisationId, async (session) => {
    await session.run(`set local session_replication_role = replica`);
    await session.run(`update dismantle.operation set drill = $1`, [drill]);
  });
}

test('of drills nothing is told, however many notices they sent', async () => {
  const report = await transparency(world, wish);
  expect(report).toMatchObject({ operations: [], byProvider: [], total: { notices: 0, servers: 0, mistakes: { serversTakenBack: 0 } } });
}); // prettier-ignore

test('notices that left, what was taken back, and nothing that names a server', async () => {
  await asIfReal(false);
  try {
    const report = await transparency(world, wish);
    expect(report.total).toMatchObject({
      notices: sent,
      servers: sent,
      providers: sent,
      mistakes: { serversTakenBack: 1, told: 1, wrongNotices: 1 },
      outcomes: { wrong: 1 },
      byCountry: [{ count: sent }],
    });
    expect(report.operations).toMatchObject([{ operation: 'lab', notices: sent }]);
    // Each has one, which is too few.
    expect(report.byProvider).toEqual([{ key: 'other', count: sent }]);
    expect(JSON.stringify(report)).not.toMatch(/198\.18|abuse@|Host \d/);
    expect((await transparency(world, { ...wish, year: 2025 })).operations).toEqual([]);
    await expect(transparency(world, { ...wish, year: 2027 })).rejects.toThrow(/2027 had not begun/);
  } finally {
    await asIfReal(true);
  }
});

test('a past moment has what it is made from', async () => {
  const now = world.clock.now();
  const { id } = ready.operation;
  const read = (transaction: ReadTransaction) =>
    Promise.all([transaction.notices(id), transaction.figureFacts(id), transaction.authorities().list(id)]);
  const [notices, facts] = await world.store.asOf(now, read);
  expect(facts.services).toHaveLength(sent);
  for (const { reference } of facts.services) expect(notices.map((each) => each.reference)).toContain(reference);
  expect(await transparency(world, { ...wish, asOf: now })).toMatchObject({ operations: [], isWholeYear: false });
});

test('over HTTP, as JSON and as a table, to whoever is of the organisation', async () => {
  const served = await openServed(database, { worlds: [world] });
  try {
    const other = await openTestWorld(database);
    const members = await openMembers(other, database.directory);
    const { token } = await members.person('Ana Example', ['auditor']);
    const json = await served.ask('/api/v1/transparency?year=2026', { token });
    expect(z.looseObject({ year: z.literal(2026), organisation: z.string() }).parse(await json.json()).year).toBe(2026);
    const csv = await served.ask('/api/v1/transparency?year=2026&format=csv', { token });
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="transparency-2026.csv"');
    expect(await csv.text()).toMatch(/^scope,measure,key,value\r\nreport,year,,2026\r\n/);
    for (const query of ['', '?year=26', '?year=2026&name=x', '?year=2026&format=html']) {
      expect((await served.ask(`/api/v1/transparency${query}`, { token })).status, query).toBe(400);
    }
    expect((await served.ask('/api/v1/transparency?year=2026')).status).toBe(401);
    await other.store.close();
  } finally {
    await served.close();
  }
});
