import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** The major version of the clusters that we make: its number names the cluster's directory. */
export const MAJOR_VERSION = '18';

/** Where everything of our own PostgreSQL lies, all below `<dataDirectory>/postgres`. */
export interface Layout {
  readonly folder: string;
  readonly cluster: string;
  readonly log: string;
  readonly keeperLog: string;
  /** Tells clients where the keeper listens. */
  readonly keeperRecord: string;
  /** Who holds its lock is the keeper. */
  readonly keeperLock: string;
  /** A random name of this very folder, so that one made anew at the same path is not taken for the old one. */
  readonly identity: string;
  /** The superuser's password; used where there are no local sockets (Windows). */
  readonly password: string;
}

export function layoutOf(folder: string): Layout {
  return {
    folder,
    cluster: join(folder, MAJOR_VERSION),
    log: join(folder, 'postgres.log'),
    keeperLog: join(folder, 'keeper.log'),
    keeperRecord: join(folder, 'keeper.json'),
    keeperLock: join(folder, 'keeper.lock'),
    identity: join(folder, 'identity'),
    password: join(folder, 'password'),
  };
}

/**
 * Makes `<dataDirectory>/postgres` (0700), with its parents and its identity, and answers with the layout below its
 * canonical path. Fails where it cannot be made or belongs to another user.
 */
export function prepareLayout(dataDirectory: string): Result<Layout> {
  const wanted = join(dataDirectory, 'postgres');
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    const layout = layoutOf(realpathSync(wanted));
    const uid = process.geteuid?.();
    const owner = statSync(layout.folder).uid;
    if (uid !== undefined && uid !== 0 && owner !== uid) {
      return failure({
        code: 'database',
        message: `${layout.folder} belongs to another user (uid ${owner}; this is uid ${uid})`,
        hint: 'Run as the user that it belongs to, choose another --data-dir, or set DATABASE_URL.',
      });
    }
    ensureIdentity(layout);
    return success(layout);
  } catch (error) {
    return failure({
      code: 'database',
      message: `the database's directory ${wanted} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Choose a --data-dir that this user can write to and that has room, or set DATABASE_URL.',
    });
  }
}

/** Written beside and linked into place, so that of two starters at once both read the same whole one. */
function ensureIdentity(layout: Layout): void {
  if (existsSync(layout.identity)) return;
  const random = randomBytes(16).toString('hex');
  const draft = `${layout.identity}.${random}`;
  writeFileSync(draft, `${random}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, layout.identity);
    giveToOwner(layout, layout.identity);
  } catch (error) {
    if (!existsSync(layout.identity)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

export function readIdentity(layout: Layout): string {
  return readFileSync(layout.identity, 'utf8').trim();
}

/** When root works in another user's folder, its files must stay usable to that user. */
export function giveToOwner(layout: Layout, path: string): void {
  if (process.geteuid?.() !== 0) return;
  const owner = statSync(layout.folder);
  if (owner.uid !== 0) chownSync(path, owner.uid, owner.gid);
}
