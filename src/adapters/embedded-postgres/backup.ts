import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/*
 * A copy of a cluster of our own while it is in use: PostgreSQL's low-level backup, as `pg_basebackup` does it. What is copied is
 * torn, and the WAL of the time that it took makes it whole when the copy is first started.
 */

/** What the caller asks the server, over one connection that stays open throughout. */
export interface BackupSession {
  /** Begins, and gives the first WAL segment that the copy needs. */
  begin(): Promise<string>;
  /** Ends, and gives what belongs into backup_label. */
  end(): Promise<string>;
}

/** Folders whose contents are of the running server alone (PostgreSQL's manual, "Making an Exclusive Low-Level Backup"). */
const EMPTY_FOLDERS: ReadonlySet<string> = new Set([
  'pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans',
]); // prettier-ignore
const LEFT_OUT = /^(postmaster\.(pid|opts)|pgsql_tmp.*|backup_label.*|tablespace_map|pg_internal\.init.*)$/;
const CONTROL = join('global', 'pg_control');

export class WalGone extends Error {}

/** Copies into `target`, which must not exist; throws WalGone where more was written meanwhile than the server keeps. */
export async function copyCluster(cluster: string, target: string, session: BackupSession): Promise<void> {
  const firstSegment = await session.begin();
  await mkdir(target, { recursive: true, mode: 0o700 });
  await copyFolder(cluster, target, cluster);
  await copyFile(join(cluster, CONTROL), join(target, CONTROL));
  const label = await session.end();
  await writeFile(join(target, 'backup_label'), label, { mode: 0o600, flush: true });
  const wal = join(cluster, 'pg_wal');
  const segments = (await readdir(wal)).filter((name) => /^[0-9A-F]{24}$/.test(name)).sort();
  if (!segments.includes(firstSegment)) throw new WalGone(firstSegment);
  for (const name of segments) {
    if (name >= firstSegment) await copyIfThere(join(wal, name), join(target, 'pg_wal', name));
  }
  await mkdir(join(target, 'pg_wal', 'archive_status'), { mode: 0o700 });
  await syncFolder(target);
}

async function copyFolder(folder: string, target: string, cluster: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(noneIfGone)) {
    if (LEFT_OUT.test(entry.name)) continue;
    const from = join(folder, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) {
      await mkdir(to, { mode: 0o700 });
      if (!EMPTY_FOLDERS.has(relative(cluster, from))) await copyFolder(from, to, cluster);
    } else if (entry.isFile() && relative(cluster, from) !== CONTROL) await copyIfThere(from, to);
  }
}

/** Tables are dropped while a copy is made. */
async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (cause) {
    if (!isGone(cause)) throw cause;
  }
}

function noneIfGone(cause: unknown): [] {
  if (isGone(cause)) return [];
  throw cause;
}

function isGone(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

/** A backup is one when it is on disk. */
async function syncFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncFolder(path);
    else {
      const handle = await open(path, 'r');
      await handle.sync();
      await handle.close();
    }
  }
}
