import { readdirSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientConfig } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { DEFAULT_ORGANISATION, migrate } from '../../src/adapters/postgres/migrate.ts';
import { openPostgresStore } from '../../src/adapters/postgres/postgres-store.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { seededRandom } from '../support/world.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** How many migrations the product has. */
const OURS = readdirSync(MIGRATIONS).length;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

async function migrationsFolder(further: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(database.directory, 'migrations-'));
  await cp(MIGRATIONS, folder, { recursive: true });
  for (const [name, sql] of Object.entries(further)) await writeFile(join(folder, name), sql);
  return folder;
}

function countOf(config: ClientConfig, from: string): Promise<number> {
  return withClient(config, async (session) => {
    const row = await session.row<{ n: number }>(`select count(*)::int as n from ${from}`);
    return row?.n ?? -1;
  });
}

const schemaTables = `pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'dismantle' and c.relkind = 'r'`;

test('five starters at once end with one schema, and a later start changes nothing', async () => {
  const empty = await database.addEmpty();
  const folder = await migrationsFolder({ '0902_more.sql': 'create table dismantle.more (organisation_id uuid);' });
  await Promise.all(Array.from({ length: 5 }, () => migrate(empty, folder)));
  await migrate(empty, folder);
  expect(await countOf(empty, 'public.dismantle_migration')).toBe(OURS + 1);
  expect(await countOf(empty, `${schemaTables} and c.relname in ('more', 'server')`)).toBe(2);
});

test('a migration that fails leaves nothing, names itself, and the ones before it stay', async () => {
  const empty = await database.addEmpty();
  const folder = await migrationsFolder({
    '0902_breaks.sql': 'create table dismantle.half (organisation_id uuid); select 1 / 0;',
    '0903_never.sql': 'create table dismantle.never (organisation_id uuid);',
  });
  await expect(migrate(empty, folder)).rejects.toMatchObject({
    problem: { code: 'database', message: expect.stringMatching(/0902_breaks\.sql failed: division by zero/) },
  });
  expect(await countOf(empty, `${schemaTables} and c.relname in ('half', 'never')`)).toBe(0);
  expect(await countOf(empty, 'public.dismantle_migration')).toBe(OURS);

  await writeFile(join(folder, '0902_breaks.sql'), 'create table dismantle.whole (organisation_id uuid);');
  await migrate(empty, folder);
  expect(await countOf(empty, `${schemaTables} and c.relname in ('whole', 'never')`)).toBe(2);
});

test('a database that a newer version has migrated is refused with that version, and stays as it is', async () => {
  const empty = await database.addEmpty();
  await migrate(empty, await migrationsFolder({ '0902_newer.sql': 'select 1;' }), '7.1.0');
  await expect(migrate(empty)).rejects.toMatchObject({
    problem: {
      code: 'outdated',
      message: expect.stringMatching(/migrated by dismantle 7\.1\.0 \(0902_newer\.sql\)/),
      hint: 'Use dismantle 7.1.0 here, too',
    },
  });
});

test('what a newer version says is compatible stops nobody, and what comes after it does', async () => {
  const empty = await database.addEmpty();
  const further = { '0902_index.sql': '-- compatible: an index more\nselect 1;' };
  await migrate(empty, await migrationsFolder(further));
  await migrate(empty);
  await migrate(empty, await migrationsFolder({ ...further, '0903_breaks.sql': '-- not compatible\nselect 1;' }));
  await expect(migrate(empty)).rejects.toMatchObject({
    problem: { code: 'outdated', message: expect.stringContaining('0903_breaks.sql') },
  });
});

test('a database from before versions were kept beside migrations is brought up to date', async () => {
  const empty = await database.addEmpty();
  await migrate(empty);
  await withClient(empty, (session) =>
    session.run('alter table public.dismantle_migration drop column version, drop column compatible'),
  );
  await migrate(empty);
  await migrate(empty, await migrationsFolder({ '0902_newer.sql': 'select 1;' }));
  await expect(migrate(empty)).rejects.toMatchObject({
    problem: { code: 'outdated', message: expect.stringContaining('migrated by a newer version of dismantle') },
  });
});

test('a program at work does nothing further once a newer version has migrated, reads included', async () => {
  const empty = await database.addEmpty();
  const schema = await migrate(empty);
  expect(schema).toMatch(/^\d{4}_/);
  const access = {
    owner: empty,
    app: { ...database.access.app, ...(empty.database === undefined ? empty : { database: empty.database }) },
  };
  const old = openPostgresStore({ ...access, schema }, DEFAULT_ORGANISATION, seededRandom(1));
  const unaware = openPostgresStore(access, DEFAULT_ORGANISATION, seededRandom(2));
  try {
    const entries = (): Promise<number> => old.read(async (transaction) => (await transaction.ledgerHead()).entries);
    const ask = (): Promise<void> => old.write((transaction) => transaction.askFor({ kind: 'run', subject: 'one' }, 0));
    expect(await entries()).toBe(0);
    await ask();
    const folder = await migrationsFolder({ '0902_index.sql': '-- compatible\nselect 1;' });
    await migrate(empty, folder, '7.0.0');
    await ask();
    await writeFile(join(folder, '0903_newer.sql'), 'select 1;');
    await migrate(empty, folder, '7.1.0');
    const outdated = {
      problem: { code: 'outdated', message: expect.stringContaining('dismantle 7.1.0 (0903_newer.sql)') },
    };
    await expect(entries()).rejects.toMatchObject(outdated);
    await expect(ask()).rejects.toMatchObject(outdated);
    await expect(old.readAsPartner('x', (reads) => reads.self())).rejects.toMatchObject(outdated);
    const work = await unaware.read((transaction) => transaction.workItem({ kind: 'run', subject: 'one' }, 1));
    expect(work?.asked).toBe(2);
  } finally {
    await old.close();
    await unaware.close();
  }
});

test('a migration that was changed after it had been applied is refused', async () => {
  const empty = await database.addEmpty();
  const folder = await migrationsFolder({ '0902_fixed.sql': 'select 1;' });
  await migrate(empty, folder);
  await writeFile(join(folder, '0902_fixed.sql'), 'select 2;');
  await expect(migrate(empty, folder)).rejects.toMatchObject({
    problem: { code: 'database', message: expect.stringContaining('0902_fixed.sql'), hint: expect.any(String) },
  });
});

test('a migration that was put in before one already applied is refused rather than skipped', async () => {
  const empty = await database.addEmpty();
  const folder = await migrationsFolder({ '0903_third.sql': 'select 3;' });
  await migrate(empty, folder);
  await writeFile(join(folder, '0902_second.sql'), 'select 2;');
  await expect(migrate(empty, folder)).rejects.toMatchObject({ problem: { code: 'database' } });
  await rm(join(folder, '0902_second.sql'));
  await migrate(empty, folder);
});

test('what the version before wrote is brought to what the ledger makes of it now', async () => {
  const empty = await database.addEmpty();
  const folder = await migrationsFolder();
  for (const name of readdirSync(folder)) if (name > '0003') await rm(join(folder, name));
  await migrate(empty, folder);
  // As the owner, whom the policies hold as well.
  const asOwner = (work: (session: Session) => Promise<void>): Promise<void> =>
    withClient(empty, async (session) => {
      await session.run('set search_path = dismantle');
      await session.run(`select set_config('dismantle.organisation', $1, false)`, [DEFAULT_ORGANISATION]);
      await work(session);
    });
  const [server, operation, notice] = ['a1', 'a2', 'a3'].map((end) => `00000000-0000-8000-8000-0000000000${end}`);
  await asOwner(async (session) => {
    await session.run(
      `insert into operation (organisation_id, operation_id, name, drill, opened_at)
       values (current_organisation(), $1, 'lab', true, '2026-11-20')`,
      [operation],
    );
    await session.run(
      `insert into ledger_entry (organisation_id, sequence, recorded_at, actor, kind, subject, commitment, previous_hash, hash)
       values (current_organisation(), 1, '2026-11-20', 'a test', 'server.attested', $1, $2, $2, $2)`,
      [server, '0'.repeat(64)],
    );
    // Taken back since, so that no row in server_attestation tells of it.
    await session.run(
      `insert into ledger_body (organisation_id, sequence, body, salt)
       values (current_organisation(), 1, '{"person":"Ada","schema":1}', $1)`,
      ['0'.repeat(64)],
    );
    await session.run(
      `insert into provider (organisation_id, key, name, type, trust, channel, source)
       values (current_organisation(), 'book:one', 'One', 'hosting', 'unknown', 'mail', 'a test')`,
    );
    await session.run(
      `insert into notice (organisation_id, notice_id, operation_id, provider_key, method, row_id, recipient, message_id, reference,
                           hash, message_sha256, file_name, missing, state, drafted_at)
       values (current_organisation(), $1, $2, 'book:one', 'abuse-notice', 'row', 'abuse@one.example', 'a@cert.example',
               'DSM-1', $3, $3, 'a.eml', '{}', 'drafted', '2026-11-20')`,
      [notice, operation, '0'.repeat(64)],
    );
  });
  await migrate(empty);
  await asOwner(async (session) => {
    expect(await session.rows('select server_id, person from dismantle.attester')).toEqual([
      { server_id: server, person: 'Ada' },
    ]);
    expect(await session.rows('select contacts from dismantle.notice')).toEqual([{ contacts: ['abuse@one.example'] }]);
    // The policies that stood aside for it hold again.
    const loose = await session.rows(
      `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'dismantle' and c.relkind in ('r', 'p') and c.relname <> 'case_transition' and not c.relforcerowsecurity`,
    );
    expect(loose).toEqual([]);
  });
});

test('when a server was last looked at is known of looks from before it was kept', async () => {
  const empty = await database.addEmpty();
  const folder = await migrationsFolder();
  for (const name of readdirSync(folder)) if (name > '0020') await rm(join(folder, name));
  await migrate(empty, folder);
  const asOwner = <Value>(work: (session: Session) => Promise<Value>): Promise<Value> =>
    withClient(empty, async (session) => {
      await session.run('set search_path = dismantle');
      await session.run(`select set_config('dismantle.organisation', $1, false)`, [DEFAULT_ORGANISATION]);
      return work(session);
    });
  const [looked, byHand] = ['b1', 'b2'].map((end) => `00000000-0000-8000-8000-0000000000${end}`);
  await asOwner(async (session) => {
    // Whose server it is, and whether probing was on, is not what is asked here.
    await session.run('alter table probe disable trigger probe_check');
    const rows: readonly (readonly [string | undefined, number, string | null])[] = [
      [looked, 0, '2026-11-20T08:00:00Z'],
      [looked, 1, '2026-11-21T08:00:00Z'],
      [looked, 2, null],
      [byHand, 3, null],
    ];
    for (const [server, position, round] of rows) {
      await session.run(
        `insert into probe (organisation_id, batch_id, position, server_id, at, vantage, outcome, how, person, round, finding, vantage_kind)
         values (current_organisation(), $1, $2, $3, '2026-11-22', 'oslo', 'live', 'x', 'y', $4,
                 case when $4::timestamptz is not null then 'own-service' end, case when $4::timestamptz is not null then 'direct' end)`,
        [looked, position, server, round],
      );
    }
    await session.run('alter table probe enable trigger probe_check');
    for (const server of [looked, byHand]) {
      await session.run(
        `insert into server_look (organisation_id, server_id, at, outcome, vantage) values (current_organisation(), $1, '2026-11-22', 'live', 'oslo')`,
        [server],
      );
    }
  });
  await migrate(empty);
  const found = await asOwner((session) =>
    session.rows(
      `select server_id as server, to_char(last_round at time zone 'UTC', 'YYYY-MM-DD') as day from server_look order by server_id`,
    ),
  );
  expect(found).toEqual([
    { server: looked, day: '2026-11-21' },
    { server: byHand, day: null },
  ]);
});
