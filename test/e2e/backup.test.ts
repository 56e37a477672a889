import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, runProgram, stopKeeper } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';

/* The rehearsal: a backup while work goes on, restored into a data directory that nothing has been in. */

let installation: Installation;
const restored: string[] = [];

beforeAll(() => {
  installation = createInstallation();
});

afterAll(async () => {
  for (const folder of restored) await stopKeeper(folder);
  await installation?.close();
});

const rowsOf = (name: string, count: number): string =>
  installation.write(
    name,
    Array.from(
      { length: count },
      (_, index) => `198.18.${(index >> 8) & 255}.${index & 255}:${443 + (index >> 16)}`,
    ).join('\n'),
  );

test('a backup of a database in use is restored, its ledger whole, and goes on from the last checkpoint', async () => {
  const { done, start, json, folder, write } = installation;
  write('data/dismantle.yaml', 'organisation: {name: Example CERT}\n');
  await done(['run', rowsOf('first.txt', 50), '--operation', 'lab', '--drill']);
  // What the restored ledger has to continue.
  await done(['audit']);
  const checkpoint = readFileSync(join(folder, 'data/keys/last-checkpoint'), 'utf8');
  const imports = [1, 2, 3].map((number) =>
    start([
      'import',
      rowsOf(`more-${number}.txt`, 8000 + number),
      '--operation',
      'lab',
      '--drill',
      '--source',
      `s${number}`,
    ]),
  );
  const backup = join(folder, 'backup');
  const told = await json(z.object({ checkpoint: z.string() }), ['backup', backup]);
  expect(told.checkpoint).toBe(checkpoint);
  for (const running of imports) expect((await running.ended).code).toBe(0);
  expect(statSync(backup).mode & 0o077).toBe(0);
  expect((await installation.run(['backup', backup])).stderr).toContain('is there already');

  const second = join(folder, 'restored');
  restored.push(second);
  execFileSync('cp', ['-a', backup, second]);
  const there = (words: readonly string[]): Promise<string> => installationAt(second, words);
  expect(await there(['audit'])).toContain('The ledger is whole');
  expect(readFileSync(join(second, 'dismantle.yaml'), 'utf8')).toContain('Example CERT');
  const servers = z.array(z.unknown()).parse(JSON.parse(await there(['servers', '--operation', 'lab', '--json'])));
  expect(servers.length).toBeGreaterThanOrEqual(50);
  await there(['import', rowsOf('after.txt', 60), '--operation', 'lab', '--drill', '--source', 'after']);
  expect(await there(['audit'])).toContain('The ledger is whole');
  // Its checkpoint has gone on from the one of before the backup; the first installation knows nothing of that.
  expect(readFileSync(join(second, 'keys/last-checkpoint'), 'utf8')).not.toBe(checkpoint);
  expect(await done(['audit'])).toContain('The ledger is whole');
});

test('a restored ledger that is older than the last checkpoint is told as that', async () => {
  const { done, folder } = installation;
  const old = join(folder, 'old');
  restored.push(old);
  execFileSync('cp', ['-a', join(folder, 'backup'), old]);
  // Something that the backup cannot know of.
  await done(['import', rowsOf('later.txt', 70), '--operation', 'lab', '--drill', '--source', 'later']);
  await done(['audit']);
  copyFileSync(join(folder, 'data/keys/last-checkpoint'), join(old, 'keys/last-checkpoint'));
  const audited = await installationRun(old, ['audit']);
  expect(audited.code).toBe(1);
  expect(audited.stdout + audited.stderr).toMatch(/checkpoint/);
});

async function installationAt(dataDirectory: string, words: readonly string[]): Promise<string> {
  const ran = await installationRun(dataDirectory, words);
  if (ran.code !== 0) throw new Error(`${words.join(' ')} exits with ${ran.code}: ${ran.stderr}`);
  return ran.stdout;
}

async function installationRun(
  dataDirectory: string,
  words: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return runProgram([...words, '--data-dir', dataDirectory], { env: { HOME: installation.folder } });
}
