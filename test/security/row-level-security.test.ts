import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { openPostgresStore } from '../../src/adapters/postgres/postgres-store.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { liveThrough } from '../support/history.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// CWE-639 and CWE-863: one organisation reads or writes another's rows because a table, key or query forgot to ask.
// The lists of tables come from PostgreSQL's own catalogue, so a new table without protection fails here.

/** The same for everybody, and nobody's to change. */
const SHARED_TABLE = 'case_transition';
const APPEND_ONLY = [
  'ledger_entry',
  'ledger_body',
  'batch',
  'sighting',
  'withdrawal',
  'rejection',
  'configuration_record',
  'identification',
  'location',
  'decision',
  'provider_version',
  'notice_message',
  'organisation',
];

let database: TestDatabase;
let ours: TestWorld;
let theirs: TestWorld;
/** Those that are reached by name. */
let tables: readonly string[];
/** Parts of a table, reached through it alone. */
let partitions: readonly string[];
let views: readonly string[];

beforeAll(async () => {
  database = await openTestDatabase();
  ours = await openTestWorld(database);
  theirs = await openTestWorld(database);
  await liveThrough(database, ours);
  await liveThrough(database, theirs);
  const relations = await asSuperuser((session) =>
    session.rows<{ name: string; kind: string; partition: boolean }>(
      `select c.relname as name, c.relkind as kind, c.relispartition as partition
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'dismantle' and c.relkind in ('r', 'p', 'f', 'm', 'v') order by 1`,
    ),
  );
  const named = (wanted: (relation: (typeof relations)[number]) => boolean): readonly string[] =>
    relations.filter((relation) => wanted(relation) && relation.name !== SHARED_TABLE).map(({ name }) => name);
  tables = named(({ kind, partition }) => kind !== 'v' && !partition);
  partitions = named(({ partition }) => partition);
  views = named(({ kind }) => kind === 'v');
  expect(partitions.length).toBeGreaterThan(5);
});

afterAll(async () => {
  await ours?.store.close();
  await theirs?.store.close();
  await database?.close();
});

function asSuperuser<Value>(work: (session: Session) => Promise<Value>): Promise<Value> {
  return inTransactionAs(database.superuser, null, work);
}

function asApp<Value>(organisationId: string | null, work: (session: Session) => Promise<Value>): Promise<Value> {
  return inTransactionAs(database.access.app, organisationId, work);
}

async function count(session: Session, table: string, where = 'true'): Promise<number> {
  const row = await session.row<{ n: number }>(`select count(*)::int as n from dismantle.${table} where ${where}`);
  return row?.n ?? -1;
}

/** The statement must fail with `insufficient_privilege`, which row-level security uses as well. */
async function expectRefused(organisationId: string | null, sql: string): Promise<void> {
  await expect(
    asApp(organisationId, (session) => session.run(sql)),
    sql,
  ).rejects.toMatchObject({
    code: '42501',
  });
}

/** What partners, and whoever stands at a provider's door, may read at all: less of each than all. */
const OUTSIDERS_TABLES = ['assignment', 'collection', 'collection_object', 'contribution', 'partner', 'server_verdict'];

describe('the roles', () => {
  test('neither of them is a superuser, may bypass row-level security, or make roles and databases', async () => {
    const roles = await asSuperuser((session) =>
      session.rows(
        `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
         from pg_roles where rolname like 'dismantle%' or rolname = $1 order by rolname = $1, rolname`,
        [database.owner],
      ),
    );
    const powerless = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
    };
    expect(roles).toEqual([
      { rolname: 'dismantle_app', ...powerless },
      { rolname: 'dismantle_partner', ...powerless },
      { rolname: database.owner, ...powerless },
    ]);
  });

  test('dismantle_app may become the outsider and nobody else, owns nothing, and makes nothing in the schema', async () => {
    await asSuperuser(async (session) => {
      // With DATABASE_URL it is the login that may become either.
      expect(
        await session.rows(
          `select roleid::regrole::text as role, inherit_option, set_option, admin_option
           from pg_auth_members where member = 'dismantle_app'::regrole`,
        ),
      ).toEqual(
        database.external
          ? []
          : [{ role: 'dismantle_partner', inherit_option: false, set_option: true, admin_option: false }],
      );
      expect(await session.rows(`select from pg_class where relowner = 'dismantle_app'::regrole`)).toEqual([]);
    });
    await expectRefused(ours.organisationId, 'create table dismantle.mine (a int)');
    // Where there is one login for both, as with DATABASE_URL, its sessions may always go back to their own role.
    if (!database.external) await expectRefused(ours.organisationId, `set local role ${database.owner}`);
    await expectRefused(ours.organisationId, 'select * from public.dismantle_migration');
    await expectRefused(ours.organisationId, `set local session_replication_role = 'replica'`);
  });

  test('the store works as dismantle_app even when its connection comes as a superuser', async () => {
    const store = openPostgresStore(
      { owner: database.superuser, app: database.superuser },
      ours.organisationId,
      ours.random,
    );
    const user = await store.write(async (transaction) =>
      transaction.executeSql('select current_user::text as name, count(*)::int as operations from operation', []),
    );
    await store.close();
    expect(user.rows).toEqual([{ name: 'dismantle_app', operations: 3 }]);
  });
});

describe('the tables', () => {
  test('each is under forced row-level security, with exactly the one policy for reading and writing', async () => {
    const found = await asSuperuser((session) =>
      session.rows<{ name: string; enabled: boolean; forced: boolean; policies: readonly string[] }>(
        `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
                array(select concat_ws(' | ', p.polname, p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                                       pg_get_expr(p.polwithcheck, p.polrelid))
                      from pg_policy p where p.polrelid = c.oid and p.polroles <> array['dismantle_partner'::regrole::oid]) as policies
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'dismantle' and c.relkind in ('r', 'p') order by 1`,
      ),
    );
    const own = '(organisation_id = ( SELECT current_organisation() AS current_organisation))';
    expect(found.filter(({ name }) => name !== SHARED_TABLE)).toEqual(
      [...tables, ...partitions].sort().map((name) => ({
        name,
        enabled: true,
        forced: true,
        policies: [`own_organisation | * | t | ${own} | ${own}`],
      })),
    );
  });

  test('the outsider may read what it was granted and write nothing, and each grant is narrowed by a policy of its own', async () => {
    const found = await asSuperuser((session) =>
      session.rows<{ name: string; privileges: string; narrowed: boolean }>(
        `select g.table_name as name, string_agg(g.privilege_type, ', ' order by g.privilege_type) as privileges,
                exists (select from pg_policy p where p.polrelid = format('dismantle.%I', g.table_name)::regclass
                          and p.polroles = array['dismantle_partner'::regrole::oid] and not p.polpermissive) as narrowed
         from (select grantee, table_schema, table_name, privilege_type from information_schema.role_column_grants group by 1, 2, 3, 4) g
         where g.grantee = 'dismantle_partner' and g.table_schema = 'dismantle' group by 1 order by 1`,
      ),
    );
    expect(found).toEqual(OUTSIDERS_TABLES.map((name) => ({ name, privileges: 'SELECT', narrowed: true })));
    for (const table of tables) {
      if (OUTSIDERS_TABLES.includes(table)) continue;
      await expect(
        asApp(ours.organisationId, async (session) => {
          await session.run('set local role dismantle_partner');
          await session.run(`select from dismantle.${table}`);
        }),
        table,
      ).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('a view asks with the rights of whoever asks it, so that it shows no more than the tables do', async () => {
    const options = await asSuperuser((session) =>
      session.rows<{ name: string; options: readonly string[] | null }>(
        `select relname as name, reloptions as options from pg_class where relname = any($1) order by 1`,
        [views],
      ),
    );
    expect(options).toEqual(views.map((name) => ({ name, options: ['security_invoker=true'] })));
    for (const view of views) {
      expect(await asApp(null, (session) => count(session, view)), view).toBe(0);
      const all = await asSuperuser((session) => count(session, view, `organisation_id = '${ours.organisationId}'`));
      expect(await asApp(ours.organisationId, (session) => count(session, view)), view).toBe(all);
    }
  });

  test('a partition lets nobody in but through its table', async () => {
    for (const partition of partitions) {
      await expectRefused(ours.organisationId, `select from dismantle.${partition}`);
      await expectRefused(ours.organisationId, `insert into dismantle.${partition} select * from dismantle.sighting`);
    }
  });

  test('each carries organisation_id, never null, and so does each of its unique keys', async () => {
    const columns = await asSuperuser((session) =>
      session.rows<{ name: string }>(
        `select table_name as name from information_schema.columns
         where table_schema = 'dismantle' and column_name = 'organisation_id' and is_nullable = 'NO' order by 1`,
      ),
    );
    expect(columns.map(({ name }) => name)).toEqual([...tables, ...partitions].sort());
    const keys = await asSuperuser((session) =>
      session.rows<{ table: string; key: string; columns: readonly string[] }>(
        `select t.relname as table, i.relname as key,
                array(select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum = any(x.indkey)) as columns
         from pg_index x
         join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
         join pg_namespace n on n.oid = t.relnamespace
         where n.nspname = 'dismantle' and x.indisunique`,
      ),
    );
    // The one key that spans organisations: their names.
    const without = keys.filter(
      ({ table, columns: key }) => table !== SHARED_TABLE && !key.includes('organisation_id'),
    );
    expect(without.map(({ key }) => key)).toEqual(['organisation_name_key']);
    const foreign = await asSuperuser((session) =>
      session.rows(
        `select conname from pg_constraint c join pg_namespace n on n.oid = c.connamespace
         where n.nspname = 'dismantle' and contype = 'f'
           and not exists (select from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any(c.conkey)
                           and a.attname = 'organisation_id')`,
      ),
    );
    expect(foreign).toEqual([]);
  });

  test('all text sorts in "C", whatever the database sorts by', async () => {
    const odd = await asSuperuser((session) =>
      session.rows(
        `select c.relname, a.attname from pg_attribute a
         join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'dismantle' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
           and a.attcollation <> 0 and a.attcollation <> 'pg_catalog."C"'::regcollation`,
      ),
    );
    expect(odd).toEqual([]);
  });
});

describe('with no organisation set', () => {
  test.each([['never set'], ['set and gone with its transaction']])('every table shows nothing (%s)', async (how) => {
    await inTransactionAs(database.access.app, null, async (session) => {
      if (how !== 'never set') {
        await session.run(`select set_config('dismantle.organisation', $1, true)`, [ours.organisationId]);
        await session.run('commit');
        await session.run('begin');
      }
      for (const table of tables) expect(await count(session, table), table).toBe(0);
    });
  });

  test('every table refuses a row, its own or a copied one', async () => {
    for (const table of tables) {
      if (table === 'organisation') continue;
      await expectRefused(null, `insert into dismantle.${table} (organisation_id) values ('${ours.organisationId}')`);
      await expectRefused(null, `insert into dismantle.${table} (organisation_id) values (null)`);
    }
  });

  test('what is not an organisation at all is an error and shows nothing', async () => {
    await expect(
      asApp(`' or true --`, (session) => session.rows('select * from dismantle.server')),
    ).rejects.toMatchObject({ code: '22P02' });
  });
});

describe('between two organisations', () => {
  test('each sees all of its own rows and none of the other, in every table', async () => {
    for (const table of tables) {
      const expected = await asSuperuser(async (session) => ({
        ours: await count(session, table, `organisation_id = '${ours.organisationId}'`),
        theirs: await count(session, table, `organisation_id = '${theirs.organisationId}'`),
      }));
      expect(expected.ours, `${table} is part of the history`).toBeGreaterThan(0);
      expect(await asApp(ours.organisationId, (session) => count(session, table)), table).toBe(expected.ours);
      expect(await asApp(theirs.organisationId, (session) => count(session, table)), table).toBe(expected.theirs);
      const foreign = await asApp(ours.organisationId, (session) =>
        count(session, table, `organisation_id = '${theirs.organisationId}'`),
      );
      expect(foreign, table).toBe(0);
    }
  });

  test('no row can be written for the other, and none of the other be changed or moved', async () => {
    for (const table of tables) {
      if (table === 'organisation') continue;
      await expectRefused(
        ours.organisationId,
        `insert into dismantle.${table} (organisation_id) values ('${theirs.organisationId}')`,
      );
      await expectRefused(
        ours.organisationId,
        `update dismantle.${table} set organisation_id = '${theirs.organisationId}'`,
      );
    }
    const changed = await asApp(ours.organisationId, (session) =>
      session.rows(`update case_file set missing = '{}' where organisation_id = $1 returning case_id`, [
        theirs.organisationId,
      ]),
    );
    expect(changed).toEqual([]);
    const removed = await asApp(ours.organisationId, (session) =>
      session.rows('delete from notice_item where organisation_id = $1 returning case_id', [theirs.organisationId]),
    );
    expect(removed).toEqual([]);
  });

  test('the head of the ledger of each is its own', async () => {
    const heads = await Promise.all(
      [ours, theirs].map(({ store }) => store.read((transaction) => transaction.ledgerHead())),
    );
    expect(heads[0]?.entries).toBeGreaterThan(10);
    expect(heads[0]?.root).not.toBe(heads[1]?.root);
  });
});

describe('what dismantle_app may not do even to its own rows', () => {
  test.each(APPEND_ONLY)('change or remove a row of %s', async (table) => {
    await expectRefused(ours.organisationId, `update dismantle.${table} set organisation_id = organisation_id`);
    await expectRefused(ours.organisationId, `delete from dismantle.${table}`);
    await expectRefused(ours.organisationId, `truncate dismantle.${table} cascade`);
  });

  test('lock an append-only row away from others, or add an organisation', async () => {
    await expectRefused(ours.organisationId, 'select from dismantle.ledger_entry for update');
    await expectRefused(
      ours.organisationId,
      `insert into dismantle.organisation (organisation_id, name) values (gen_random_uuid(), 'mine')`,
    );
  });

  test('erase what no entry of its own ledger names', async () => {
    await expect(
      asApp(ours.organisationId, (session) => session.run('select erase_bodies(array[1, 2])')),
    ).rejects.toThrow('no erasure entry names');
    await expect(asApp(null, (session) => session.run('select erase_bodies(array[1])'))).rejects.toThrow(
      'no organisation is set',
    );
  });

  test('make a drill a real operation, or a row be about another server, case or notice', async () => {
    await expectRefused(ours.organisationId, 'update operation set drill = false');
    await expectRefused(ours.organisationId, `update server set host = '192.0.2.1'`);
    await expectRefused(ours.organisationId, 'update case_file set server_id = server_id');
    await expectRefused(ours.organisationId, `update notice set provider_key = provider_key`);
    await expectRefused(ours.organisationId, 'delete from case_file');
    await expectRefused(ours.organisationId, `insert into case_transition values ('held', 'drafted')`);
  });
});
