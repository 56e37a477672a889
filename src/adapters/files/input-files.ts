import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { problem, ProblemError } from '../../domain/problem.ts';
import type { Problem } from '../../domain/problem.ts';
import type { InputFile, InputFiles } from '../../ports/input-files.ts';

const HEAD_BYTES = 64 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Files on this machine. Each is read once for its hash, and checked against it whenever it is read again. */
export const localFiles: InputFiles = { open: openFile };

async function openFile(name: string): Promise<Result<InputFile>> {
  try {
    // Asked before it is opened: opening a named pipe waits until somebody writes to it.
    const found = await stat(name);
    if (!found.isFile()) {
      return failure(unreadable(name, found.isDirectory() ? 'is a folder' : 'is not an ordinary file'));
    }
    const hash = createHash('sha256');
    const head: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of bytesOf(name)) {
      hash.update(chunk);
      if (sizeBytes < HEAD_BYTES) head.push(chunk.subarray(0, HEAD_BYTES - sizeBytes));
      sizeBytes += chunk.length;
    }
    const sha256 = hash.digest('hex');
    return success({ name, sizeBytes, sha256, head: Buffer.concat(head), chunks: () => checkedChunks(name, sha256) });
  } catch (cause) {
    return failure(unreadable(name, reasonOf(cause)));
  }
}

function bytesOf(name: string): AsyncIterable<Uint8Array> {
  return createReadStream(name, { highWaterMark: CHUNK_BYTES });
}

/** The same bytes as were hashed, or a problem at their end: an import that mixes two versions must not be committed. */
async function* checkedChunks(name: string, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of bytesOf(name)) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (cause) {
    throw new ProblemError(unreadable(name, reasonOf(cause)), cause);
  }
  if (hash.digest('hex') !== sha256) {
    throw problem(
      'input',
      `${name}: the file changed while it was being read`,
      'Run the command again when nothing writes to it',
    );
  }
}

function unreadable(name: string, reason: string): Problem {
  return { code: 'input', message: `${name}: ${reason}`, hint: 'Check the path and that you may read it' };
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'you may not read it';
  return cause instanceof Error ? cause.message : String(cause);
}
