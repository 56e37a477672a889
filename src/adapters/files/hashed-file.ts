import { createHash } from 'node:crypto';
import { assertGoesOn, ProblemError } from '../../domain/problem.ts';
import type { Problem } from '../../domain/problem.ts';
import type { InputFile } from '../../ports/input-files.ts';
import { fileProblem, isSystemError } from './file-problems.ts';

const HEAD_BYTES = 64 * 1024;

/** What one whole reading of a file found. */
export type Digest = Pick<InputFile, 'sizeBytes' | 'sha256' | 'head'>;

/** Begins a reading of a file's content from its first byte. */
export type OpenBytes = () => AsyncIterable<Uint8Array>;

export async function digestOf(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Digest> {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    assertGoesOn(signal);
    hash.update(chunk);
    if (sizeBytes < HEAD_BYTES) head.push(chunk.subarray(0, HEAD_BYTES - sizeBytes));
    sizeBytes += chunk.length;
  }
  return { sizeBytes, sha256: hash.digest('hex'), head: Buffer.concat(head) };
}

/** A file that was read once for its digest, and is held to it whenever it is read again. */
export function hashedFile(name: string, digest: Digest, open: OpenBytes): InputFile {
  return { name, ...digest, chunks: () => checkedChunks(name, digest, open) };
}

/** The same bytes as were hashed, or a problem at their end: an import that mixes two versions must not be committed. */
async function* checkedChunks(name: string, digest: Digest, open: OpenBytes): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of open()) {
      sizeBytes += chunk.length;
      // Also what bounds the unpacking of an archive that was exchanged for another one.
      if (sizeBytes > digest.sizeBytes) break;
      hash.update(chunk);
      yield chunk;
    }
  } catch (cause) {
    // What could be unpacked before and no longer can is another file.
    throw new ProblemError(isSystemError(cause) ? fileProblem(name, cause) : changed(name), cause);
  }
  if (sizeBytes !== digest.sizeBytes || hash.digest('hex') !== digest.sha256) throw new ProblemError(changed(name));
}

function changed(name: string): Problem {
  return {
    code: 'input',
    message: `${name}: the file changed while it was being read`,
    hint: 'Run the command again when nothing writes to it',
  };
}
