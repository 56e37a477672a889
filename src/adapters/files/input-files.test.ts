import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InputFile } from '../../ports/input-files.ts';
import { localFiles } from './input-files.ts';
import { readBytes, writeWholeFile } from './write-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-files-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function opened(name: string): Promise<InputFile> {
  const found = await localFiles.open(name);
  if (!found.ok) throw new Error(found.problem.message);
  return found.value;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

describe('an input file', () => {
  test('gives its hash, size and first bytes, and the same bytes each time', async () => {
    const path = join(folder, 'feed');
    const content = Buffer.alloc(300_000, 'feed ');
    await writeFile(path, content);
    const file = await opened(path);
    expect(file).toMatchObject({
      name: path,
      sizeBytes: 300_000,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    expect(Buffer.from(file.head).equals(content.subarray(0, 65_536))).toBe(true);
    for (let time = 0; time < 2; time++) expect((await bytesOf(file.chunks())).equals(content)).toBe(true);
  });

  test('may be empty, or behind a link', async () => {
    await writeFile(join(folder, 'empty'), '');
    await symlink('empty', join(folder, 'link'));
    expect(await opened(join(folder, 'link'))).toMatchObject({ sizeBytes: 0 });
  });

  test('that changed or vanished since it was hashed is a problem, not an import of two versions', async () => {
    const path = join(folder, 'changing');
    await writeFile(path, 'one');
    const file = await opened(path);
    await appendFile(path, 'two');
    await expect(bytesOf(file.chunks())).rejects.toMatchObject({
      problem: { message: expect.stringContaining('changed') },
    });
    await rm(path);
    await expect(bytesOf(file.chunks())).rejects.toMatchObject({
      problem: { message: expect.stringContaining('no such file') },
    });
  });

  test.each([
    ['missing', 'there is no such file'],
    ['', 'is a folder'],
    ['a\0b', 'null bytes'],
    ['x'.repeat(5000), 'ENAMETOOLONG'],
  ])('"%s" that is none is a problem', async (name, message) => {
    expect(await localFiles.open(join(folder, name))).toMatchObject({
      problem: { code: 'input', message: expect.stringContaining(message), hint: expect.any(String) },
    });
  });

  test.skipIf(process.platform === 'win32')('read as it is, is never a device nor a named pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [join(folder, 'pipe'), '/dev/null', '/dev/zero']) {
      expect(await localFiles.open(path)).toMatchObject({
        problem: { message: expect.stringContaining('not an ordinary file') },
      });
    }
  });
});

describe('writeWholeFile', () => {
  async function* parts(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    for (const text of texts) yield Buffer.from(text);
  }
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield* parts('half');
    throw new Error('the source broke');
  }

  test('writes the whole for its owner alone, in place of what was there', async () => {
    const path = join(folder, 'export');
    await writeFile(path, 'old');
    await writeWholeFile(path, parts('a', 'b'));
    expect(await readFile(path, 'utf8')).toBe('ab');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await bytesOf(readBytes(path))).toString()).toBe('ab');
  });

  test('leaves the old file and nothing else when the source breaks off', async () => {
    const path = join(folder, 'kept');
    await writeFile(path, 'old');
    await expect(writeWholeFile(path, failing())).rejects.toThrow('the source broke');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('names the path where there is no folder, or a folder of that name', async () => {
    for (const path of [join(folder, 'no', 'such'), folder]) {
      await expect(writeWholeFile(path, parts('a'))).rejects.toMatchObject({
        problem: { message: expect.stringContaining('cannot be written'), hint: expect.any(String) },
      });
    }
    await expect(bytesOf(readBytes(join(folder, 'nowhere')))).rejects.toMatchObject({ problem: { code: 'input' } });
  });
});
