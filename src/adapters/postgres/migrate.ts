import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientConfig } from 'pg';
import { problem, ProblemError } from '../../domain/problem.ts';
import { START_LOCK } from './bootstrap.ts';
import { withClient } from './connect.ts';
import type { Session } from './connect.ts';
import { explained, outdated } from './explain.ts';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
  /** Whether programs that do not know it may go on. */
  readonly compatible: boolean;
}

/** What the first line of a migration says that programs of before may go on with. All others stop them. */
const COMPATIBLE = /^-- compatible\b/;

/** The folder stands at the package's root, both for sources in src/ and for what is built into dist/. */
const MIGRATIONS = fileURLToPath(new URL('../../../migrations/', import.meta.url));

export const DEFAULT_ORGANISATION = '00000000-0000-8000-8000-000000000001';

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      return { name, sql, sha256, compatible: COMPATIBLE.test(sql) };
    }),
  );
}

/** Name and hash of every migration of this version, in their order. */
export async function migrationNames(folder: string = MIGRATIONS): Promise<readonly string[]> {
  return (await readMigrations(folder)).map(({ name, sha256 }) => `${name} ${sha256}`);
}

/**
 * Brings the schema up to date: forward only, each migration in one transaction, one starter at a time. Refuses a database that
 * a newer version has migrated (code `outdated`), unless what it did is compatible; with code `database` one whose applied
 * migrations differ from ours, and one in which the role may make no schema. A migration that fails leaves nothing behind.
 * Gives the newest migration that this version knows: what its transactions are to begin with (`DatabaseAccess.schema`).
 */
export async function migrate(
  owner: ClientConfig,
  folder: string = MIGRATIONS,
  /** Of this program: kept beside each migration, so that an older one can name it. */
  version: string | null = null,
): Promise<string> {
  const migrations = await readMigrations(folder);
  await withClient(owner, async (session) => {
    await session.run('select pg_advisory_lock($1)', [START_LOCK]);
    const applied = await appliedMigrations(session);
    for (const [index, row] of applied.entries()) assertOurs(row, migrations[index]);
    for (const migration of migrations.slice(applied.length)) await apply(session, migration, version);
  });
  return migrations.at(-1)?.name ?? '';
}

interface Applied {
  readonly name: string;
  readonly sha256: string;
  readonly version: string | null;
  readonly compatible: boolean;
}

async function appliedMigrations(session: Session): Promise<readonly Applied[]> {
  const known = await session.row<{ known: boolean; told: boolean }>(
    `select to_regclass('public.dismantle_migration') is not null as known,
            exists (select from pg_attribute where attrelid = to_regclass('public.dismantle_migration') and attname = 'compatible') as told`,
  );
  if (known?.known !== true) {
    await assertMayBegin(session);
    await session.run(
      `create table public.dismantle_migration (
         name text collate "C" primary key, sha256 text not null,
         applied_at timestamptz not null default clock_timestamp())`,
    );
  }
  if (known?.told !== true) {
    await session.run(
      `alter table public.dismantle_migration
         add column if not exists version text, add column if not exists compatible boolean not null default false`,
    );
  }
  return session.rows<Applied>(
    'select name, sha256, version, compatible from public.dismantle_migration order by name collate "C"',
  );
}

/** Our own cluster always lets us; in a database that somebody else runs, rights may be missing. */
async function assertMayBegin(session: Session): Promise<void> {
  const may = await session.row<{ here: boolean; public: boolean; name: string; role: string }>(
    `select has_database_privilege(current_database(), 'create') as here,
            has_schema_privilege('public', 'create') as public,
            quote_ident(current_database()) as name, quote_ident(current_user) as role`,
  );
  if (may === null || (may.here && may.public)) return;
  throw problem(
    'database',
    `the user ${may.role} of DATABASE_URL may not make the schema in the database ${may.name}`,
    `Let an administrator run: grant create on database ${may.name} to ${may.role}; grant create on schema public to ${may.role};`,
  );
}

function assertOurs({ name, sha256, version, compatible }: Applied, ours: Migration | undefined): void {
  // A newer program has been here, and whoever wrote its migration says that it takes nothing from us.
  if (ours === undefined && compatible) return;
  if (ours === undefined) throw outdated(name, version);
  if (ours.name !== name) {
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

async function apply(session: Session, migration: Migration, version: string | null): Promise<void> {
  await session.run('begin');
  try {
    await session.run(migration.sql);
    await session.run(
      'insert into public.dismantle_migration (name, sha256, version, compatible) values ($1, $2, $3, $4)',
      [migration.name, migration.sha256, version, migration.compatible],
    );
    if (migration.name.startsWith('0001_')) {
      await session.run(`select set_config('dismantle.organisation', $1, true)`, [DEFAULT_ORGANISATION]);
      await session.run(`insert into dismantle.organisation (organisation_id, name) values ($1, 'default')`, [
        DEFAULT_ORGANISATION,
      ]);
    }
    await session.end('commit');
  } catch (cause) {
    // Where the connection is gone, so is the transaction.
    await session.run('rollback').catch(() => {});
    const known = explained(cause);
    if (known instanceof ProblemError) throw known;
    throw problem(
      'database',
      `the migration ${migration.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Nothing was changed; report this as a bug if the database is as dismantle made it',
      cause,
    );
  }
}
