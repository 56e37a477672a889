import type { ClientConfig } from 'pg';
import { problem } from '../../domain/problem.ts';
import { APP_ROLE, withClient } from './connect.ts';
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
    const database = await session.row('select from pg_database where datname = $1', [DATABASE]);
    // CREATE DATABASE cannot run in a transaction; the advisory lock keeps a second starter out.
    if (database === null) await session.run(`create database ${DATABASE} owner ${OWNER_ROLE}`);
  });
  return {
    owner: { ...superuser, user: OWNER_ROLE, database: DATABASE },
    app: { ...superuser, user: APP_ROLE, database: DATABASE },
  };
}

/** Looks at a database that the user runs: there must be the working role, and we must be able to become it. */
export async function prepareExternalDatabase(connectionString: string): Promise<DatabaseAccess> {
  const config: ClientConfig = { connectionString };
  await withClient(config, async (session) => {
    await session.run('select pg_advisory_lock($1)', [START_LOCK]);
    try {
      await ensureAppRole(session);
    } catch (cause) {
      throw problem(
        'database',
        `the role ${APP_ROLE} is missing and cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`,
        `Let an administrator run: create role ${APP_ROLE} nosuperuser nobypassrls; grant ${APP_ROLE} to <the user of DATABASE_URL>;`,
        cause,
      );
    }
  });
  return { owner: config, app: { ...config, options: `-c role=${APP_ROLE}` } };
}

async function ensureAppRole(session: Session): Promise<void> {
  const role = await session.row<{ rolsuper: boolean; rolbypassrls: boolean }>(
    'select rolsuper, rolbypassrls from pg_roles where rolname = $1',
    [APP_ROLE],
  );
  if (role === null)
    await session.run(`create role ${APP_ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole`);
  else if (role.rolsuper || role.rolbypassrls) throw new Error(`${APP_ROLE} may bypass row-level security`);
  const member = await session.row<{ member: boolean }>(
    `select pg_has_role(current_user, '${APP_ROLE}', 'set') as member`,
  );
  if (member?.member !== true) await session.run(`grant ${APP_ROLE} to current_user`);
}
