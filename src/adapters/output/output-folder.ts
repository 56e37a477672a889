import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import type { OutputFolder } from '../../ports/output-folder.ts';

/** A folder on this machine, one folder an operation in it. Whoever opens it sees whole files only. */
export function createOutputFolder(folder: string): OutputFolder {
  const tidied = new Set<string>();
  const locate = (operation: string, name: string): string => join(folder, operation, name);
  return {
    locate,
    async put(operation, name, content) {
      const path = locate(operation, name);
      try {
        // Notices name victims and evidence: for the owner's eyes.
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        if (!tidied.has(dirname(path))) await removeLeftovers(dirname(path));
        tidied.add(dirname(path));
        await writeWhole(path, content);
      } catch (cause) {
        throw problem(
          'input',
          `${path}: cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
          'Choose a folder that you may write to with --out, or make room',
          cause,
        );
      }
      return path;
    },
    async has(operation, name, sha256) {
      try {
        const content = await readFile(locate(operation, name));
        return createHash('sha256').update(content).digest('hex') === sha256;
      } catch {
        return false;
      }
    },
    async remove(operation, name) {
      await rm(locate(operation, name), { force: true });
    },
  };
}

/** Process numbers mean nothing on another machine or in another container over the same folder. */
const HOST_TOKEN = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const TEMPORARY = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp$/;

/** What a process left half-written that was killed. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, host, pid] = TEMPORARY.exec(name) ?? [];
    if (host === HOST_TOKEN && !isRunning(Number(pid))) await rm(join(directory, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH');
  }
}

async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${HOST_TOKEN}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}
