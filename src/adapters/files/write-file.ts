import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { problem } from '../../domain/problem.ts';

/** Writes a whole file or nothing: under another name first, on disk before it gets its own. */
export async function writeWholeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    if (cause instanceof Error && 'code' in cause && 'syscall' in cause) {
      throw problem(
        'input',
        `${path}: cannot be written: ${cause.message}`,
        'Choose a folder that exists and that you may write to',
        cause,
      );
    }
    throw cause;
  }
}

/** The folder, with those above it; there already is no fault. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw problem(
      'input',
      `${path}: cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Choose a folder that you may write to',
      cause,
    );
  }
}

/** The bytes of a file, or a problem that names it. */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1024 * 1024 });
    yield* stream;
  } catch (cause) {
    throw problem(
      'input',
      `${path}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Check the path and that you may read it',
      cause,
    );
  }
}
