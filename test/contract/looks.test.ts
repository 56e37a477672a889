import { afterAll, beforeAll, expect, test } from 'vitest';
import { PARTY_KINDS } from '../../src/domain/deconfliction.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import type { LookOutcome } from '../../src/domain/look.ts';
import { explain, run } from '../../src/flow.ts';
import { look } from '../../src/flow/look.ts';
import { sayLook } from '../support/deconfliction.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { enrol } from '../support/ssh-keys.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 23, 12);

let database: TestDatabase;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of worlds) await world.store.close();
  await database?.close();
});

interface Lab {
  readonly world: TestWorld;
  readonly go: () => Promise<void>;
  readonly missing: () => Promise<readonly string[]>;
  readonly explained: () => ReturnType<typeof explain>;
}

const LOOK_CODES: readonly string[] = ['no-fresh-probe', 'not-seen-alive'];

async function openLab(): Promise<Lab> {
  const world = await openTestWorld(database);
  worlds.push(world);
  const sources = await openTestSources(database);
  const file = await openTestFile(database, '192.0.2.11:443\n192.0.2.12\n');
  const go = async () =>
    void (await run(world, sources, drill([file], { attest: 'Cy Example', reason: 'seen in the lab' })));
  await go();
  const explained = () => explain(world, sources, 'lab', '192.0.2.11');
  const missing = async () =>
    (await explained()).case?.missing.filter((code) => LOOK_CODES.includes(code)) ?? ['no case'];
  return { world, go, missing, explained };
}

const ago = (hours: number): string => isoInstant(START - hours * HOUR_MS);

test('a server is found alive by a look of the last day, until it is over or another look finds otherwise', async () => {
  const { world, go, missing } = await openLab();
  const after = async (outcome: LookOutcome, hoursAgo: number) => {
    await sayLook(world, 'Ada Example', '192.0.2.11', outcome, ago(hoursAgo));
    await go();
    return missing();
  };
  expect(await missing()).toEqual(['no-fresh-probe']);
  expect(await after('live', 26)).toEqual(['no-fresh-probe']);
  expect(await after('inconclusive', 25)).toEqual(['no-fresh-probe']);
  expect(await after('live', 20)).toEqual([]);
  // One that told nothing, or is older, changes nothing.
  expect(await after('inconclusive', 19)).toEqual([]);
  expect(await after('dark', 22)).toEqual([]);
  expect(await after('dark', 10)).toEqual(['not-seen-alive']);
  expect(await after('live', 12)).toEqual(['not-seen-alive']);
  expect(await after('c2-live', 9)).toEqual([]);
  expect(await after('answers-other', 8)).toEqual(['not-seen-alive']);
  // Of two at one moment the one that speaks against it counts, whichever came first.
  expect(await after('live', 8)).toEqual(['not-seen-alive']);
  expect(await after('live', 7)).toEqual([]);
  expect(await after('dark', 7)).toEqual(['not-seen-alive']);
  expect(await after('live', 6)).toEqual([]);
  world.setClock(START + 19 * HOUR_MS);
  await go();
  expect(await missing()).toEqual(['no-fresh-probe']);
  expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
});

test('looks are explained with who saw what, from where, and how', async () => {
  const { world, explained } = await openLab();
  await sayLook(world, 'Ada Example', '192.0.2.11', 'dark', ago(3));
  await sayLook(world, 'Ada Example', '192.0.2.11', 'live', ago(5));
  const { looks, server, deconfliction } = await explained();
  expect(looks).toMatchObject([
    {
      at: START - 3 * HOUR_MS,
      outcome: 'dark',
      vantage: 'our own line',
      how: 'TLS handshake',
      person: 'Ada Example',
      port: 443,
    },
    { at: START - 5 * HOUR_MS, outcome: 'live' },
  ]);
  expect(server).toMatchObject({ lastLook: 'dark', lastLookAt: ago(3), handsOffBy: null });
  expect(deconfliction).toMatchObject({ state: 'never-asked', handsOff: null, rounds: [] });
  expect(PARTY_KINDS).toHaveLength(3);
});

test('a file of looks is one batch; what it repeats is counted, what is wrong is told by line', async () => {
  const { world } = await openLab();
  const text = [
    'server,port,at,vantage,outcome,how',
    `192.0.2.11,443,${ago(2)},our own line,live,TLS handshake`,
    `192.0.2.11,443,${ago(2)},our own line,live,the same again`,
    `hxxp://192.0.2[.]12:8080,,${ago(1)},our own line,dark,`,
    `192.0.2.99,,${ago(1)},our own line,dark,`,
    `192.0.2.12,,${ago(-5)},our own line,dark,`,
    `192.0.2.12,,${ago(24 * 31)},our own line,dark,`,
  ].join('\n');
  const file = await openTestFile(database, text);
  const first = await look(world, 'lab', file, 'Ada Example');
  expect(first).toMatchObject({ recorded: 2, repeated: 1, byOutcome: { live: 1, dark: 1 } });
  expect(first.rejected).toMatchObject([
    {
      file: file.name,
      line: 5,
      value: expect.stringContaining('192.0.2.99'),
      reason: 'the operation lab has no such server',
    },
    { line: 6, reason: expect.stringContaining('in the future') },
    { line: 7, reason: expect.stringContaining('30 days') },
  ]);
  const { entries } = await world.store.read((transaction) => transaction.ledgerHead());
  expect(await look(world, 'lab', file, 'Ada Example')).toMatchObject({ recorded: 0, repeated: 3 });
  // What changes nothing adds no entry.
  expect((await world.store.read((transaction) => transaction.ledgerHead())).entries).toBe(entries);
  const rows = await inTransactionAs(database.access.owner, world.organisationId, (session) =>
    session.rows('select host, port, outcome, person from probe join server using (server_id) order by position'),
  );
  expect(rows).toEqual([
    { host: '192.0.2.11', port: 443, outcome: 'live', person: 'Ada Example' },
    { host: '192.0.2.12', port: 8080, outcome: 'dark', person: 'Ada Example' },
  ]);
});

test('once people are on record, one of them has to have looked', async () => {
  const { world } = await openLab();
  await enrol(world, database.directory, 'Ada Example', ['admin']);
  await expect(sayLook(world, 'Eve Example', '192.0.2.11', 'live', ago(1))).rejects.toThrow('is not on record here');
  expect(await sayLook(world, 'ADA example', '192.0.2.11', 'live', ago(1))).toMatchObject({ recorded: 1 });
  const rows = await inTransactionAs(database.access.owner, world.organisationId, (session) =>
    session.rows('select person from probe'),
  );
  expect(rows).toEqual([{ person: 'ada example' }]);
});

test('a forged look in the tables is found: rows count because the ledger commits to them', async () => {
  const { world } = await openLab();
  await sayLook(world, 'Ada Example', '192.0.2.11', 'dark', ago(1));
  await inTransactionAs(database.access.owner, world.organisationId, async (session) => {
    await session.run(`update server_look set outcome = 'live', last_live_at = at`);
  });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([
    expect.stringContaining('server_look'),
  ]);
});
