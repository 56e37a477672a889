import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig, PoolConfig } from 'pg';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { layoutOf } from '../../src/adapters/embedded-postgres/layout.ts';
import { prepareExternalDatabase, prepareOwnCluster } from '../../src/adapters/postgres/bootstrap.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import type { DatabaseAccess, Session } from '../../src/adapters/postgres/connect.ts';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import type { World } from '../../src/ports/world.ts';

/** A database of a test file's own with the schema in it, and a directory that goes with it. */
export interface TestDatabase {
  readonly directory: string;
  readonly access: DatabaseAccess;
  /** Row-level security does not hold it: for looking, and for playing the intruder. */
  readonly superuser: ClientConfig;
  /** The role that owns the schema. */
  readonly owner: string;
  /** Whether there is one login for owner and daily work, as with DATABASE_URL. */
  readonly external: boolean;
  /** Makes a further, empty database of the same owner's, and answers with the way in as the owner. */
  addEmpty(): Promise<ClientConfig>;
  close(): Promise<void>;
}

const GRACE_MS = 200;
const LONGEST_START_MS = 60_000;
const LONGEST_STOP_MS = 10_000;

/** How long the shared server waits between one file and the next, and after a run that was killed. */
const SHARED_GRACE_MS = 30_000;
/** Should two ever meet, they take turns behind this number while they look after the database that they copy. */
const TEMPLATE_LOCK = 7_203_128_121;

/**
 * In the PostgreSQL of TEST_DATABASE_URL (scripts/test-external.ts); otherwise in one that the files of this run
 * share (test/support/shared-clusters.ts), or in one of our own where there is none. Prepared as app.ts does it.
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  const { TEST_DATABASE_URL: url, TEST_DATABASE_ADMIN_URL: adminUrl, TEST_SHARED_CLUSTERS: shared } = process.env;
  if (url === undefined || url === '') {
    if (shared === undefined) return openOwnTestDatabase();
    // One for each worker, which has one file at a time: no file takes another's connections away.
    return openSharedTestDatabase(join(shared, process.env['VITEST_POOL_ID'] ?? 'one'));
  }
  if (adminUrl === undefined) throw new Error('TEST_DATABASE_URL needs TEST_DATABASE_ADMIN_URL: tests make databases');
  return openExternalTestDatabase(url, adminUrl);
}

/**
 * Each test has a world of its own, and with it connections: the faster the machine, the more of them there are before the first would
 * have ended by itself, and a server has fifty.
 */
function briefly(app: ClientConfig): PoolConfig {
  return { ...app, idleTimeoutMillis: 500 };
}

async function openServer(dataDirectory: string, graceMs: number): Promise<EmbeddedPostgres> {
  const opened = await openEmbeddedPostgres({
    dataDirectory,
    graceMs,
    startTimeoutMs: LONGEST_START_MS,
    report: () => undefined,
  });
  if (!opened.ok) throw new ProblemError(opened.problem);
  return opened.value;
}

/**
 * A copy of the database that the first file to come has made and migrated: no cluster, no migrations for each. What
 * roles there are is the same for all files. Nobody here cuts the power, so nobody waits for the disk either.
 */
async function openSharedTestDatabase(cluster: string): Promise<TestDatabase> {
  const postgres = await openServer(cluster, SHARED_GRACE_MS);
  const directory = newDirectory();
  const name = newName();
  const made = [name];
  const asAdministrator = (sql: string): Promise<void> =>
    withClient(postgres.connection, (session) => session.run(sql));
  const prepared = await withClient(postgres.connection, async (session) => {
    await session.run('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const template = await prepareOwnCluster(postgres.connection);
    await migrate(template.owner);
    await session.run('alter role all set synchronous_commit = off');
    await session.run(`create database ${name} owner ${template.owner.user} template ${template.owner.database}`);
    return template;
  });
  const { owner, app } = prepared;
  return {
    directory,
    access: { owner: { ...owner, database: name }, app: briefly({ ...app, database: name }) },
    superuser: { ...postgres.connection, database: name },
    owner: owner.user ?? '',
    external: false,
    async addEmpty() {
      const database = newName();
      await asAdministrator(`create database ${database} owner ${owner.user}`);
      made.push(database);
      return { ...owner, database };
    },
    async close() {
      for (const database of made) await asAdministrator(`drop database ${database} with (force)`);
      await postgres.close();
      removeDirectory(directory);
    },
  };
}

/** In a PostgreSQL of our own, whatever the environment says. */
export async function openOwnTestDatabase(): Promise<TestDatabase> {
  const directory = newDirectory();
  const postgres = await openServer(directory, GRACE_MS);
  const own = await prepareOwnCluster(postgres.connection);
  const access = { ...own, app: briefly(own.app) };
  await migrate(access.owner);
  const superuser = { ...postgres.connection, database: 'dismantle' };
  const owner = access.owner.user ?? '';
  return {
    directory,
    access,
    superuser,
    owner,
    external: false,
    async addEmpty() {
      const database = newName();
      await withClient(superuser, (session) => session.run(`create database ${database} owner ${owner}`));
      return { ...access.owner, database };
    },
    async close() {
      await postgres.close();
      const running = join(layoutOf(join(directory, 'postgres')).cluster, 'postmaster.pid');
      for (let waitedMs = 0; existsSync(running) && waitedMs < LONGEST_STOP_MS; waitedMs += 50) await sleep(50);
      await sleep(GRACE_MS);
      removeDirectory(directory);
    },
  };
}

async function openExternalTestDatabase(url: string, adminUrl: string): Promise<TestDatabase> {
  const directory = newDirectory();
  const owner = decodeURIComponent(new URL(url).username);
  const made: string[] = [];
  const asAdministrator = (sql: string): Promise<void> =>
    withClient({ connectionString: adminUrl }, (session) => session.run(sql));
  const add = async (): Promise<string> => {
    const name = newName();
    await asAdministrator(`create database ${name} owner "${owner.replaceAll('"', '""')}"`);
    made.push(name);
    return name;
  };
  const name = await add();
  const given = await prepareExternalDatabase(inDatabase(url, name));
  const access = { ...given, app: briefly(given.app) };
  await migrate(access.owner);
  return {
    directory,
    access,
    superuser: { connectionString: inDatabase(adminUrl, name) },
    owner,
    external: true,
    addEmpty: async () => ({ connectionString: inDatabase(url, await add()) }),
    async close() {
      for (const database of made) await asAdministrator(`drop database ${database} with (force)`);
      removeDirectory(directory);
    },
  };
}

/** The connection string with another database in it. */
function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

function newName(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}

function newDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'database-')));
}

function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Adds an organisation: each test works in one of its own, and sees nothing of the others. */
export async function addOrganisation(database: TestDatabase, organisationId: string, name: string): Promise<void> {
  await withClient(database.superuser, (session) =>
    session.run('insert into dismantle.organisation (organisation_id, name) values ($1, $2)', [organisationId, name]),
  );
}

/** One transaction as `config`'s role, for the organisation or, with null, for none. */
export async function inTransactionAs<Value>(
  config: ClientConfig,
  organisationId: string | null,
  work: (session: Session) => Promise<Value>,
): Promise<Value> {
  return withClient(config, async (session) => {
    await session.run('begin');
    await session.run(`select set_config('search_path', 'dismantle', true)`);
    if (organisationId !== null) {
      await session.run(`select set_config('dismantle.organisation', $1, true)`, [organisationId]);
    }
    const value = await work(session);
    await session.run('commit');
    return value;
  });
}

/** As when PostgreSQL goes away for a moment. */
export async function loseLocks(database: TestDatabase, { store }: Pick<World, 'store'>): Promise<void> {
  const held = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<void>();
  const holding = store.exclusively('the test', async (signal) => {
    signal.addEventListener('abort', () => lost.resolve(), { once: true });
    held.resolve();
    await lost.promise;
  });
  await held.promise;
  await withClient(database.superuser, (session) =>
    session.run(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'dismantle locks' and datname = current_database()`,
    ),
  );
  await holding;
}
