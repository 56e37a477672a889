import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The newest checkpoint that this installation has signed, kept beside the key and not in the database: whoever changes
 * the database alone can then not have a shortened ledger signed as if it were whole.
 */
const place = (dataDirectory: string): string => join(dataDirectory, 'keys', 'last-checkpoint');

export async function readLastCheckpoint(dataDirectory: string): Promise<string | null> {
  try {
    return await readFile(place(dataDirectory), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}

export async function keepLastCheckpoint(dataDirectory: string, checkpoint: string): Promise<void> {
  const path = place(dataDirectory);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, checkpoint, { mode: 0o600, flush: true });
  await rename(temporary, path);
}
