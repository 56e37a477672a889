import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSigner, formatVerifierKey, privateKeyFromSeed } from '../../ledger/note.ts';
import { systemRandom } from '../system/system-random.ts';
import { openLedgerKey } from './ledger-key.ts';
import { prepareKey } from './seed-files.ts';

const NAME = 'lab.example/ledger';

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
  const first = await openLedgerKey(dataDirectory, NAME, systemRandom, null);
  const second = await openLedgerKey(dataDirectory, NAME, systemRandom, null);
  expect(formatVerifierKey(second)).toBe(formatVerifierKey(first));
  expect(await readFile(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('of ten makers at once one wins, and all sign with its key', async () => {
  const signers = await Promise.all(
    Array.from({ length: 10 }, () => openLedgerKey(dataDirectory, NAME, systemRandom, null)),
  );
  const opened = await openLedgerKey(dataDirectory, NAME, systemRandom, null);
  for (const signer of signers) expect(formatVerifierKey(signer)).toBe(formatVerifierKey(opened));
  expect(await readdir(dirname(path))).toEqual(['ledger-ed25519.seed']);
});

test.each(['', 'ab', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), `${'ab'.repeat(32)}zz`, `${'ab'.repeat(32)}\nab`])(
  'a damaged key (%#) is never replaced in silence: earlier checkpoints would no longer match',
  async (content) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await expect(openLedgerKey(dataDirectory, NAME, systemRandom, null)).rejects.toMatchObject({
      problem: { message: expect.stringContaining('no signing key'), hint: expect.stringContaining('backup') },
    });
    expect(await readFile(path, 'utf8')).toBe(content);
  },
);

describe('where the ledger names a key', () => {
  const foreign = createSigner(NAME, privateKeyFromSeed(Buffer.alloc(32, 9)));

  test('it is opened, and no other is ever made in its place', async () => {
    const made = await openLedgerKey(dataDirectory, NAME, systemRandom, null);
    const opened = await openLedgerKey(dataDirectory, NAME, systemRandom, made);
    expect(formatVerifierKey(opened)).toBe(formatVerifierKey(made));

    await rm(path);
    await expect(openLedgerKey(dataDirectory, NAME, systemRandom, made)).rejects.toMatchObject({
      problem: {
        code: 'database',
        message: expect.stringMatching(new RegExp(`names the key ${escaped(formatVerifierKey(made))}.*is missing`)),
        hint: expect.stringMatching(/ledger-ed25519\.seed from a backup.*rotate-key --lost --reason/),
      },
    });
    expect(await readdir(dirname(path))).toEqual([]);
  });

  test('another one in the file is told, with both names', async () => {
    const made = await openLedgerKey(dataDirectory, NAME, systemRandom, null);
    const content = await readFile(path, 'utf8');
    await expect(openLedgerKey(dataDirectory, NAME, systemRandom, foreign)).rejects.toMatchObject({
      problem: {
        message: expect.stringMatching(
          new RegExp(`${escaped(formatVerifierKey(foreign))}.*another one, ${escaped(formatVerifierKey(made))}`),
        ),
      },
    });
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  test.each(['a key of before', 'no key', 'a damaged one'])(
    'a rotation that was cut short after the ledger named its key is finished, with %s in its place',
    async (before) => {
      const first = before === 'no key' ? null : await openLedgerKey(dataDirectory, NAME, systemRandom, null);
      if (before === 'a damaged one') await writeFile(path, 'damaged');
      const prepared = await prepareKey(dataDirectory, NAME, systemRandom);
      const opened = await Promise.all(
        Array.from({ length: 5 }, () => openLedgerKey(dataDirectory, NAME, systemRandom, prepared)),
      );
      for (const signer of opened) expect(formatVerifierKey(signer)).toBe(formatVerifierKey(prepared));
      const old =
        before === 'a key of before'
          ? `${first?.keyId ?? ''}.old`
          : before === 'no key'
            ? ''
            : `before-${prepared.keyId}.old`;
      const names = ['ledger-ed25519.seed', ...(old === '' ? [] : [`ledger-ed25519.seed.${old}`])];
      expect(await readdir(dirname(path))).toEqual(names);
      if (process.platform === 'win32') return;
      for (const name of names) expect((await stat(join(dirname(path), name))).mode & 0o777, name).toBe(0o600);
    },
  );

  test('a key that was prepared and never came into the ledger is not used', async () => {
    const made = await openLedgerKey(dataDirectory, NAME, systemRandom, null);
    await prepareKey(dataDirectory, NAME, systemRandom);
    const opened = await openLedgerKey(dataDirectory, NAME, systemRandom, made);
    expect(formatVerifierKey(opened)).toBe(formatVerifierKey(made));
    await expect(openLedgerKey(dataDirectory, NAME, systemRandom, foreign)).rejects.toThrow('names the key');
  });
});

test('a data directory that is none is a problem', async () => {
  await writeFile(join(dataDirectory, 'file'), '');
  await expect(openLedgerKey(join(dataDirectory, 'file'), NAME, systemRandom, null)).rejects.toMatchObject({
    problem: { code: 'database', hint: expect.any(String) },
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.+/*?^$()[\]{}|]/g, String.raw`\$&`);
}
