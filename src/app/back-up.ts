import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { EmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres.ts';
import { isThere } from '../adapters/files/is-there.ts';
import { keepLastCheckpoint, readLastCheckpoint } from '../adapters/ledger-key/last-checkpoint.ts';
import { withClient } from '../adapters/postgres/connect.ts';
import { problem } from '../domain/problem.ts';
import type { Progress } from '../ports/progress.ts';

/** A data directory whose own PostgreSQL is in use, and the folder that its copy is to be. */
export interface BackUp {
  readonly dataDirectory: string;
  readonly target: string;
  readonly connection: EmbeddedPostgres['connection'];
  readonly progress: Progress;
}

/** Copies it whole or not at all. Gives the last checkpoint that is in the copy; null where none was signed. */
export async function backUp({
  dataDirectory,
  target,
  connection,
  progress,
}: BackUp): Promise<{ readonly checkpoint: string | null }> {
  const [{ copyCluster, WalGone }, { layoutOf }] = await Promise.all([
    import('../adapters/embedded-postgres/backup.ts'),
    import('../adapters/embedded-postgres/layout.ts'),
  ]);
  const draft = `${resolve(target)}.partial-${process.pid}`;
  try {
    await mkdir(draft, { recursive: false, mode: 0o700 });
    if (await isThere(target)) throw problem('input', `${target} is there already`, 'Name a folder that is not');
    // The checkpoint before the database, which then continues it; keys once more after it, which may have come meanwhile.
    await copyFolders(dataDirectory, draft, ['keys', 'mail', 'dismantle.yaml']);
    const checkpoint = await readLastCheckpoint(draft);
    progress.step('copying the database');
    await withClient(connection, (session) =>
      copyCluster(layoutOf(join(dataDirectory, 'postgres')).cluster, layoutOf(join(draft, 'postgres')).cluster, {
        async begin() {
          const row = await session.row<{ segment: string }>(
            `select pg_walfile_name(pg_backup_start('dismantle backup', true)) as segment`,
          );
          return row?.segment ?? '';
        },
        async end() {
          const row = await session.row<{ label: string }>('select labelfile as label from pg_backup_stop(false)');
          return row?.label ?? '';
        },
      }),
    );
    await copyFolders(dataDirectory, draft, ['keys']);
    if (checkpoint !== null) await keepLastCheckpoint(draft, checkpoint);
    else await rm(join(draft, 'keys', 'last-checkpoint'), { force: true });
    await rename(draft, resolve(target));
    return { checkpoint };
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    if (cause instanceof WalGone)
      throw problem('database', 'too much was written while it was copied', 'Try again when less is going on', cause);
    throw cause;
  }
}

/** What of these is there; files that are there already are written over. */
async function copyFolders(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const place = join(from, name);
    if (await isThere(place)) await cp(place, join(to, name), { recursive: true, preserveTimestamps: true });
  }
}
