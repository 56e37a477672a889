import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { formatVerifierKey } from '../../ledger/note.ts';
import { systemRandom } from '../system/system-random.ts';
import { openLedgerKey } from './ledger-key.ts';

let folder = '';
let dataDirectory = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-key-'));
});
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(folder, 'data-'));
  path = join(dataDirectory, 'keys', 'ledger-ed25519.seed');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('is made on first use, for its owner alone, and stays', async () => {
  const first = await openLedgerKey(dataDirectory, 'lab.example/ledger', systemRandom);
  const second = await openLedgerKey(dataDirectory, 'lab.example/ledger', systemRandom);
  expect(formatVerifierKey(second)).toBe(formatVerifierKey(first));
  expect(await readFile(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('of ten makers at once one wins, and all sign with its key', async () => {
  const signers = await Promise.all(
    Array.from({ length: 10 }, () => openLedgerKey(dataDirectory, 'lab.example/ledger', systemRandom)),
  );
  const opened = await openLedgerKey(dataDirectory, 'lab.example/ledger', systemRandom);
  for (const signer of signers) expect(formatVerifierKey(signer)).toBe(formatVerifierKey(opened));
  expect(await readdir(dirname(path))).toEqual(['ledger-ed25519.seed']);
});

test.each(['', 'ab', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), `${'ab'.repeat(32)}zz`, `${'ab'.repeat(32)}\nab`])(
  'a damaged key (%#) is never replaced in silence: earlier checkpoints would no longer match',
  async (content) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await expect(openLedgerKey(dataDirectory, 'lab.example/ledger', systemRandom)).rejects.toMatchObject({
      problem: { message: expect.stringContaining('no signing key'), hint: expect.stringContaining('backup') },
    });
    expect(await readFile(path, 'utf8')).toBe(content);
  },
);

test('a data directory that is none is a problem', async () => {
  await writeFile(join(dataDirectory, 'file'), '');
  await expect(openLedgerKey(join(dataDirectory, 'file'), 'lab.example/ledger', systemRandom)).rejects.toMatchObject({
    problem: { code: 'database', hint: expect.any(String) },
  });
});
