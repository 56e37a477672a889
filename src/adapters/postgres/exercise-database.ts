import { createHash, randomBytes } from 'node:crypto';
import type { ClientConfig } from 'pg';
import { prepareOwnCluster, START_LOCK } from './bootstrap.ts';
import { withClient } from './connect.ts';
import type { DatabaseAccess, Session } from './connect.ts';
import { migrate, migrationNames } from './migrate.ts';

/** A database that one exercise has for itself, in a cluster of our own. */
export interface ExerciseDatabase {
  readonly access: DatabaseAccess;
  /** Removes it; nothing else ever knew of it. */
  drop(): Promise<void>;
}

const PREFIX = 'exercise_';
const TEMPLATE_PREFIX = 'dismantle_template_';

/**
 * Makes an empty database with the schema in it: cloned from a template, which the first exercise of a version makes. Commits do not
 * wait for the disk there: what is lost with the machine is only a game. Databases of exercises that were killed go.
 */
export async function openExerciseDatabase(superuser: ClientConfig): Promise<ExerciseDatabase> {
  const { owner, app } = await prepareOwnCluster(superuser);
  const names = await migrationNames();
  const version = createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 12);
  const template = `${TEMPLATE_PREFIX}${version}`;
  const name = `${PREFIX}${randomBytes(8).toString('hex')}`;
  await withClient(superuser, async (session) => {
    await session.run('select pg_advisory_lock($1)', [START_LOCK]);
    await dropAbandoned(session);
    await dropOldTemplates(session, template);
    if ((await session.row('select from pg_database where datname = $1', [template])) === null) {
      await makeTemplate(session, template, owner);
    }
    await session.run(`create database ${name} template ${template} owner ${owner.user ?? ''}`);
    await session.run(`alter database ${name} set synchronous_commit = off`);
    // Whoever else begins an exercise must not take it for an abandoned one.
    await session.run(`comment on database ${name} is 'in use since ${await secondsNow(session)}'`);
  });
  return {
    access: { owner: { ...owner, database: name }, app: { ...app, database: name } },
    drop: () => withClient(superuser, (session) => session.run(`drop database if exists ${name} with (force)`)),
  };
}

/** Made aside and given its name when it is whole: a start that was cut short leaves none that looks ready. */
async function makeTemplate(session: Session, template: string, owner: ClientConfig): Promise<void> {
  const making = `${template}_making`;
  await session.run(`drop database if exists ${making} with (force)`);
  await session.run(`create database ${making} owner ${owner.user ?? ''}`);
  await migrate({ ...owner, database: making });
  await session.run(`alter database ${making} rename to ${template}`);
}

/** Those of other versions that nobody is cloning or making: whoever goes back to one makes it again. */
async function dropOldTemplates(session: Session, template: string): Promise<void> {
  const old = await session.rows<{ name: string }>(
    `select d.datname as name from pg_database d
     where d.datname ~ $1 and d.datname <> $2
       and not exists (select from pg_stat_activity a where a.datname = d.datname)`,
    [`^${TEMPLATE_PREFIX}[0-9a-f]{12}(_making)?$`, template],
  );
  for (const { name } of old) await session.run(`drop database if exists ${name}`);
}

/** Nobody is connected, and it was made more than a minute ago. */
async function dropAbandoned(session: Session): Promise<void> {
  const abandoned = await session.rows<{ name: string; comment: string | null }>(
    `select d.datname as name, shobj_description(d.oid, 'pg_database') as comment from pg_database d
     where d.datname like 'exercise\\_%' and not exists (select from pg_stat_activity a where a.datname = d.datname)`,
  );
  const now = await secondsNow(session);
  for (const { name, comment } of abandoned) {
    const since = Number(/\d+$/.exec(comment ?? '')?.[0] ?? 0);
    if (now - since > 60) await session.run(`drop database if exists ${name} with (force)`);
  }
}

/** By the database's clock: seconds since 1970. */
async function secondsNow(session: Session): Promise<number> {
  const row = await session.row<{ at: number }>('select extract(epoch from clock_timestamp())::float8 as at');
  return Math.floor(row?.at ?? 0);
}
