import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUORUM } from '../../src/domain/verdict.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Vantage } from '../../src/domain/vantage.ts';
import { findOperation, run } from '../../src/flow.ts';
import { recordRounds } from '../../src/steps/verify/record-rounds.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { BERLIN, NOWHERE, OSLO, POTSDAM, roundAt, serverOf, switchProbingOn } from '../support/rounds.ts';
import type { Behaviour } from '../support/rounds.ts';
import { enrolStaff } from '../support/sending.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const HOST = '127.66.0.1';

let database: TestDatabase;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of worlds) await world.store.close();
  await database?.close();
});

async function listOf<Item>(pages: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

async function openLab() {
  const world = await openTestWorld(database);
  worlds.push(world);
  const sources = await openTestSources(database);
  const file = await openTestFile(database, `${HOST}:443\n`);
  const go = () => run(world, sources, drill([file], { attest: 'Cy Example', reason: 'seen in the lab' }));
  await go();
  const operation = await findOperation(world, 'lab');
  await enrolStaff(world);
  await switchProbingOn(world, operation);
  const serverId = serverOf(operation, HOST);
  const begin = world.clock.now();
  const look = async (hours: number, met: readonly (readonly [Vantage, Behaviour])[]) => {
    const at: Instant = begin + hours * HOUR_MS;
    world.setClock(at);
    return recordRounds(world, operation, [roundAt(serverId, at, met)], { quorum: QUORUM });
  };
  const cases = async () => {
    const pages = await world.store.read((transaction) => listOf(transaction.cases(operation.id)));
    return pages.map(({ episode, state }) => `${episode} ${state}`);
  };
  const facts = async () => {
    const [found] = await world.store.read((transaction) => transaction.verdictFacts(operation.id, [serverId]));
    return found;
  };
  const differences = () => world.store.write((transaction) => transaction.stateDifferences());
  return { world, operation, serverId, begin, go, look, cases, facts, differences };
}

test('a server is confirmed dark by two vantages apart over six hours, and its case is closed', async () => {
  const { look, cases, facts, begin, differences } = await openLab();
  await look(0, [[BERLIN, 'tls one'], [OSLO, 'tls one']]); // prettier-ignore
  const first = await look(1, [[BERLIN, 'closed'], [OSLO, 'silent']]); // prettier-ignore
  expect(first.changes.map(({ kind, from, to }) => [kind, from, to])).toEqual([['changed', 'live', 'dark']]);
  await look(4, [[BERLIN, 'closed'], [OSLO, 'closed']]); // prettier-ignore
  expect(await cases()).toEqual(['1 decided']);
  const last = await look(7, [[BERLIN, 'closed'], [OSLO, 'closed']]); // prettier-ignore
  expect(last.changes.map(({ kind }) => kind)).toEqual(['confirmed-dark']);
  expect(await cases()).toEqual(['1 dark']);
  expect(await facts()).toMatchObject({
    verdict: {
      verdict: 'dark',
      darkAt: begin + HOUR_MS,
      lastLiveAt: begin,
      confirmedAt: begin + 7 * HOUR_MS,
    },
    confirmedDarkAt: begin + HOUR_MS,
  });
  expect(await differences()).toEqual([]);
});

test('vantages of one network, or of none, confirm nothing, and one that finds it alive keeps it alive', async () => {
  const { look, facts, cases } = await openLab();
  for (const hour of [0, 3, 6, 9]) await look(hour, [[BERLIN, 'closed'], [POTSDAM, 'closed'], [NOWHERE, 'closed']]); // prettier-ignore
  expect(await facts()).toMatchObject({ verdict: { verdict: 'dark', confirmedAt: null } });
  const seen = await look(10, [[BERLIN, 'closed'], [OSLO, 'accepts']]); // prettier-ignore
  expect(seen.changes).toMatchObject([{ kind: 'changed', from: 'dark', to: 'live' }]);
  expect(await cases()).toEqual(['1 decided']);
});

test('what comes back has a new case, linked to the old one, and goes the whole way again', async () => {
  const { look, cases, facts, go, differences, world, operation } = await openLab();
  await look(0, [[BERLIN, 'tls one']]);
  for (const hour of [1, 4, 7]) await look(hour, [[BERLIN, 'closed'], [OSLO, 'closed']]); // prettier-ignore
  const other = await look(8, [[BERLIN, 'tls somebody else'], [OSLO, 'closed']]); // prettier-ignore
  expect(other.changes).toMatchObject([{ kind: 'changed', to: 'answers-other' }]);
  expect(await cases()).toEqual(['1 dark']);
  const back = await look(9, [[BERLIN, 'closed'], [OSLO, 'tls one']]); // prettier-ignore
  expect(back.changes.map(({ kind }) => kind)).toEqual(['changed', 'returned']);
  expect(await cases()).toEqual(['1 dark', '2 identified']);
  await go();
  expect(await cases()).toEqual(['1 dark', '2 decided']);
  const servers = await world.store.read((transaction) => listOf(transaction.servers(operation.id)));
  expect(servers).toHaveLength(1);
  for (const hour of [10, 13, 16]) await look(hour, [[BERLIN, 'closed'], [OSLO, 'closed']]); // prettier-ignore
  expect(await cases()).toEqual(['1 dark', '2 dark']);
  expect((await facts())?.newestCase).toMatchObject({ episode: 2, state: 'dark' });
  expect(await differences()).toEqual([]);
});

test('nothing is recorded that was looked at out of bounds, or while probing was off', async () => {
  const { world, operation, serverId, begin } = await openLab();
  const record = (address: string, at: Instant) =>
    recordRounds(world, operation, [roundAt(serverId, at, [[BERLIN, 'closed']], address)], { quorum: QUORUM });
  await expect(record('127.0.0.1', begin + HOUR_MS)).rejects.toThrow(/out of bounds/);
  await expect(record('192.0.2.1', begin + HOUR_MS)).rejects.toThrow(/out of bounds/);
  await expect(record(HOST, begin - HOUR_MS)).rejects.toThrow(/not switched on/);
  await expect(record(HOST, begin + HOUR_MS)).resolves.toMatchObject({ looks: 1 });
});

test('a certificate as large as a server can send one costs nobody a round', async () => {
  const { world, operation, serverId, begin } = await openLab();
  const at = begin + HOUR_MS;
  const round = roundAt(serverId, at, [[BERLIN, 'tls one']]);
  // What OpenSSL takes of a chain (100 KiB), and what an agent may pass on in a line.
  const large = [Buffer.alloc(100 * 1024, 1), Buffer.alloc(150_000, 2), Buffer.alloc(1_000_000, 3)];
  const looks = round.looks.map((look) => ({ ...look, certificates: [...look.certificates, ...large] }));
  const recorded = await recordRounds(world, operation, [{ ...round, looks }], { quorum: QUORUM });
  expect(recorded.looks).toBe(1);
});
