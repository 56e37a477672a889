import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ClientConfig } from 'pg';
import { problem } from '../../domain/problem.ts';
import { START_LOCK } from './bootstrap.ts';
import { withClient } from './connect.ts';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** The folder stands at the package's root, both for sources in src/ and for what is built into dist/. */
const MIGRATIONS = fileURLToPath(new URL('../../../migrations/', import.meta.url));

export const DEFAULT_ORGANISATION = '00000000-0000-8000-8000-000000000001';

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${MIGRATIONS}${name}`, 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings the schema up to date: forward only, each migration in one transaction, one starter at a time. Refuses a
 * database that a newer version has migrated, and one whose applied migrations differ from ours.
 */
export async function migrate(owner: ClientConfig): Promise<void> {
  const migrations = await readMigrations();
  await withClient(owner, async (session) => {
    await session.run('select pg_advisory_lock($1)', [START_LOCK]);
    await session.run(
      `create table if not exists public.dismantle_migration (
         name text primary key, sha256 text not null, applied_at timestamptz not null default clock_timestamp())`,
    );
    const applied = await session.rows<{ name: string; sha256: string }>(
      'select name, sha256 from public.dismantle_migration order by name',
    );
    for (const { name, sha256 } of applied) {
      const ours = migrations.find((migration) => migration.name === name);
      if (ours === undefined) {
        throw problem(
          'database',
          `the database knows the migration ${name}, this version does not`,
          'Use the newer version of dismantle that made it',
        );
      }
      if (ours.sha256 !== sha256) {
        throw problem(
          'database',
          `the migration ${name} in the database is not the one of this version`,
          'Restore the original migrations folder',
        );
      }
    }
    for (const migration of migrations.slice(applied.length)) {
      await session.run('begin');
      try {
        await session.run(migration.sql);
        await session.run('insert into public.dismantle_migration (name, sha256) values ($1, $2)', [
          migration.name,
          migration.sha256,
        ]);
        if (migration.name.startsWith('0001_')) {
          await session.run(`select set_config('dismantle.organisation', $1, true)`, [DEFAULT_ORGANISATION]);
          await session.run(`insert into dismantle.organisation (organisation_id, name) values ($1, 'default')`, [
            DEFAULT_ORGANISATION,
          ]);
        }
        await session.run('commit');
      } catch (cause) {
        await session.run('rollback');
        throw problem(
          'database',
          `the migration ${migration.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
          undefined,
          cause,
        );
      }
    }
  });
}
