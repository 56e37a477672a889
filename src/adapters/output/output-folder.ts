import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import type { OutputFolder } from '../../ports/output-folder.ts';

/** A folder on this machine, one folder an operation in it. Whoever opens it sees whole files only. */
export function createOutputFolder(folder: string): OutputFolder {
  const locate = (operation: string, name: string): string => join(folder, operation, name);
  return {
    locate,
    async put(operation, name, content) {
      const path = locate(operation, name);
      try {
        // Notices name victims and evidence: for the owner's eyes.
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
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

async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
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
