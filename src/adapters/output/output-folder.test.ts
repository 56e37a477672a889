import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutputFolder } from './output-folder.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-output-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('puts whole files into the operation’s folder, for the owner’s eyes, and takes them away again', async () => {
  const output = createOutputFolder(join(folder, 'out'));
  const path = await output.put('lab', 'outbox/a.eml', Buffer.from('one'));
  expect(path).toBe(output.locate('lab', 'outbox/a.eml'));
  await output.put('lab', 'outbox/a.eml', Buffer.from('two'));
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(dirname(path))).toEqual(['a.eml']);
  if (process.platform !== 'win32') {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
  }
  expect(await output.has('lab', 'outbox/a.eml', sha256('two'))).toBe(true);
  expect(await output.has('lab', 'outbox/a.eml', sha256('one'))).toBe(false);
  expect(await output.has('other', 'outbox/a.eml', sha256('two'))).toBe(false);
  await output.remove('lab', 'outbox/a.eml');
  await output.remove('lab', 'outbox/a.eml');
  expect(await output.has('lab', 'outbox/a.eml', sha256('two'))).toBe(false);
});

test('what a killed process left half-written goes with the next file, and what a living one writes stays', async () => {
  const output = createOutputFolder(join(folder, 'killed'));
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const leftover = `rejects.csv.${host}-${ended}-0123456789ab.tmp`;
  const kept = [
    `rejects.csv.${host}-${process.pid}-0123456789ab.tmp`,
    `rejects.csv.00000000-${ended}-0123456789ab.tmp`,
    'my.tmp',
  ];
  await mkdir(join(folder, 'killed', 'lab'), { recursive: true });
  for (const name of [leftover, ...kept]) await writeFile(join(folder, 'killed', 'lab', name), 'half');
  await output.put('lab', 'rejects.csv', Buffer.from('whole'));
  expect((await readdir(join(folder, 'killed', 'lab'))).toSorted()).toEqual(['rejects.csv', ...kept].toSorted());
});

test('what cannot be written is a problem that names the path, and leaves nothing half-written', async () => {
  await writeFile(join(folder, 'a-file'), '');
  await expect(createOutputFolder(join(folder, 'a-file')).put('lab', 'x', Buffer.from('x'))).rejects.toMatchObject({
    problem: { message: expect.stringContaining('cannot be written'), hint: expect.stringContaining('--out') },
  });
  await mkdir(join(folder, 'lab', 'taken'), { recursive: true });
  await expect(createOutputFolder(folder).put('lab', 'taken', Buffer.from('x'))).rejects.toMatchObject({
    problem: { code: 'input' },
  });
  expect(await readdir(join(folder, 'lab'))).toEqual(['taken']);
});
