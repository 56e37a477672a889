import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { layoutOf } from '../../src/adapters/embedded-postgres/layout.ts';
import { prepareOwnCluster } from '../../src/adapters/postgres/bootstrap.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import type { DatabaseAccess, Session } from '../../src/adapters/postgres/connect.ts';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { ProblemError } from '../../src/domain/problem.ts';

/** A PostgreSQL of a test file's own, in a directory that goes with it. */
export interface TestCluster {
  readonly directory: string;
  /** Row-level security does not hold it: for looking, and for playing the intruder. */
  readonly superuser: ClientConfig;
  close(): Promise<void>;
}

/** The same with the schema in it. */
export interface TestDatabase extends TestCluster {
  readonly access: DatabaseAccess;
}

const GRACE_MS = 200;
const LONGEST_STOP_MS = 10_000;

export async function openTestCluster(): Promise<TestCluster> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'database-')));
  const opened = await openEmbeddedPostgres({
    dataDirectory: directory,
    graceMs: GRACE_MS,
    startTimeoutMs: 60_000,
    report: () => undefined,
  });
  if (!opened.ok) throw new ProblemError(opened.problem);
  const postgres = opened.value;
  return {
    directory,
    superuser: postgres.connection,
    async close() {
      await postgres.close();
      const running = join(layoutOf(join(directory, 'postgres')).cluster, 'postmaster.pid');
      for (let waitedMs = 0; existsSync(running) && waitedMs < LONGEST_STOP_MS; waitedMs += 50) await sleep(50);
      await sleep(GRACE_MS);
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Prepared as app.ts does it. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const cluster = await openTestCluster();
  const access = await prepareOwnCluster(cluster.superuser);
  await migrate(access.owner);
  return { ...cluster, access, superuser: { ...cluster.superuser, database: 'dismantle' } };
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
