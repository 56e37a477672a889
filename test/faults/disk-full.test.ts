import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { createInstallation } from '../support/cli.ts';
import type { Installation, Ran } from '../support/cli.ts';
import { labFeed } from '../support/feeds.ts';
import { isAlive, keeperPid, killHard, orNull, serverPid, until } from '../support/processes.ts';
import { unwrap } from '../support/world.ts';

// A data directory on a file system of its own that is too small. PostgreSQL reserves its log in pieces of 16 MB; when it
// finds no room for the next one, it does not fail a statement but ends at once, as in a crash, and may not even find the
// room that it needs to recover.

const SMALL = '68m';
const LARGE = '600m';
const ROWS = 60_000;

const report = z.looseObject({ servers: z.looseObject({ total: z.int() }), ledger: z.looseObject({}) });

let installation: Installation;
let mounted = false;

beforeEach(() => {
  installation = createInstallation();
  mkdirSync(installation.dataDirectory);
});

afterEach(async () => {
  const { dataDirectory } = installation;
  const keeper = orNull(() => keeperPid(dataDirectory));
  if (keeper !== null && isAlive(keeper)) {
    process.kill(keeper, 'SIGTERM');
    await until('the keeper to end', () => !isAlive(keeper));
  }
  // The kernel lets go of a process's files a moment after it has ended.
  if (mounted) await until('the file system to be free', () => spawnSync('umount', [dataDirectory]).status === 0);
  mounted = false;
  await installation.close();
});

function mountSmall(context: TestContext): void {
  const parameters = ['-t', 'tmpfs', '-o', `size=${SMALL},mode=700`, 'none', installation.dataDirectory];
  mounted = process.geteuid?.() === 0 && spawnSync('mount', parameters).status === 0;
  if (!mounted) context.skip('needs the right to mount a small file system');
}

function makeRoom(): void {
  const { status } = spawnSync('mount', ['-o', `remount,size=${LARGE}`, installation.dataDirectory]);
  expect(status).toBe(0);
}

function fill(path: string): void {
  for (const size of [1024 * 1024, 4096, 64]) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(size));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
}

function expectPlainWords({ code, stdout, stderr }: Ran): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^dismantle: .*the disk is full.*\n {2}(?:Free some|Make) room .*\n$/m);
  expect(stderr).not.toContain('this is a bug');
}

test('an import that does not fit says so, leaves nothing behind, and works once there is room', async (context) => {
  mountSmall(context);
  const { run, done, json, write } = installation;
  const into = ['--operation', 'big', '--drill'];
  await done(['import', write('small.txt', '192.0.2.1:443\n'), ...into]);
  const before = await json(report, ['status', '--operation', 'big']);
  const big = ['import', write('big.csv', labFeed(0, ROWS)), ...into];

  expectPlainWords(await run(big));
  // What is found of it depends on how little room there is; it is never something half-done, and never a riddle.
  const meanwhile = await run(['status', '--operation', 'big', '--json']);
  if (meanwhile.code === 0) expect(report.parse(JSON.parse(meanwhile.stdout))).toEqual(before);
  else expectPlainWords(meanwhile);

  makeRoom();
  expect(await json(report, ['status', '--operation', 'big'])).toEqual(before);
  await done(big);
  const after = await json(report, ['status', '--operation', 'big']);
  expect(after.servers.total).toBe(1 + ROWS - ROWS / 100);
  expect(await done(['audit'])).toContain('The ledger is whole');
});

test('a disk without room for a single byte is told in plain words, and no work is lost on it', async (context) => {
  mountSmall(context);
  const { run, done, write, dataDirectory } = installation;
  const command = ['import', write('small.txt', '192.0.2.1:443\n'), '--operation', 'small', '--drill', '--json'];
  await done(command);
  const keeper = keeperPid(dataDirectory);
  process.kill(keeper, 'SIGTERM');
  await until('the keeper to end', () => !isAlive(keeper));

  const filler = join(dataDirectory, 'filler');
  fill(filler);
  expectPlainWords(await run(command));
  rmSync(filler);
  expect(JSON.parse(await done(command))).toMatchObject({ intake: { files: [{ duplicate: true }] } });
});

test('who already holds the database gets it back when there is room again, without asking', async (context) => {
  mountSmall(context);
  const { dataDirectory } = installation;
  const postgres = unwrap(
    await openEmbeddedPostgres({ dataDirectory, graceMs: 300, startTimeoutMs: 60_000, report: () => undefined }),
  );
  const ask = (sql: string): Promise<unknown> =>
    withClient(postgres.connection, async (session) => Object.values((await session.row<object>(sql)) ?? {}));
  try {
    await withClient(postgres.connection, (session) => session.run('create table kept as select 7 as n'));
    const pid = serverPid(dataDirectory);
    fill(join(dataDirectory, 'filler'));
    // Without room it cannot even write down its number.
    killHard(pid);
    await until('the server to be gone', () => !isAlive(pid));
    expect(postgres.whyGone()).toMatchObject({ code: 'database', message: expect.stringContaining('disk is full') });
    await expect(ask('select n from kept')).rejects.toThrow();
    makeRoom();
    await until('the server to be back', async () => (await ask('select n from kept').catch(() => null)) !== null);
    expect(await ask('select n from kept')).toEqual([7]);
  } finally {
    await postgres.close();
  }
});
