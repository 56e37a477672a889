import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { addAbortSignal } from 'node:stream';
import { assertGoesOn, problem, ProblemError } from '../../domain/problem.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { InputFile, InputFiles } from '../../ports/input-files.ts';
import { fileProblem, unreadable } from './file-problems.ts';
import { digestOf, hashedFile } from './hashed-file.ts';
import type { Digest, OpenBytes } from './hashed-file.ts';
import { mispEvents } from './misp-folder.ts';
import { PACKING_BYTES, packingOf } from './packing.ts';
import { expandPattern } from './patterns.ts';
import { pipeBytes } from './pipe-bytes.ts';
import { createSpool } from './spool.ts';
import { CHUNK_BYTES, createAllowance, gunzipped, memberBytes, UNPACK_LIMITS } from './unpack.ts';
import type { UnpackLimits } from './unpack.ts';
import { zipMembers } from './zip-archive.ts';

const STANDARD_INPUT = '-';
const STANDARD_INPUT_NAME = 'standard input';
const MAX_SPOOLED_BYTES = 16 * 1024 ** 3;

const NEVER = new AbortController().signal;

export interface InputFilesOptions {
  /** Where pipes are copied to; made for the user alone when it is first needed. */
  readonly spoolDirectory: string;
  /** Asked only when somebody names `-`: a stream that nobody reads keeps a process alive. */
  readonly stdin: () => Readable;
  readonly signal?: AbortSignal;
  /** Lower in tests. */
  readonly limits?: UnpackLimits;
  readonly maxSpooledBytes?: number;
}

/** Files on this machine, packed or not, and what is piped in. Nothing is ever unpacked to the disk. */
export function createInputFiles(options: InputFilesOptions): InputFiles {
  const { spoolDirectory, stdin, signal = NEVER, limits = UNPACK_LIMITS } = options;
  const spool = createSpool(spoolDirectory, options.maxSpooledBytes ?? MAX_SPOOLED_BYTES, signal);
  let isTidy = false;
  let isStdinRead = false;

  /** The files that one name stands for. */
  async function filesOf(name: string): Promise<readonly InputFile[]> {
    if (name === STANDARD_INPUT) return standardInput();
    return inTermsOf(name, async () => {
      const files: InputFile[] = [];
      for (const match of await expandPattern(name)) {
        files.push(...(await inTermsOf(match, () => filesAt(match))));
      }
      return files;
    });
  }

  async function standardInput(): Promise<readonly InputFile[]> {
    if (isStdinRead) {
      throw problem('usage', 'standard input can be read only once', 'Name "-" once');
    }
    isStdinRead = true;
    return inTermsOf(STANDARD_INPUT_NAME, () => {
      const chunks: AsyncIterable<Uint8Array> = addAbortSignal(signal, stdin());
      return spooledFiles(STANDARD_INPUT_NAME, chunks);
    });
  }

  async function filesAt(name: string): Promise<readonly InputFile[]> {
    // Asked before it is opened: opening a named pipe waits until somebody writes to it.
    const found = await stat(name);
    if (found.isFile()) return contentOf(name, name, found.size, null);
    // Windows has its pipes elsewhere, and no way to read one without waiting.
    if (found.isFIFO() && process.platform !== 'win32') return spooledFiles(name, pipeBytes(name, signal));
    if (!found.isDirectory()) throw notAFile(name);
    const files: InputFile[] = [];
    for (const event of await mispEvents(name)) {
      const { size } = await stat(event);
      files.push(...(await inTermsOf(event, () => contentOf(event, event, size, null))));
    }
    return files;
  }

  async function spooledFiles(name: string, chunks: AsyncIterable<Uint8Array>): Promise<readonly InputFile[]> {
    const { path, digest } = await spool.keep(name, chunks);
    return contentOf(name, path, digest.sizeBytes, digest);
  }

  /** @param digest where the bytes at `path` were read already */
  async function contentOf(
    name: string,
    path: string,
    sizeBytes: number,
    digest: Digest | null,
  ): Promise<readonly InputFile[]> {
    const packing = packingOf(digest?.head ?? (await firstBytes(path)));
    if (packing === 'zip') return membersOf(name, path, sizeBytes);
    if (packing === 'gzip') {
      const content = (): AsyncIterable<Uint8Array> => gunzipped(name, path, createAllowance(name, sizeBytes, limits));
      return [await unpackedFile(name, content, content)];
    }
    if (packing !== null) throw packedWith(name, packing);
    const content = (): AsyncIterable<Uint8Array> => bytesOf(path);
    return [hashedFile(name, digest ?? (await digestOf(content(), signal)), content)];
  }

  async function membersOf(name: string, path: string, sizeBytes: number): Promise<readonly InputFile[]> {
    const allowance = createAllowance(name, sizeBytes, limits);
    const files: InputFile[] = [];
    for (const range of await zipMembers(name, path)) {
      const read = (): AsyncIterable<Uint8Array> => memberBytes(path, range, allowance);
      // Read again, a member may not grow beyond what it was; that bounds it better than what is left of the allowance.
      const readAgain = (): AsyncIterable<Uint8Array> => memberBytes(path, range, () => undefined);
      files.push(await inTermsOf(range.name, () => unpackedFile(range.name, read, readAgain)));
    }
    return files;
  }

  async function unpackedFile(name: string, read: OpenBytes, readAgain: OpenBytes): Promise<InputFile> {
    const digest = await digestOf(read(), signal);
    const packing = packingOf(digest.head);
    if (packing !== null) throw packedWith(name, packing, 'holds another archive: it ');
    return hashedFile(name, digest, readAgain);
  }

  return {
    async open(names) {
      try {
        if (!isTidy) await spool.removeStale();
        isTidy = true;
        const files: InputFile[] = [];
        for (const name of names) {
          assertGoesOn(signal);
          files.push(...(await filesOf(name)));
        }
        return success(files);
      } catch (cause) {
        if (cause instanceof ProblemError) return failure(cause.problem);
        throw cause;
      }
    },
    async receive(name) {
      if (!isTidy) await spool.removeStale();
      isTidy = true;
      const spooling = await spool.begin(name);
      return {
        take: (piece) => spooling.write(piece),
        async files() {
          await spooling.end();
          try {
            const { size } = await stat(spooling.path);
            return success(await inTermsOf(name, () => contentOf(name, spooling.path, size, null)));
          } catch (cause) {
            if (cause instanceof ProblemError) return failure(cause.problem);
            throw cause;
          }
        },
        drop: () => spooling.drop(),
      };
    },
    close: () => spool.close(),
  };

  /** Whatever goes wrong in there is told of this file; Ctrl-C is nothing that went wrong with it. */
  async function inTermsOf<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (cause) {
      assertGoesOn(signal);
      throw new ProblemError(fileProblem(name, cause), cause);
    }
  }
}

/** Plain files on this machine, read as they are. */
export const localFiles = {
  async open(name: string): Promise<Result<InputFile>> {
    try {
      const found = await stat(name);
      if (found.isDirectory()) return failure(unreadable(name, 'is a folder'));
      if (!found.isFile()) return failure(notAFile(name).problem);
      const content = (): AsyncIterable<Uint8Array> => bytesOf(name);
      return success(hashedFile(name, await digestOf(content(), NEVER), content));
    } catch (cause) {
      return failure(fileProblem(name, cause));
    }
  },
};

function bytesOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(PACKING_BYTES);
    const { bytesRead } = await file.read(buffer, 0, PACKING_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function notAFile(name: string): ProblemError {
  return new ProblemError(unreadable(name, 'is not an ordinary file'));
}

function packedWith(name: string, packing: string, prefix = ''): ProblemError {
  return problem('input', `${name}: ${prefix}is packed with ${packing}`, 'Unpack it and name what it holds');
}
