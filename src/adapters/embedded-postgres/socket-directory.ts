import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { readIdentity } from './layout.ts';
import type { Layout } from './layout.ts';

/** The name of PostgreSQL's socket for our port; the longest name that we put into the directory. */
const LONGEST_SOCKET_NAME = '.s.PGSQL.5432';

/** sun_path holds 108 bytes on Linux and 104 on the BSDs and macOS, the closing zero among them (unix(7), unix(4)). */
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/** A short name that belongs to this very folder and user, and that a stranger cannot guess: the identity is private. */
export function socketDirectoryName(layout: Layout, uid: number): string {
  const hash = createHash('sha256')
    .update(`${layout.folder}\0${uid}\0${readIdentity(layout)}`)
    .digest('hex');
  return `dismantle-${hash.slice(0, 16)}`;
}

/** Where short private directories may be made, best first (XDG Base Directory Specification; then the system's own). */
export function socketBases(environment: NodeJS.ProcessEnv): string[] {
  const runtime = environment['XDG_RUNTIME_DIR'];
  return [...(runtime === undefined || runtime === '' ? [] : [runtime]), tmpdir(), '/tmp'];
}

/**
 * Makes the directory (0700) for the sockets of keeper and server in the first base where it fits, or finds it there.
 * Refuses one that is a symbolic link, belongs to somebody else or is open to others: who owns the directory could
 * pose as our database.
 */
export function chooseSocketDirectory(bases: readonly string[], name: string, uid: number): Result<string> {
  const reasons: string[] = [];
  for (const wanted of bases) {
    const base = usableBase(wanted, uid);
    if (!base.ok) {
      reasons.push(`${wanted}: ${base.problem}`);
      continue;
    }
    const directory = join(base.value, name);
    if (Buffer.byteLength(join(directory, LONGEST_SOCKET_NAME)) > LONGEST_SOCKET_PATH) {
      reasons.push(`${wanted}: longer than a socket's path may be (${LONGEST_SOCKET_PATH} bytes)`);
      continue;
    }
    try {
      mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'EEXIST') {
        reasons.push(`${wanted}: ${code}`);
        continue;
      }
    }
    const foreign = whyForeign(directory, uid);
    if (foreign === null) return success(directory);
    return failure({
      code: 'database',
      message: `${directory} is to hold the database's private sockets, but ${foreign}`,
      hint: 'Find out who made it and remove it, or set XDG_RUNTIME_DIR to a short directory of your own.',
    });
  }
  return failure({
    code: 'database',
    message: `no place for the database's sockets (${reasons.join('; ')})`,
    hint: 'Set XDG_RUNTIME_DIR to a short directory that only you can write to, or set DATABASE_URL.',
  });
}

/** Whoever may rename what lies in the base could swap our directory: it must be ours or root's, and sticky if shared. */
function usableBase(base: string, uid: number): Result<string, string> {
  try {
    const canonical = realpathSync(base);
    const found = statSync(canonical);
    if (!found.isDirectory()) return failure('not a directory');
    if (found.uid !== uid && found.uid !== 0) return failure(`belongs to uid ${found.uid}`);
    if ((found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0) return failure('others may rename what lies in it');
    return success(canonical);
  } catch (error) {
    return failure(codeOf(error));
  }
}

function whyForeign(directory: string, uid: number): string | null {
  const found = lstatSync(directory);
  if (found.isSymbolicLink()) return 'it is a symbolic link';
  if (!found.isDirectory()) return 'it is not a directory';
  if (found.uid !== uid) return `it belongs to uid ${found.uid}, and this is uid ${uid}`;
  if ((found.mode & 0o077) !== 0) return 'others may enter it';
  return null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
