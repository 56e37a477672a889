import { PgBoss } from 'pg-boss';
import type { ClientConfig } from 'pg';
import { Pool } from 'pg';
import type { Job, Jobs } from '../../ports/jobs.ts';

const SCHEMA = 'dismantle_jobs';
const JOBS_A_FETCH = 50;
/** A job that a killed worker had begun is taken from it after this time, and tried again. */
const EXPIRE_SECONDS = 300;
const RETRIES = 10;

interface Envelope {
  readonly organisationId: string;
  readonly data: Job['data'];
}

/** Makes the schema of the jobs as its owner, and lets the working role in. Run as often as you like. */
export async function installJobs(owner: ClientConfig, appRole: string): Promise<void> {
  const pool = new Pool({ ...owner, max: 2 });
  // A connection that breaks while idle reports it here; the next query fails with the same cause.
  pool.on('error', () => {});
  try {
    const boss = new PgBoss({ db: runnerOf(pool), schema: SCHEMA, supervise: false, schedule: false });
    boss.on('error', () => {});
    await boss.start();
    await boss.stop({ close: false, graceful: false });
    await pool.query(
      `grant usage on schema ${SCHEMA} to ${appRole};
       grant select, insert, update, delete on all tables in schema ${SCHEMA} to ${appRole};
       grant usage on all sequences in schema ${SCHEMA} to ${appRole};
       grant execute on all functions in schema ${SCHEMA} to ${appRole}`,
    );
  } finally {
    await pool.end();
  }
}

/** Jobs by pg-boss in the store's own PostgreSQL. The schema must have been installed. */
export async function openJobs(app: ClientConfig): Promise<Jobs> {
  const pool = new Pool({ ...app, max: 2, allowExitOnIdle: true });
  pool.on('error', () => {});
  const boss = new PgBoss({ db: runnerOf(pool), schema: SCHEMA, migrate: false, supervise: false, schedule: false });
  boss.on('error', () => {});
  await boss.start();
  const known = new Set<string>();
  const ensureQueue = async (queue: string): Promise<void> => {
    if (known.has(queue)) return;
    await boss.createQueue(queue, { retryLimit: RETRIES, retryBackoff: true, expireInSeconds: EXPIRE_SECONDS });
    known.add(queue);
  };
  return {
    async send(transaction, { queue, organisationId, data, startAfter }) {
      await ensureQueue(queue);
      const envelope: Envelope = { organisationId, data };
      const db = {
        executeSql: async (sql: string, values?: unknown[]) => ({
          rows: [...(await transaction.executeSql(sql, values ?? [])).rows],
        }),
      };
      await boss.send(queue, envelope, {
        db,
        ...(startAfter === undefined ? {} : { startAfter: new Date(startAfter) }),
      });
    },
    async drain(queue, handler, concurrency = 1) {
      await ensureQueue(queue);
      for (let done = 0; ;) {
        const jobs = await boss.fetch<Envelope>(queue, { batchSize: JOBS_A_FETCH });
        if (jobs.length === 0) return done;
        const waiting = jobs.values();
        const work = async (): Promise<void> => {
          for (const { id, data } of waiting) {
            try {
              await handler({ queue, ...data });
              // What came of it is in the ledger; a finished job would lie here for ever.
              await boss.deleteJob(queue, id);
              done += 1;
            } catch (error) {
              await boss.fail(queue, id, { message: error instanceof Error ? error.message : String(error) });
            }
          }
        };
        await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
      }
    },
    async close() {
      await boss.stop({ close: false, graceful: false });
      await pool.end();
    },
  };
}

function runnerOf(pool: Pool): { executeSql(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }> } {
  return { executeSql: (sql, values) => pool.query(sql, values) };
}
