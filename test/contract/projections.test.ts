import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { replayLedger } from '../../src/adapters/postgres/ledger-store.ts';
import { TO_JUDGE, TO_LOCATE } from '../../src/adapters/postgres/step-facts.ts';
import { PROJECTED_TABLES } from '../../src/adapters/postgres/projections.ts';
import { CASE_STATES, CASE_TRANSITIONS } from '../../src/domain/case.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { liveThrough } from '../support/history.ts';
import { auditOf, exportOf } from '../support/ledger.ts';
import { projectLedger } from '../support/ledger-projection.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// State follows from the ledger alone: replayed by the program's own projections, and once more in plain TypeScript.

let database: TestDatabase;
let world: TestWorld;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  await liveThrough(database, world);
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

function asOwner<Value>(work: (session: Session) => Promise<Value>): Promise<Value> {
  return inTransactionAs(database.access.owner, world.organisationId, work);
}

async function tableContents(session: Session): Promise<Record<string, readonly string[]>> {
  const contents: Record<string, readonly string[]> = {};
  for (const table of PROJECTED_TABLES) {
    const rows = await session.rows<{ row: string }>(
      `select to_jsonb(t)::text as row from ${table} t order by to_jsonb(t)::text collate "C"`,
    );
    contents[table] = rows.map(({ row }) => row);
  }
  return contents;
}

test('the history is rich: every projected table has rows, every state and every way out of drafted was seen', async () => {
  const tables = await asOwner(tableContents);
  for (const table of PROJECTED_TABLES) expect(tables[table]?.length, table).toBeGreaterThan(0);
  const text = (await exportOf(world.store)).toString('utf8');
  for (const kind of [
    'operation.opened',
    'operation.described',
    'import.recorded',
    'import.attested',
    'identify.recorded',
    'locate.recorded',
    'decide.recorded',
    'notice.drafted',
    'notice.withdrawn',
  ]) {
    expect(text).toContain(`"kind":"${kind}"`);
  }
  for (const type of [
    'sighting',
    'withdrawal',
    'rejection',
    'configuration',
    'identification',
    'provider',
    'location',
    'decision',
  ]) {
    expect(text).toContain(`"type":"${type}"`);
  }
  const cases = await asOwner((session) =>
    session.rows<{ state: string; n: number }>('select state, count(*)::int as n from case_file group by 1 order by 1'),
  );
  expect(cases.map(({ state }) => state)).toEqual(expect.arrayContaining(['drafted', 'held']));
  expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
});

test('replaying the ledger into empty tables gives the same tables, row by row', async () => {
  const before = await asOwner(tableContents);
  const after = await asOwner(async (session) => {
    for (const table of PROJECTED_TABLES) await session.run(`delete from ${table}`);
    await replayLedger(session);
    return tableContents(session);
  });
  for (const table of PROJECTED_TABLES) expect(after[table], table).toEqual(before[table]);
});

test('imports, servers, endpoints, providers, cases and notices follow from the exported lines without any SQL', async () => {
  const projected = projectLedger((await exportOf(world.store)).toString('utf8'));
  const tables = await asOwner(async (session) => ({
    imports: await session.rows(
      `select import_id as id, file, independence_group as "group", rows, accepted, rejected from import order by import_id`,
    ),
    attestations: await session.rows(
      'select import_id as import, person, reason from attestation order by import_id, person, reason',
    ),
    servers: await session.rows(
      `select server_id as id, host_type as "hostType", host,
              to_char(first_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "firstSeen",
              to_char(last_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastSeen",
              provider_key as provider, asn::int, country
       from server order by server_id`,
    ),
    endpoints: await session.rows('select server_id as server, port, scheme, path from endpoint'),
    providers: await session.rows('select key, name, contact from provider order by key'),
    cases: await session.rows(
      `select case_id as id, server_id as server, state, held_by as "heldBy", method, row_id as row, missing
       from case_file order by case_id`,
    ),
    notices: await session.rows(
      `select notice_id as id, state, hash,
              array(select case_id::text from notice_item i where i.notice_id = n.notice_id order by 1) as cases
       from notice n order by notice_id`,
    ),
  }));
  const inOrder = (rows: readonly unknown[]): readonly string[] => rows.map((row) => JSON.stringify(row)).sort();
  expect(inOrder(projected.endpoints)).toEqual(inOrder(tables.endpoints));
  expect({ ...projected, endpoints: [] }).toEqual({ ...tables, endpoints: [] });
});

test('the same history with the same clock and chance has the same ledger root', async () => {
  const roots: string[] = [];
  for (let round = 0; round < 2; round++) {
    const twin = await openTestWorld(database, undefined, 4711);
    await liveThrough(database, twin);
    roots.push((await twin.store.read((transaction) => transaction.ledgerHead())).root);
    await twin.store.close();
  }
  expect(roots[0]).toBe(roots[1]);
});

test('the database allows the transitions that the domain allows, and no other', async () => {
  const rows = await asOwner((session) =>
    session.rows<{ from: string; to: string }>('select from_state as from, to_state as to from case_transition'),
  );
  const inDatabase = rows.map(({ from, to }) => `${from} → ${to}`).sort();
  const inDomain = CASE_STATES.flatMap((from) => CASE_TRANSITIONS[from].map((to) => `${from} → ${to}`)).sort();
  expect(inDatabase).toEqual(inDomain);
});

test('the database refuses every forbidden transition, and a case that begins further on than identified', async () => {
  const heldBy = (state: string): string[] => (state === 'held' ? ['a-list'] : []);
  for (const from of CASE_STATES) {
    for (const to of CASE_STATES) {
      const attempt = asOwner(async (session) => {
        await session.run('alter table case_file disable trigger case_file_transition');
        await session.run(`update case_file set state = $1, held_by = $2, method = 'abuse-notice'`, [
          from,
          heldBy(from),
        ]);
        await session.run('alter table case_file enable trigger case_file_transition');
        await session.run('update case_file set state = $1, held_by = $2', [to, heldBy(to)]);
        throw new Error('allowed, and taken back');
      });
      const allowed = from === to || CASE_TRANSITIONS[from].includes(to);
      await expect(attempt, `${from} → ${to}`).rejects.toThrow(
        allowed ? 'allowed, and taken back' : `a case cannot go from ${from} to ${to}`,
      );
    }
  }
  await expect(
    asOwner((session) =>
      session.run(
        `insert into case_file (organisation_id, case_id, operation_id, server_id, episode, state, state_since, opened_at,
                                held_by, groups, attested_by, ground_checked, list_hits)
         select organisation_id, gen_random_uuid(), operation_id, server_id, 2, 'located', state_since, opened_at,
                '{}', '{}', '{}', true, '[]' from case_file limit 1`,
      ),
    ),
  ).rejects.toThrow('a case cannot begin as located');
});

test('what few servers are judged and located by is read at once, and is what is read of each of many', async () => {
  await asOwner(async (session) => {
    const operations = await session.rows<{ id: string }>('select operation_id as id from operation order by name');
    const answers = { judged: 0, statements: 0, vouched: 0, ports: 0 };
    for (const { id } of operations) {
      const judged = await session.rows<{ statements: readonly object[]; attestedImports: readonly string[] }>(
        TO_JUDGE.few,
        [id],
      );
      expect(judged).toEqual(await session.rows(TO_JUDGE.many, [id]));
      const located = await session.rows<{ ports: readonly number[] }>(TO_LOCATE.few, [id]);
      expect(located).toEqual(await session.rows(TO_LOCATE.many, [id]));
      answers.judged += judged.length;
      answers.statements += judged.filter(({ statements }) => statements.length > 1).length;
      answers.vouched += judged.filter(({ attestedImports }) => attestedImports.length > 0).length;
      answers.ports += located.filter(({ ports }) => ports.length > 0).length;
    }
    for (const [what, count] of Object.entries(answers)) expect(count, what).toBeGreaterThan(0);
    expect(await session.row('select from last_withdrawal where port is not null')).not.toBeNull();
  });
});
