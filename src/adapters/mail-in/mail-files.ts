import { createReadStream } from 'node:fs';
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import type { MailFiles, RawMessage } from '../../ports/mailbox.ts';
import { MAX_MESSAGE_BYTES } from './bounds.ts';
import { isMbox, splitMbox } from './split-mbox.ts';

const MAX_FILES = 100_000;
const MAX_DEPTH = 4;

/** Messages out of .eml files, mboxes, folders of either (a Maildir is one), and standard input. */
export function createMailFiles(stdin: () => AsyncIterable<Uint8Array>): MailFiles {
  return {
    async *messages(names) {
      for (const name of names) {
        if (name === '-') {
          yield* messagesOf(stdin(), 'standard input');
          continue;
        }
        for (const path of await filesBelow(name)) yield* messagesOf(openFile(path), path);
      }
    },
  };
}

/** The files that a name stands for: itself, or what lies in the folder, in the order of their names. */
async function filesBelow(name: string): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      // Hidden files are a mail program's own, "tmp" of a Maildir is not delivered yet; links could lead anywhere.
      if (entry.name.startsWith('.')) continue;
      const below = join(path, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH && entry.name !== 'tmp') await walk(below, depth + 1);
      else if (entry.isFile()) found.push(below);
      if (found.length > MAX_FILES)
        throw problem('input', `${name}: more than ${MAX_FILES} files`, 'Name its folders one by one');
    }
  };
  try {
    if ((await kindOf(name)).isDirectory()) await walk(name, 0);
    else found.push(name);
  } catch (cause) {
    throw readProblem(name, cause);
  }
  return found;
}

function kindOf(name: string): Promise<Stats> {
  return stat(name);
}

async function* openFile(path: string): AsyncIterable<Uint8Array> {
  try {
    const stream: AsyncIterable<Buffer> = createReadStream(path);
    yield* stream;
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

function readProblem(name: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  const said = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
  return problem(
    'input',
    `${name}: ${said}`,
    'Name a message (.eml), an mbox, a folder of them, or - for standard input',
    cause,
  );
}

/** One message, or those of an mbox, as the first bytes tell. */
async function* messagesOf(chunks: AsyncIterable<Uint8Array>, name: string): AsyncIterable<RawMessage> {
  const reader = chunks[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let headBytes = 0;
  while (headBytes < 5) {
    const next = await reader.next();
    if (next.done === true) break;
    head.push(next.value);
    headBytes += next.value.length;
  }
  const rest = async function* (): AsyncIterable<Uint8Array> {
    yield* head;
    for (;;) {
      const next = await reader.next();
      if (next.done === true) return;
      yield next.value;
    }
  };
  if (!isMbox(Buffer.concat(head))) {
    const bytes = await bounded(rest());
    if (bytes.length > 0) yield { bytes, source: `import: ${name}` };
    return;
  }
  let number = 0;
  for await (const bytes of splitMbox(rest())) {
    number += 1;
    if (bytes.length > 0) yield { bytes, source: `import: ${name}, message ${number}` };
  }
}

/** One byte more than a message may have tells the reader that there was more. */
async function bounded(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_MESSAGE_BYTES) break;
  }
  return Buffer.concat(kept).subarray(0, MAX_MESSAGE_BYTES + 1);
}
