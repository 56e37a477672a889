import type { ClientConfig } from 'pg';
import { problem } from '../../domain/problem.ts';
import { APP_ROLE, OUTSIDER_ROLE, withClient } from './connect.ts';
import type { DatabaseAccess, Session } from './connect.ts';

const OWNER_ROLE = 'dismantle_owner';
const DATABASE = 'dismantle';

/** Two starters at once take turns behind this number; it has no meaning beyond being ours. */
export const START_LOCK = 7_203_128_120;

/** Makes roles and database in a cluster of our own, as its superuser. Run as often as you like. */
export async function prepareOwnCluster(superuser: ClientConfig): Promise<DatabaseAccess> {
  await withClient(superuser, async (session) => {
    await session.run('select pg_advisory_lock($1)', [START_LOCK]);
    for (const role of [OWNER_ROLE, APP_ROLE]) {
      const known = await session.row('select from pg_roles where rolname = $1', [role]);
      if (known === null)
        await session.run(`create role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole`);
    }
    // Nobody logs in as it: daily work changes into it for reads on behalf of whoever is not of the organisation.
    const outsider = await session.row('select from pg_roles where rolname = $1', [OUTSIDER_ROLE]);
    if (outsider === null) {
      await session.run(`create role ${OUTSIDER_ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole`);
      await session.run(`grant ${OUTSIDER_ROLE} to ${APP_ROLE} with inherit false, set true`);
    }
    const database = await session.row('select from pg_database where datname = $1', [DATABASE]);
    // CREATE DATABASE cannot run in a transaction; the advisory lock keeps a second starter out.
    if (database === null) await session.run(`create database ${DATABASE} owner ${OWNER_ROLE}`);
  });
  return {
    owner: { ...superuser, user: OWNER_ROLE, database: DATABASE },
    app: { ...superuser, user: APP_ROLE, database: DATABASE },
  };
}

/** What our SQL needs: `nulls not distinct` came with 15, the membership option `set` with 16. */
const OLDEST_VERSION = 16;

/**
 * Looks at a database that the user runs: it must be recent and in UTF-8, there must be the working role, and we must
 * be able to become it. Fails (code `database`) with the SQL that an administrator has to run.
 */
export async function prepareExternalDatabase(connectionString: string): Promise<DatabaseAccess> {
  const config: ClientConfig = { connectionString };
  await withClient(config, async (session) => {
    await session.run('select pg_advisory_lock($1)', [START_LOCK]);
    await assertFit(session);
    await ensureRoles(session);
  });
  return { owner: config, app: { connectionString: asAppRole(connectionString), options: ROLE_OPTION } };
}

const ROLE_OPTION = `-c role=${APP_ROLE}`;

/** Options in a connection string go before those beside it, so ours has to stand there, too. */
function asAppRole(connectionString: string): string {
  return connectionString.replace(
    /([?&]options=)([^&#]*)/,
    (_, name: string, options: string) => `${name}${options}%20${encodeURIComponent(ROLE_OPTION)}`,
  );
}

async function assertFit(session: Session): Promise<void> {
  const server = await session.row<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding`,
  );
  if (server === null) throw new Error('a select without from gives one row');
  if (server.version < OLDEST_VERSION) {
    throw problem(
      'database',
      `DATABASE_URL leads to PostgreSQL ${server.version}; it must be ${OLDEST_VERSION} or newer`,
      'Use PostgreSQL 18, with which dismantle is tested',
    );
  }
  if (server.encoding !== 'UTF8') {
    throw problem(
      'database',
      `the database of DATABASE_URL is encoded in ${server.encoding}`,
      "Make one in UTF-8: create database … encoding 'UTF8' template template0",
    );
  }
}

/** Makes the roles and our way into them; what we may not do is told as the one line of SQL for somebody who may. */
async function ensureRoles(session: Session): Promise<void> {
  const wanted: string[] = [];
  for (const role of [APP_ROLE, OUTSIDER_ROLE]) wanted.push(...(await statementsFor(session, role)));
  if (wanted.length === 0) return;
  const sql = wanted.join(' ');
  try {
    await session.run(sql);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what =
      'the roles that dismantle works as are missing, or this user may not become them, and cannot change that';
    throw problem('database', `${what}: ${reason}`, `Let an administrator run: ${sql}`, cause);
  }
}

/** What is missing of one role. Refuses one that is stronger than it has to be. */
async function statementsFor(session: Session, name: string): Promise<readonly string[]> {
  const role = await session.row<{ rolsuper: boolean; rolbypassrls: boolean }>(
    'select rolsuper, rolbypassrls from pg_roles where rolname = $1',
    [name],
  );
  if (role !== null && (role.rolsuper || role.rolbypassrls)) {
    throw problem(
      'database',
      `the role ${name} may go round row-level security`,
      `Let an administrator run: alter role ${name} nosuperuser nobypassrls;`,
    );
  }
  const member =
    role !== null &&
    (await session.row<{ member: boolean }>(`select pg_has_role(current_user, $1, 'set') as member`, [name]))?.member;
  if (member === true) return [];
  const user = await session.row<{ name: string }>('select quote_ident(current_user) as name');
  // What narrows the outsider must not narrow whoever may become it.
  const inherited = name === OUTSIDER_ROLE ? ' with inherit false, set true' : '';
  const grant = `grant ${name} to ${user?.name ?? 'current_user'}${inherited};`;
  if (role !== null) return [grant];
  return [`create role ${name} nologin nosuperuser nobypassrls nocreatedb nocreaterole;`, grant];
}
