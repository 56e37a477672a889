import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES } from './bounds.ts';
import { createMailFiles } from './mail-files.ts';
import { readMessage } from './read-message.ts';
import { splitMbox } from './split-mbox.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function messagesOf(text: string, size = 7): Promise<string[]> {
  const found: string[] = [];
  for await (const bytes of splitMbox(pieces(Buffer.from(text), size))) found.push(Buffer.from(bytes).toString());
  return found;
}

test('parts an mbox at "From " lines behind empty lines, and takes one ">" from quoted ones', async () => {
  const mbox =
    'From a@host.example Mon Nov 23 12:00:00 2026\nSubject: one\n\n>From here\n>>From there\nFrom now on it works\n\n' +
    'From b@host.example Mon Nov 23 12:01:00 2026\r\nSubject: two\r\n\r\ntext\r\n';
  expect(await messagesOf(mbox)).toEqual([
    'Subject: one\n\nFrom here\n>From there\nFrom now on it works\n',
    'Subject: two\r\n\r\ntext\r\n',
  ]);
});

test('whatever the size of the pieces, an mbox gives back what was put in', async () => {
  const body = fc.array(fc.constantFrom('From x', '>From y', 'text', ''), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (bodies, size) => {
        const messages = bodies.map(
          (lines, index) => `Subject: ${index}\n\n${lines.map((line) => `${line}\n`).join('')}`,
        );
        const mbox = messages
          .map((text) => `From x@host.example\n${text.replaceAll(/^(>*From )/gm, '>$1')}\n`)
          .join('');
        expect(await messagesOf(mbox, size)).toEqual(messages);
      },
    ),
    { numRuns: 200 },
  );
});

test('a message beyond the largest size is cut there and told as unreadable; the next one is whole', async () => {
  const line = `${'x'.repeat(998)}\n`;
  async function* huge(): AsyncIterable<Uint8Array> {
    yield Buffer.from('From a\nSubject: huge\n\n');
    for (let sizeBytes = 0; sizeBytes <= MAX_MESSAGE_BYTES; sizeBytes += line.length) yield Buffer.from(line);
    yield Buffer.from('\nFrom b\nSubject: next\n\nx\n');
  }
  const found: Uint8Array[] = [];
  for await (const bytes of splitMbox(huge())) found.push(bytes);
  expect(found.map(({ length }) => length)).toEqual([MAX_MESSAGE_BYTES + 1, 17]);
  expect((await readMessage(found[0] ?? Buffer.from(''))).unreadable).toContain('larger than 25 MiB');
});

test('a folder gives its messages in the order of their names, a Maildir without what is being written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mail-'));
  try {
    for (const below of ['new', 'tmp']) await mkdir(join(folder, below));
    await writeFile(join(folder, 'b.eml'), 'Subject: b\n\nb\n');
    await writeFile(join(folder, 'a.mbox'), 'From x\nSubject: a1\n\n\nFrom x\nSubject: a2\n\n\n');
    await writeFile(join(folder, 'new', '1'), 'Subject: c\n\nc\n');
    await writeFile(join(folder, 'tmp', '2'), 'Subject: d\n\nd\n');
    await writeFile(join(folder, '.hidden'), 'Subject: e\n\n');
    const subjects: string[] = [];
    for await (const { bytes } of createMailFiles(() => pieces(Buffer.from('Subject: in\n\n'), 3)).messages([
      folder,
      '-',
    ])) {
      subjects.push((await readMessage(bytes)).subject);
    }
    expect(subjects).toEqual(['a1', 'a2', 'b', 'c', 'in']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a name that stands for nothing is a problem that says so', async () => {
  const all = createMailFiles(() => pieces(Buffer.from(''), 1)).messages(['/nowhere/at-all.eml']);
  await expect(all[Symbol.asyncIterator]().next()).rejects.toThrow('there is no such file');
});
