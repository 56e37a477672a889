import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareExternalDatabase } from '../../src/adapters/postgres/bootstrap.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import type { DatabaseAccess } from '../../src/adapters/postgres/connect.ts';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { inTransactionAs, openOwnTestDatabase, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { startExternalServer } from '../support/external-server.ts';
import type { ExternalServer } from '../support/external-server.ts';
import { liveThrough } from '../support/history.ts';
import { auditOf } from '../support/ledger.ts';
import { openTestWorld } from '../support/world.ts';

// A PostgreSQL that the user runs, entered by connection strings, over TCP and with passwords. It is of this file's own
// even where TEST_DATABASE_URL names another: the tests here make and drop roles, which are the whole server's.

const SEED = 815;
const PASSWORD = 'pass@word/ö#1';

let server: ExternalServer;
let directory: string;
let ownRoot: string;

beforeAll(async () => {
  const own = await openOwnTestDatabase();
  const world = await openTestWorld(own, undefined, SEED);
  await liveThrough(own, world);
  ownRoot = (await world.store.read((transaction) => transaction.ledgerHead())).root;
  await world.store.close();
  await own.close();
  directory = await mkdtemp(join(tmpdir(), 'external-'));
  server = await startExternalServer();
});

afterAll(async () => {
  await server?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

async function asAdministrator(...statements: readonly string[]): Promise<void> {
  await withClient(server.administrator, async (session) => {
    for (const sql of statements) await session.run(sql);
  });
}

/** `rights` is what stands behind LOGIN. */
function roleNamed(name: string, rights = ''): string {
  return `create role ${name} login ${rights} password '${PASSWORD}'`;
}

function urlOf(user: string, database: string, further = ''): string {
  return server.urlOf(user, PASSWORD, database, further);
}

/** The whole history over this access: the ledger is whole, works as dismantle_app, and has the same root as ever. */
async function expectContract(access: DatabaseAccess, superuserDatabase: string): Promise<void> {
  const database: TestDatabase = {
    directory,
    access,
    superuser: { ...server.administrator, database: superuserDatabase },
    owner: 'not asked for',
    external: true,
    addEmpty: () => Promise.reject(new Error('not asked for')),
    close: () => Promise.resolve(),
  };
  const world = await openTestWorld(database, undefined, SEED);
  try {
    await liveThrough(database, world);
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
    expect((await world.store.read((transaction) => transaction.ledgerHead())).root).toBe(ownRoot);
  } finally {
    await world.store.close();
  }
  const app = await inTransactionAs(access.app, null, (session) =>
    session.row(`select current_user::text as name, (select count(*)::int from server) as servers`),
  );
  expect(app).toEqual({ name: 'dismantle_app', servers: 0 });
  const owner = await inTransactionAs(access.owner, null, (session) =>
    session.row(`select count(*)::int as servers from server`),
  );
  expect(owner).toEqual({ servers: 0 });
}

async function problemOf(work: Promise<unknown>): Promise<{ code: string; message: string; hint?: string }> {
  const outcome: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof ProblemError)) throw new Error('no problem', { cause: outcome });
  return outcome.problem;
}

test('a user who may not make roles is told the SQL for an administrator, and that SQL is enough', async () => {
  await asAdministrator(roleNamed('"Plain User"'), 'create database plain owner "Plain User"');
  const url = urlOf('Plain User', 'plain');
  const refused = await problemOf(prepareExternalDatabase(url));
  expect(refused.code).toBe('database');
  const sql = /^Let an administrator run: (.*)$/.exec(refused.hint ?? '')?.[1] ?? '';
  expect(sql).toMatch(
    /^create role dismantle_app .*; grant dismantle_app to "Plain User"; create role dismantle_partner /,
  );

  await asAdministrator(sql);
  const access = await prepareExternalDatabase(url);
  await migrate(access.owner);
  await expectContract(access, 'plain');
  await withClient(access.owner, (session) => session.run('drop schema dismantle cascade'));
  await asAdministrator('drop role dismantle_app', 'drop role dismantle_partner');
});

test('an owner who may make roles needs nobody, in a database with other ideas of text, time and dates', async () => {
  await asAdministrator(
    roleNamed('outside', 'createrole'),
    `create database odd owner outside encoding 'UTF8' locale_provider icu icu_locale 'sv' template template0`,
    `alter database odd set timezone = 'Asia/Kathmandu'`,
    `alter database odd set datestyle = 'German'`,
    `alter database odd set default_transaction_isolation = 'serializable'`,
    `alter database odd set extra_float_digits = 0`,
  );
  const access = await prepareExternalDatabase(urlOf('outside', 'odd'));
  await migrate(access.owner);
  await expectContract(access, 'odd');
});

test('options in the connection string do not bring back the rights that were given away', async () => {
  const access = await prepareExternalDatabase(urlOf('outside', 'odd', '?options=-c%20geqo%3Doff'));
  const row = await withClient(access.app, (session) =>
    session.row(`select current_user::text as name, current_setting('geqo') as geqo`),
  );
  expect(row).toEqual({ name: 'dismantle_app', geqo: 'off' });
});

test('a user who may make nothing in the database is told what to have granted', async () => {
  await asAdministrator(
    roleNamed('guest'),
    'grant dismantle_app to guest',
    'grant dismantle_partner to guest with inherit false, set true',
    `create database rented template template0 encoding 'UTF8'`,
  );
  const access = await prepareExternalDatabase(urlOf('guest', 'rented'));
  const refused = await problemOf(migrate(access.owner));
  const sql = /^Let an administrator run: (.*)$/.exec(refused.hint ?? '')?.[1] ?? '';
  expect(sql).not.toBe('');
  await withClient({ ...server.administrator, database: 'rented' }, (session) => session.run(sql));
  await migrate(access.owner);
});

test('a role that may go round row-level security, and a database in another encoding, are refused', async () => {
  await asAdministrator(
    'alter role dismantle_app bypassrls',
    `create database latin owner outside template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'`,
  );
  expect(await problemOf(prepareExternalDatabase(urlOf('outside', 'odd')))).toMatchObject({
    code: 'database',
    hint: expect.stringContaining('alter role dismantle_app'),
  });
  await asAdministrator('alter role dismantle_app nobypassrls');
  expect(await problemOf(prepareExternalDatabase(urlOf('outside', 'latin')))).toMatchObject({
    message: expect.stringContaining('SQL_ASCII'),
  });
});

test('a server that is not there is a problem, not a stack trace', async () => {
  expect(
    await problemOf(prepareExternalDatabase('postgres://nobody@127.0.0.1:1/none?connect_timeout=2')),
  ).toMatchObject({ code: 'database', hint: expect.any(String) });
});

test('a wrong password is a problem that repeats neither it nor the right one', async () => {
  const problem = await problemOf(prepareExternalDatabase(server.urlOf('outside', 'mistyped', 'odd')));
  expect(problem).toMatchObject({
    code: 'database',
    message: expect.stringContaining('password authentication failed'),
  });
  expect(JSON.stringify(problem)).not.toContain('mistyped');
  expect(JSON.stringify(problem)).not.toContain(PASSWORD);
});

describe.skipIf((process.env['TEST_DATABASE_URL'] ?? '') === '')('the database of TEST_DATABASE_URL', () => {
  test('is reached over TCP with a password by a role without powers, which works as dismantle_app', async () => {
    const database = await openTestDatabase();
    try {
      const { owner, access, superuser } = database;
      const inside = await inTransactionAs(access.app, null, (session) =>
        session.row(
          `select current_user::text as works_as, session_user::text as logged_in_as, inet_server_addr() is not null as tcp,
                  (select count(*)::int from server) as servers`,
        ),
      );
      expect(inside).toEqual({ works_as: 'dismantle_app', logged_in_as: owner, tcp: true, servers: 0 });
      const outside = await withClient(superuser, async (session) => ({
        role: await session.row(
          `select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls or rolreplication as powerful
           from pg_roles where rolname = $1`,
          [owner],
        ),
        ways: await session.rows('select distinct auth_method from pg_hba_file_rules'),
      }));
      expect(outside).toEqual({ role: { powerful: false }, ways: [{ auth_method: 'scram-sha-256' }] });
    } finally {
      await database.close();
    }
  });

  test('takes the schema, twice', async () => {
    const access = await prepareExternalDatabase(process.env['TEST_DATABASE_URL'] ?? '');
    await migrate(access.owner);
    await migrate(access.owner);
    const row = await inTransactionAs(access.app, null, (session) =>
      session.row('select current_user::text as name, (select count(*)::int from server) as servers'),
    );
    expect(row).toEqual({ name: 'dismantle_app', servers: 0 });
  });
});
