import { afterAll, beforeAll, expect, test } from 'vitest';
import { clockReads } from '../../src/adapters/postgres/clock-queries.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { stepsOf } from '../../src/steps/clock/sent-notice.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { sendTestNotice } from '../support/sent-notice.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// The clock reads those notices alone about which anything may still go by itself: the query must leave out none of them.

let database: TestDatabase;
let world: TestWorld;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

const STATES = ['notified', 'acknowledged', 'refused', 'contested', 'dark', 'settled', 'retracted'] as const;
/** The newest look at the first server, and when it was taken by the notice's leaving. */
const LOOKS = [
  null, ['live', '1 hour'], ['inconclusive', '1 hour'], ['dark', '-1 hour'], ['dark', '1 hour'], ['answers-other', '-1 hour'],
  ['answers-other', '1 hour'],
] as const; // prettier-ignore

test('whatever has become of its servers, no notice with something to do by itself is left out', async () => {
  const { operationId, notice } = await sendTestNotice(database, world);
  const tallied = await inTransactionAs(database.superuser, world.organisationId, async (session) => {
    // As only a test may: states are made here that no entry has led to.
    await session.run('set local session_replication_role = replica');
    await session.run(
      `update notice set contacts = array['abuse@host.example', 'noc@host.example'], next_contact = $2, copy = $2, reminders = $3, informed = $4
       where notice_id = $1`,
      [
        notice.noticeId,
        JSON.stringify({ subject: 'x', body: 'x' }),
        JSON.stringify([{ subject: 'x', body: 'x', afterHours: 24 }]),
        JSON.stringify([{ name: 'CERT', contact: 'cert@csirt.example' }]),
      ],
    );
    await session.run(
      `insert into dispatch_attempt (organisation_id, dispatch_id, attempt, recipient, message_sha256, host, port, attempted_at)
       select organisation_id, dispatch_id, 1, 'abuse@host.example', repeat('0', 64), 'host', 25, sent_at from dispatch
       where notice_id = $1 and kind = 'notice'`,
      [notice.noticeId],
    );
    const reads = clockReads(session);
    const cases = await session.rows<{ id: string; server: string }>(
      `select case_id as id, server_id as server from case_file where operation_id = $1 order by case_id`,
      [operationId],
    );
    const [first, second] = cases;
    if (first === undefined || second === undefined) throw new Error('the notice names two servers');
    const counts = { running: 0, over: 0, spared: 0 };
    for (const others of ['notified', 'dark'])
      for (const state of STATES)
        for (const look of LOOKS)
          for (const isTold of [true, false]) {
            await session.run('update case_file set state = $2 where case_id = $1', [second.id, others]);
            await session.run('update case_file set state = $2 where case_id = $1', [first.id, state]);
            await session.run(`update dispatch set state = $1 where kind = 'csirt-copy'`, [
              isTold ? 'sent' : 'cancelled',
            ]);
            await session.run('delete from server_look');
            for (const { server } of look === null ? [] : cases)
              await session.run(
                `insert into server_look (organisation_id, server_id, at, outcome, vantage)
                 select organisation_id, $2, sent_at + $3::interval, $4, 'x' from notice where notice_id = $1`,
                [notice.noticeId, server, look?.[1], look?.[0]],
              );
            const all = await reads.clockNotices(operationId);
            const running = await reads.runningNotices(operationId);
            const setup = { settings: CLOCK_DEFAULTS, rows: new Map() };
            const isWanted = all.flatMap((each) => stepsOf(each, setup)).some(({ automatic }) => automatic);
            if (isWanted) expect(running, `${others} ${state} ${String(look)} ${isTold}`).toEqual(all);
            if (isWanted) counts.running += 1;
            else counts.over += 1;
            if (running.length === 0) counts.spared += 1;
          }
    return counts;
  });
  expect(tallied.running).toBeGreaterThan(20);
  // Otherwise it would be the same query.
  expect(tallied.spared).toBeGreaterThan(tallied.over / 2);
});
