import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { erase, setKind } from '../../src/flow.ts';
import { operationReport } from '../../src/flow/report.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { canonicalReport, LittleHistory } from '../support/little-history.ts';
import { openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// The figures over the real store: three servers of two sources, and looks from one vantage or from two.

let database: TestDatabase;
let world: TestWorld;
let history: LittleHistory;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

beforeEach(async () => {
  world = await openTestWorld(database);
  history = new LittleHistory(database, world, await openTestSources(database));
  await history.begin();
  return () => world.store.close();
});

const report = () => operationReport(world, 'lab', { asOf: null, staleDays: 7 });

test('a quorum of two vantages disables; without a notice it is nobody’s credit; what comes back is open again', async () => {
  await history.carryOut({ kind: 'looks', host: 0, finds: 'live', vantages: 2 });
  await history.carryOut({ kind: 'goes-dark', host: 0 });
  const dark = await report();
  expect(dark.total).toMatchObject({ identified: 3, disabled: 1, darkUnprompted: 1, notLookedAt: 2, returned: 0 });
  expect(dark.isSingleVantage).toBe(false);
  expect(dark.vantages.map(({ name, looks }) => [name, looks])).toEqual([
    ['here', 5],
    ['there', 5],
  ]);
  expect(dark.identifyToDark).toMatchObject({ finished: 0, censored: 3 });
  await history.carryOut({ kind: 'looks', host: 0, finds: 'live', vantages: 2 });
  const back = await report();
  expect(back.total).toMatchObject({ identified: 3, disabled: 0, darkUnprompted: 0, live: 1, returned: 1 });
  expect(back.added.identified).toBe(0);
  expect(back.servers.find(({ hasReturned }) => hasReturned)?.caseIds).toHaveLength(2);
});

test('from a single vantage nothing is ever confirmed, however often it looks', async () => {
  for (let round = 0; round < 6; round++) {
    await history.carryOut({ kind: 'looks', host: 0, finds: 'dark', vantages: 1 });
    await history.carryOut({ kind: 'hours', hours: 3 });
  }
  const { total, isSingleVantage } = await report();
  expect(total).toMatchObject({ disabled: 0, provisionallyDark: 1 });
  expect(isSingleVantage).toBe(true);
});

test('two sources call servers online and we found one dark: the difference is listed for each of them', async () => {
  await history.carryOut({ kind: 'goes-dark', host: 0 });
  const { outside } = await report();
  expect(
    outside.map(({ source, online, ours, differences }) => [
      source,
      online,
      ours,
      differences.map(({ host, ours: found }) => [host, found]),
    ]),
  ).toEqual(
    ['alpha', 'beta'].map((source) => [
      source,
      3,
      { live: 0, dark: 1, other: 2 },
      [
        ['127.66.9.1', 'dark'],
        ['127.66.9.2', 'not-looked'],
        ['127.66.9.3', 'not-looked'],
      ],
    ]),
  );
});

test('after an erasure the report of an earlier moment says what is no longer known, and guesses nothing', async () => {
  await history.carryOut({
    kind: 'says',
    source: 'alpha',
    snapshot: false,
    lines: [{ host: 4, port: 443, status: 'online', day: 22 }],
  });
  await history.carryOut({
    kind: 'says',
    source: 'beta',
    snapshot: false,
    lines: [{ host: 4, port: 443, status: 'online', day: 22 }],
  });
  await history.carryOut({ kind: 'goes-dark', host: 4 });
  const made = await report();
  expect(made.total).toMatchObject({ identified: 4, disabled: 1 });
  expect(made.noLongerKnown).toBeUndefined();
  const imports = await world.store.read((transaction) => transaction.erasable(['import.recorded'], null));
  await erase(world, { sequences: imports.slice(-2).map(({ sequence }) => sequence) }, 'asked to');
  const again = await operationReport(world, 'lab', { asOf: Date.parse(made.asOf), staleDays: 7 });
  expect(again.ledger).toEqual(made.ledger);
  expect(again.total).toMatchObject({ identified: 3, disabled: 0 });
  expect(again.noLongerKnown).toMatchObject({ imports: 2 });
  expect(again.noLongerKnown?.sentence).toContain('2 imports');
  expect(canonicalReport(again)).not.toContain('127.66.9.5');
});

test('papers know every device, as soon as a person says that it is one, held ones too', async () => {
  expect((await report()).devices).toEqual([]);
  const [first] = (await report()).servers;
  if (first === undefined) throw new Error('there is no server');
  await setKind(world, 'lab', first.host, { person: 'Ada', reason: 'a camera', kind: 'iot-device' });
  expect((await report()).devices).toEqual([first.host]);
});
