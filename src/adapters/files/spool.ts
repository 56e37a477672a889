import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import type { ProblemError } from '../../domain/problem.ts';
import { codeOf, isSystemError } from './file-problems.ts';
import { digestOf } from './hashed-file.ts';
import type { Digest } from './hashed-file.ts';

/** A private copy of what can be read only once. */
export interface Spooled {
  readonly path: string;
  readonly digest: Digest;
}

/** A copy that is being made. */
export interface Spooling {
  readonly path: string;
  write(piece: Uint8Array): Promise<void>;
  /** No more comes. */
  end(): Promise<void>;
  drop(): Promise<void>;
}

export interface Spool {
  /** Copies to a file that nobody else may read. */
  keep(name: string, chunks: AsyncIterable<Uint8Array>): Promise<Spooled>;
  /** Begins a copy of what comes in pieces. */
  begin(name: string): Promise<Spooling>;
  /** Removes what processes left behind that no longer run. */
  removeStale(): Promise<void>;
  close(): Promise<void>;
}

/** Nobody reads one file for a week: what is older was left behind, whatever its name says. */
const STALE_MS = 7 * 86_400_000;

const FILE_NAME = /^input-([0-9a-f]{8})-(\d+)-([0-9a-f]{16})-\d+$/;

/** Tells this process from an earlier one with its number, as the first process of a container always has. */
const PROCESS_TOKEN = randomBytes(8).toString('hex');
/** Process numbers mean nothing on another machine or in another container over the same folder. */
const HOST_TOKEN = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

let files = 0;

export function createSpool(directory: string, maxBytes: number, signal: AbortSignal): Spool {
  const kept: string[] = [];
  const nextPath = (): string => join(directory, `input-${HOST_TOKEN}-${process.pid}-${PROCESS_TOKEN}-${files++}`);

  async function* written(
    name: string,
    file: FileHandle,
    chunks: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    let sizeBytes = 0;
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge(name, maxBytes);
      await writeWhole(name, file, chunk);
      yield chunk;
    }
  }

  return {
    async keep(name, chunks) {
      const path = nextPath();
      const file = await create(directory, path);
      kept.push(path);
      try {
        return { path, digest: await digestOf(written(name, file, chunks), signal) };
      } catch (cause) {
        // Half a copy helps nobody, and may be what fills the disk.
        await rm(path, { force: true });
        throw cause;
      } finally {
        await file.close();
      }
    },
    async begin(name) {
      const path = nextPath();
      const file = await create(directory, path);
      kept.push(path);
      let sizeBytes = 0;
      return {
        path,
        async write(piece) {
          sizeBytes += piece.length;
          if (sizeBytes > maxBytes) throw tooLarge(name, maxBytes);
          await writeWhole(name, file, piece);
        },
        end: () => file.close(),
        async drop() {
          await file.close();
          await rm(path, { force: true });
          const index = kept.indexOf(path);
          if (index >= 0) kept.splice(index, 1);
        },
      };
    },
    async removeStale() {
      for (const name of await namesIn(directory)) {
        if (await isStale(name, join(directory, name))) await rm(join(directory, name), { force: true });
      }
    },
    async close() {
      for (const path of kept.splice(0)) await rm(path, { force: true });
    },
  };
}

function tooLarge(name: string, maxBytes: number): ProblemError {
  return problem(
    'input',
    `${name}: more than ${maxBytes / 1024 ** 3} GiB`,
    'Write it to a file and name the file, or split it',
  );
}

async function create(directory: string, path: string): Promise<FileHandle> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // One that was there before may be open to others.
    await chmod(directory, 0o700);
    return await open(path, 'wx', 0o600);
  } catch (cause) {
    throw cannotCopy(directory, cause);
  }
}

async function writeWhole(name: string, file: FileHandle, chunk: Uint8Array): Promise<void> {
  try {
    await file.writeFile(chunk);
  } catch (cause) {
    throw cannotCopy(name, cause);
  }
}

function cannotCopy(name: string, cause: unknown): unknown {
  if (!isSystemError(cause)) return cause;
  const reason = codeOf(cause) === 'ENOSPC' ? 'no room is left on the disk' : String(cause);
  return problem(
    'input',
    `${name}: cannot be copied to a temporary file: ${reason}`,
    'Make room in the data directory or choose another one with --data-dir',
    cause,
  );
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch {
    // None is there until something is spooled, and what cannot be tidied up hinders nobody.
    return [];
  }
}

async function isStale(name: string, path: string): Promise<boolean> {
  const match = FILE_NAME.exec(name);
  if (match === null) return false;
  const [, host, pid, token] = match;
  if (host === HOST_TOKEN && token !== PROCESS_TOKEN) {
    if (Number(pid) === process.pid || !isRunning(Number(pid))) return true;
  }
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return codeOf(cause) !== 'ESRCH';
  }
}
