import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InputFile, InputFiles } from '../../ports/input-files.ts';
import { createInputFiles } from './input-files.ts';
import type { InputFilesOptions } from './input-files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-packed-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function inputFiles(options: Partial<InputFilesOptions> = {}): InputFiles {
  return createInputFiles({ spoolDirectory: join(folder, 'spool'), stdin: () => Readable.from([]), ...options });
}

async function opened(name: string, files = inputFiles()): Promise<InputFile> {
  const found = await files.open([name]);
  if (!found.ok) throw new Error(found.problem.message);
  const [file, ...more] = found.value;
  if (file === undefined || more.length > 0) throw new Error(`${name} gave ${found.value.length} files`);
  return file;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function written(name: string, content: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const FEED = Buffer.from('server,port\n198.51.100.7,443\n203.0.113.9,449\n'.repeat(3000));
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const inputProblem = (message: string): object => ({
  ok: false,
  problem: { code: 'input', message: expect.stringContaining(message), hint: expect.any(String) },
});

describe('a gzip file', () => {
  test('is the same file as its content, whatever it is called', async () => {
    const plain = await opened(await written('feed.csv', FEED));
    for (const name of ['feed.csv.gz', 'packed.csv']) {
      const path = await written(name, gzipSync(FEED));
      const packed = await opened(path);
      expect(packed).toMatchObject({ name: path, sha256: sha256(FEED), sizeBytes: FEED.length });
      expect(packed.sha256).toBe(plain.sha256);
      expect(Buffer.from(packed.head).equals(FEED.subarray(0, 65_536))).toBe(true);
      for (let time = 0; time < 2; time++) expect((await bytesOf(packed.chunks())).equals(FEED)).toBe(true);
    }
  });

  test('may consist of several members, and its end may be padded with zeros', async () => {
    const path = await written('members.gz', Buffer.concat([gzipSync('one\n'), gzipSync(''), gzipSync('two\n')]));
    expect((await bytesOf((await opened(path)).chunks())).toString()).toBe('one\ntwo\n');
    await appendFile(path, Buffer.alloc(700_000));
    expect((await bytesOf((await opened(path)).chunks())).toString()).toBe('one\ntwo\n');
  });

  test('with anything else behind its end is refused: a member behind padding would be lost without a word', async () => {
    for (const tail of [Buffer.from('tail'), Buffer.concat([Buffer.alloc(8), gzipSync('two\n')])]) {
      const path = await written('tail.gz', Buffer.concat([gzipSync('one\n'), tail]));
      expect(await inputFiles().open([path])).toMatchObject(inputProblem('tail.gz'));
    }
  });

  test('that is cut short anywhere is a problem that names it', async () => {
    const [first, second] = [gzipSync('198.51.100.7:443\n'), gzipSync('203.0.113.9:449\n')];
    const whole = Buffer.concat([first, second]);
    for (let length = 2; length < whole.length; length++) {
      const path = await written('cut.gz', whole.subarray(0, length));
      const found = await inputFiles().open([path]);
      // The end of a member is an end like any other.
      if (length === first.length) expect(found).toMatchObject({ value: [{ sizeBytes: 17 }] });
      else expect(found, `${length} bytes`).toMatchObject(inputProblem('cut.gz'));
    }
  });

  test('with a byte that was changed either has the same content or is refused', async () => {
    const whole = gzipSync(FEED.subarray(0, 2000));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const content = Buffer.from(whole);
        content[at] = (content[at] ?? 0) ^ change;
        const found = await inputFiles().open([await written('changed.gz', content)]);
        if (found.ok && at > 1) expect(found.value[0]?.sha256).toBe(sha256(FEED.subarray(0, 2000)));
      }),
      { numRuns: 200 },
    );
  });

  test('is refused as a bomb once more comes out than its size can explain', async () => {
    // 17 members of 64 MiB of zeros each: 1.06 GiB out of 1.1 MB.
    const member = gzipSync(Buffer.alloc(64 * 1024 ** 2));
    const path = await written('bomb.gz', Buffer.concat(Array.from({ length: 17 }, () => member)));
    expect(await inputFiles().open([path])).toMatchObject(inputProblem('more than 200 times its size'));
    const below = await written('below.gz', Buffer.concat(Array.from({ length: 15 }, () => member)));
    expect(await opened(below)).toMatchObject({ sizeBytes: 15 * 64 * 1024 ** 2 });
  });

  test('has an upper limit whatever its ratio', async () => {
    const limits = { bytes: 1024 ** 2, freeBytes: 1024 ** 3, ratio: 200 };
    const path = await written('large.gz', gzipSync(Buffer.alloc(1024 ** 2 + 1)));
    expect(await inputFiles({ limits }).open([path])).toMatchObject(inputProblem('unpacks to more than'));
    await written('large.gz', gzipSync(Buffer.alloc(1024 ** 2)));
    expect(await opened(path, inputFiles({ limits }))).toMatchObject({ sizeBytes: 1024 ** 2 });
  });

  test('that holds another archive, or is of a kind that is not read, says what it is', async () => {
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [gzipSync(gzipSync(FEED)), 'holds another archive: it is packed with gzip'],
      [gzipSync(Buffer.from('PK\u0003\u0004')), 'is packed with zip'],
      [gzipSync(Buffer.concat([Buffer.alloc(257, 'a'), Buffer.from('ustar\u0000')])), 'is packed with tar'],
      [Buffer.from('BZh91AY&SY'), 'is packed with bzip2'],
      [Buffer.from('fd377a585a0000', 'hex'), 'is packed with xz'],
      [Buffer.from('28b52ffd00', 'hex'), 'is packed with zstd'],
      [Buffer.from('377abcaf271c', 'hex'), 'is packed with 7z'],
      [Buffer.from('Rar!\u001a\u0007'), 'is packed with rar'],
    ];
    for (const [content, message] of cases) {
      expect(await inputFiles().open([await written('other', content)])).toMatchObject(inputProblem(message));
    }
  });

  test('that was exchanged after it was hashed is a problem, even for a bomb or for nonsense', async () => {
    const path = await written('exchanged.gz', gzipSync(FEED));
    const file = await opened(path);
    for (const content of [
      gzipSync(Buffer.alloc(64 * 1024 ** 2)),
      gzipSync('other'),
      gzipSync(FEED).subarray(0, 90),
      FEED,
    ]) {
      await writeFile(path, content);
      await expect(bytesOf(file.chunks())).rejects.toMatchObject({
        problem: { code: 'input', message: expect.stringContaining('changed while it was being read') },
      });
    }
    await rm(path);
    await expect(bytesOf(file.chunks())).rejects.toMatchObject({
      problem: { message: expect.stringContaining('no such file') },
    });
  });

  test('leaves no file open when a reader has seen enough', async () => {
    const file = await opened(await written('many.gz', gzipSync(Buffer.alloc(5_000_000, 'feed\n'))));
    const openFiles = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    if (process.platform !== 'linux') return;
    const before = await openFiles();
    for (let time = 0; time < 50; time++) {
      for await (const _chunk of file.chunks()) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await openFiles()).toBeLessThanOrEqual(before + 1);
  });
});

describe('several names', () => {
  test('give their files in their order, plain ones and packed ones', async () => {
    const names = [
      await written('b.csv', FEED),
      await written('a.gz', gzipSync('x\n')),
      await written('empty', Buffer.of()),
    ];
    const found = await inputFiles().open(names);
    expect(found).toMatchObject({ value: names.map((name) => ({ name })) });
    expect(await inputFiles().open([])).toEqual({ ok: true, value: [] });
  });

  test('stop at the first that cannot be read', async () => {
    const good = await written('good.csv', FEED);
    expect(await inputFiles().open([good, join(folder, 'missing'), '/dev/zero'])).toMatchObject(
      inputProblem('missing: there is no such file'),
    );
    for (const name of ['', 'a\0b', 'a*\0', 'x'.repeat(5000)]) {
      expect(await inputFiles().open([name])).toMatchObject({ problem: { code: 'input' } });
    }
  });

  test('may be links; a link in a circle is a problem', async () => {
    await written('target.gz', gzipSync(FEED));
    await symlink('target.gz', join(folder, 'link'));
    await symlink('circle', join(folder, 'circle'));
    expect(await opened(join(folder, 'link'))).toMatchObject({ sha256: sha256(FEED) });
    expect(await inputFiles().open([join(folder, 'circle')])).toMatchObject(inputProblem('circle'));
  });

  test('are not read any further after Ctrl-C', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await inputFiles({ signal: stop.signal }).open([await written('good.csv', FEED)])).toMatchObject({
      problem: { code: 'interrupted' },
    });
  });
});
