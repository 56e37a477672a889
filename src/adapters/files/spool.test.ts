import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InputFile, InputFiles } from '../../ports/input-files.ts';
import { createInputFiles } from './input-files.ts';
import type { InputFilesOptions } from './input-files.ts';

let folder = '';
let spoolDirectory = '';
const toClose: InputFiles[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-spool-'));
  spoolDirectory = join(folder, 'data', 'tmp');
});
afterEach(async () => {
  for (const files of toClose.splice(0)) await files.close();
  await rm(folder, { recursive: true, force: true });
});

function inputFiles(stdin: () => Readable, options: Partial<InputFilesOptions> = {}): InputFiles {
  const files = createInputFiles({ spoolDirectory, stdin, ...options });
  toClose.push(files);
  return files;
}

const piped =
  (...chunks: readonly Uint8Array[]) =>
  (): Readable =>
    Readable.from(chunks);

async function firstOf(files: InputFiles, name: string): Promise<InputFile> {
  const found = await files.open([name]);
  if (!found.ok) throw new Error(found.problem.message);
  const [file] = found.value;
  if (file === undefined) throw new Error('no file');
  return file;
}

async function textOf(file: InputFile): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of file.chunks()) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const FEED = '198.51.100.7:443\n'.repeat(20_000);

describe('standard input', () => {
  test('is a file like any other, and can be read again', async () => {
    const file = await firstOf(inputFiles(piped(Buffer.from(FEED), Buffer.from('end'))), '-');
    const content = `${FEED}end`;
    expect(file).toMatchObject({ name: 'standard input', sizeBytes: content.length, sha256: sha256(content) });
    for (let time = 0; time < 2; time++) expect(await textOf(file)).toBe(content);
  });

  test('may be packed, and may be empty', async () => {
    const packed = await firstOf(inputFiles(piped(gzipSync(FEED))), '-');
    expect(packed).toMatchObject({ name: 'standard input', sha256: sha256(FEED) });
    expect(await textOf(packed)).toBe(FEED);
    const empty = await firstOf(inputFiles(piped()), '-');
    expect(empty).toMatchObject({ sizeBytes: 0 });
    expect(await textOf(empty)).toBe('');
  });

  test('is kept where nobody else can read it, and is gone after close', async () => {
    await mkdir(spoolDirectory, { recursive: true });
    await chmod(spoolDirectory, 0o755);
    const files = inputFiles(piped(Buffer.from(FEED)));
    await firstOf(files, '-');
    const [name = ''] = await readdir(spoolDirectory);
    if (process.platform !== 'win32') {
      expect((await stat(spoolDirectory)).mode & 0o777).toBe(0o700);
      expect((await stat(join(spoolDirectory, name))).mode & 0o777).toBe(0o600);
    }
    await files.close();
    await files.close();
    expect(await readdir(spoolDirectory)).toEqual([]);
  });

  test('is not touched, and no folder made, when nobody names it', async () => {
    await writeFile(join(folder, 'feed'), FEED);
    const files = inputFiles(() => {
      throw new Error('touched');
    });
    expect(await files.open([join(folder, 'feed')])).toMatchObject({ ok: true });
    await files.close();
    await expect(stat(spoolDirectory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('has a limit, and leaves nothing behind when it exceeds it or breaks off', async () => {
    const tooLong = inputFiles(piped(Buffer.alloc(600), Buffer.alloc(600)), { maxSpooledBytes: 1000 });
    expect(await tooLong.open(['-'])).toMatchObject({
      problem: { code: 'input', message: expect.stringContaining('standard input: more than') },
    });
    const broken = inputFiles(
      () =>
        new Readable({
          read() {
            this.destroy(new Error('the other end broke'));
          },
        }),
    );
    expect(await broken.open(['-'])).toMatchObject({
      problem: { code: 'input', message: 'standard input: the other end broke' },
    });
    expect(await readdir(spoolDirectory)).toEqual([]);
  });

  test('can be named once', async () => {
    expect(await inputFiles(piped(Buffer.from(FEED))).open(['-', '-'])).toMatchObject({ problem: { code: 'usage' } });
  });

  test('that nobody writes to is waited for until Ctrl-C', async () => {
    const stop = new AbortController();
    const opening = inputFiles(() => new PassThrough(), { signal: stop.signal }).open(['-']);
    await setTimeout(50);
    stop.abort();
    expect(await opening).toMatchObject({ problem: { code: 'interrupted' } });
  });

  test('says so when it cannot be kept', async () => {
    await writeFile(join(folder, 'data'), 'a file where the folder should be');
    expect(await inputFiles(piped(Buffer.from(FEED))).open(['-'])).toMatchObject({
      problem: { code: 'input', message: expect.stringContaining('cannot be copied to a temporary file') },
    });
  });
});

describe('what other processes left in the folder', () => {
  test('is removed when they no longer run, or have not touched it for a week', async () => {
    const running = inputFiles(piped(Buffer.from(FEED)));
    await firstOf(running, '-');
    const [own = ''] = await readdir(spoolDirectory);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const named = (host: string | null, pid: number, token: string): string =>
      own.replace(/^input-(\w{8})-\d+-\w{16}/, (_all, ownHost: string) => `input-${host ?? ownHost}-${pid}-${token}`);
    const ofDead = named(null, dead, '0123456789abcdef');
    const ofOurNumber = named(null, process.pid, '0123456789abcdef');
    const ofRunning = named(null, process.ppid, '0123456789abcdef');
    const ofOtherHost = named('00000000', dead, '0123456789abcdef');
    const old = named('11111111', dead, '0123456789abcdef');
    for (const name of [ofDead, ofOurNumber, ofRunning, ofOtherHost, old, 'notes']) {
      await writeFile(join(spoolDirectory, name), FEED);
    }
    const weekAgo = new Date(Date.now() - 8 * 86_400_000);
    await utimes(join(spoolDirectory, old), weekAgo, weekAgo);
    await utimes(join(spoolDirectory, 'notes'), weekAgo, weekAgo);
    expect(await inputFiles(piped()).open([])).toMatchObject({ ok: true });
    expect((await readdir(spoolDirectory)).sort()).toEqual([own, ofRunning, ofOtherHost, 'notes'].sort());
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  let pipe = '';
  beforeEach(() => {
    pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
  });

  test('is read to its end and can be read again', async () => {
    const writer = spawn('sh', ['-c', `sleep 0.2; { head -c 3000000 /dev/zero; sleep 0.2; echo end; } > "${pipe}"`]);
    const file = await firstOf(inputFiles(piped()), pipe);
    expect(file).toMatchObject({ name: pipe, sizeBytes: 3_000_004 });
    for (let time = 0; time < 2; time++) expect((await textOf(file)).endsWith('\0end\n')).toBe(true);
    expect(writer.exitCode === 0 || writer.exitCode === null).toBe(true);
  });

  test('may be empty', async () => {
    spawn('sh', ['-c', `sleep 0.1; : > "${pipe}"`]);
    expect(await firstOf(inputFiles(piped()), pipe)).toMatchObject({ sizeBytes: 0 });
  });

  test.each(['sleep 30', `exec 3> "$0"; sleep 30`])(
    'that nobody writes to is given up on Ctrl-C (%s)',
    async (script) => {
      const writer = spawn('sh', ['-c', script, pipe]);
      const stop = new AbortController();
      const opening = inputFiles(piped(), { signal: stop.signal }).open([pipe]);
      await setTimeout(300);
      stop.abort();
      expect(await opening).toMatchObject({ problem: { code: 'interrupted' } });
      writer.kill('SIGKILL');
    },
  );
});

test('a device is no input', async () => {
  if (process.platform === 'win32') return;
  for (const path of ['/dev/null', '/dev/zero']) {
    expect(await inputFiles(piped()).open([path])).toMatchObject({
      problem: { message: `${path}: is not an ordinary file` },
    });
  }
});
