import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Binaries } from './binaries.ts';
import { commandLine, handOver } from './launcher.ts';
import type { Launcher } from './launcher.ts';
import { MAJOR_VERSION } from './layout.ts';
import type { Layout } from './layout.ts';
import { runProgram } from './run-program.ts';
import { explainFailure } from './start-problem.ts';

/** The cluster's superuser. */
export const SUPERUSER = 'postgres';

/**
 * Makes the cluster where there is none, and checks the version of one that is there. Only who holds the keeper's
 * lock may call it.
 */
export async function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  launcher: Launcher,
  environment: Record<string, string>,
  report: (text: string) => void,
): Promise<Result<null>> {
  if (!existsSync(layout.cluster)) {
    report('making the database for the first time');
    return makeCluster(layout, binaries, launcher, environment);
  }
  const version = checkVersion(layout);
  if (!version.ok) return version;
  return adjustOwner(layout, launcher);
}

/**
 * initdb works in a sibling that is renamed into place when all of it is on disk: a cluster is there whole or not at
 * all. The sibling's name is new each time, because an initdb whose keeper was killed may still write into its own.
 */
async function makeCluster(
  layout: Layout,
  binaries: Binaries,
  launcher: Launcher,
  environment: Record<string, string>,
): Promise<Result<null>> {
  for (const name of readdirSync(layout.folder)) {
    if (name.startsWith(`${MAJOR_VERSION}.new-`)) removeLeftover(join(layout.folder, name));
  }
  const draft = `${layout.cluster}.new-${randomBytes(6).toString('hex')}`;
  mkdirSync(draft, { mode: 0o700 });
  handOver(launcher, draft);
  const { file, parameters } = commandLine(launcher, binaries.initdb, [
    '-D',
    draft,
    '-U',
    SUPERUSER,
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C',
    '--data-checksums',
    '--no-instructions',
    ...authentication(layout),
  ]);
  const outcome = await runProgram(file, parameters, environment);
  if (outcome.code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    return failure(explainFailure('the database could not be made', outcome.output.trim().split('\n'), layout));
  }
  renameSync(draft, layout.cluster);
  syncDirectory(layout.folder);
  return success(null);
}

/** Local sockets lie in a directory that only we may enter, so whoever reaches one is trusted. Windows: a password. */
function authentication(layout: Layout): string[] {
  if (process.platform !== 'win32') return ['--auth-local=trust', '--auth-host=reject'];
  writeFileSync(layout.password, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return ['--auth-local=scram-sha-256', '--auth-host=scram-sha-256', `--pwfile=${layout.password}`];
}

function checkVersion(layout: Layout): Result<null> {
  const path = join(layout.cluster, 'PG_VERSION');
  let version: string;
  try {
    version = readFileSync(path, 'utf8').trim();
  } catch (error) {
    return failure({
      code: 'database',
      message: `${layout.cluster} is not a whole database: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Restore the data directory from a backup, or start anew with another --data-dir.',
    });
  }
  if (version === MAJOR_VERSION) return success(null);
  if (/^\d{1,3}(\.\d{1,2})?$/.test(version)) {
    return failure({
      code: 'database',
      message: `the database in ${layout.cluster} is of PostgreSQL ${version}, and this program brings ${MAJOR_VERSION}`,
      hint:
        `Take it over with pg_upgrade, or run it under PostgreSQL ${version} and set DATABASE_URL; ` +
        'another --data-dir starts anew.',
    });
  }
  return failure({
    code: 'database',
    message: `${path} is damaged: it reads ${JSON.stringify(version.slice(0, 40))} where ${MAJOR_VERSION} belongs`,
    hint: 'Check the disk, then restore the data directory from a backup, or start anew with another --data-dir.',
  });
}

/** Root's cluster on a machine without namespaces belongs to the user that the server runs as from now on. */
async function adjustOwner(layout: Layout, launcher: Launcher): Promise<Result<null>> {
  const { owner } = launcher;
  if (owner === null || statSync(layout.cluster).uid === owner.uid) return success(null);
  const parameters = ['-R', '-h', `${owner.uid}:${owner.gid}`, layout.cluster];
  const outcome = await runProgram('chown', parameters, { PATH: process.env['PATH'] ?? '/usr/bin:/bin' });
  if (outcome.code === 0) return success(null);
  return failure(explainFailure('the database could not change hands', outcome.output.trim().split('\n'), layout));
}

function removeLeftover(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Its initdb still runs and fails now for want of its files; the next start removes the rest.
  }
}

/** A rename is on disk only when its directory is. Windows cannot sync directories. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
