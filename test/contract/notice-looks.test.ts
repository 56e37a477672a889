import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordLooks } from '../../src/steps/look/record-looks.ts';
import { success } from '../../src/domain/result.ts';
import type { LookOutcome } from '../../src/domain/look.ts';
import { textOfMessage } from '../../src/steps/notify/stored-draft.ts';
import type { World } from '../../src/ports/world.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { readyOperation } from '../support/sending.ts';
import type { ReadyOperation } from '../support/sending.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What a notice says of our own looks: those that were on record when it was drafted, and none that take an approval away. */

let database: TestDatabase;
let world: TestWorld;
let ready: ReadyOperation;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  ready = await readyOperation(database, world, { providers: 1, approved: false, armed: false });
}, 120_000);

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

async function draft(): Promise<{ readonly hash: string; readonly text: string; readonly missing: readonly string[] }> {
  return world.store.read(async (transaction) => {
    const [record] = await transaction.noticeRecords(ready.operation.id);
    if (record === undefined) throw new Error('nothing was drafted');
    const message = await transaction.noticeMessage(record.messageSha256);
    const text = (message === null ? null : textOfMessage(message)) ?? '';
    return { hash: record.hash, text: text.replaceAll(/\s+/g, ' '), missing: record.missing };
  });
}

async function look(outcome: LookOutcome, port = 443, by: World = world): Promise<void> {
  const [value = ''] = ready.hosts;
  await recordLooks(
    by,
    ready.operation,
    `${outcome}-${port}.csv`,
    [{ line: 1, value, look: success({ server: value, port, at: by.clock.now(), vantage: 'office', outcome, how: 'a TCP connect' }) }],
    'Cleo',
  ); // prettier-ignore
}

test('the look that opened the gates stands in the draft that people approve', async () => {
  const first = await draft();
  expect(first.missing).toEqual([]);
  expect(first.text).toMatch(
    /our last look before this was written that told anything, [-\d]{10} \d\d:\d\d UTC: it answered \(port 443\)/,
  );
});

test('a later look changes nothing that somebody may have approved; what is drafted anew tells it', async () => {
  const before = await draft();
  await look('inconclusive');
  await ready.runAgain();
  expect((await draft()).hash).toBe(before.hash);
  await look('dark');
  await ready.runAgain();
  const after = await draft();
  // A server that is dark may not be written to: nobody can approve that, and the draft says what was seen.
  expect(after.missing).not.toEqual([]);
  await ready.runAgain();
  expect((await draft()).text).toMatch(/it did not answer \(port 443\); what we ask stands all the same/);
  const settled = await draft();
  await ready.runAgain();
  expect((await draft()).hash).toBe(settled.hash);
});

test('a look that was recorded by a machine whose clock is ahead is told all the same', async () => {
  const ahead = { ...world, clock: { now: () => world.clock.now() + 120_000 } };
  await look('live', 443, ahead);
  await ready.runAgain();
  await ready.runAgain();
  expect((await draft()).text).toContain('it answered (port 443)');
});

test('neither a port nor what was found there is told of a look that the notice would not tell of otherwise', async () => {
  // A look goes to every port that some source names: one that may not be passed on, or that nobody believes, among them.
  world.setClock(world.clock.now() + 300_000);
  await look('dark', 4443);
  await ready.runAgain();
  await ready.runAgain();
  const { text, missing } = await draft();
  expect(missing).not.toEqual([]);
  expect(text).toContain('it answered (port 443)');
  expect(text).not.toContain('4443');
});
