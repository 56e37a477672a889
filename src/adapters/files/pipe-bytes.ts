import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { assertGoesOn } from '../../domain/problem.ts';
import { codeOf } from './file-problems.ts';

const CHUNK_BYTES = 64 * 1024;
const LONGEST_WAIT_MS = 20;

/**
 * What others write to a named pipe, until the last of them closes it.
 *
 * It is never waited for inside a system call: such a call holds a thread of Node's, and the process could not even
 * exit on Ctrl-C before somebody writes.
 */
export async function* pipeBytes(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const pipe = await openPipe(path, signal);
  try {
    for (let waits = 0; ;) {
      assertGoesOn(signal);
      const chunk = await readAvailable(pipe);
      if (chunk === null) {
        // A busy writer is back within microseconds, an idle one need not cost the processor anything.
        await (waits < 10 ? setImmediate() : setTimeout(Math.min(waits - 9, LONGEST_WAIT_MS)));
        waits += 1;
      } else {
        if (chunk.length === 0) return;
        waits = 0;
        yield chunk;
      }
    }
  } finally {
    await pipe.close();
  }
}

/** Empty at the end; null where somebody has the pipe open and has written nothing. */
async function readAvailable(pipe: FileHandle): Promise<Uint8Array | null> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    const { bytesRead } = await pipe.read(buffer, 0, CHUNK_BYTES, null);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    if (codeOf(cause) === 'EAGAIN') return null;
    throw cause;
  }
}

/** Waits for the first writer; before it, a pipe that is read without waiting looks as if it had ended. */
async function openPipe(path: string, signal: AbortSignal): Promise<FileHandle> {
  assertGoesOn(signal);
  // Nothing but a writer ends this wait, so on Ctrl-C we are one for a moment.
  const wake = async (): Promise<void> => {
    try {
      await (await open(path, constants.O_WRONLY | constants.O_NONBLOCK)).close();
    } catch {
      // Nobody waits any longer, or we may not write there.
    }
  };
  const onAbort = (): void => void wake();
  signal.addEventListener('abort', onAbort);
  try {
    const waited = await open(path, constants.O_RDONLY);
    try {
      return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } finally {
      // Only now: a writer that finds no reader for a moment is killed.
      await waited.close();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
