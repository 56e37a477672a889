import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../support/cli.ts';
import type { Ran } from '../support/cli.ts';
import { isAlive, until } from '../support/processes.ts';

// What .ci/run starts the tests with: it ends, whatever they leave behind.

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'guarded-')));
const report = join(folder, 'report.json');
const pidFile = join(folder, 'pid');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function guarded(script: string, limits: readonly string[]): Promise<Ran> {
  const words = [
    'scripts/guarded.ts',
    '--report',
    report,
    ...limits,
    '--',
    'bash',
    '-c',
    script,
    'bash',
    report,
    pidFile,
  ];
  const child = spawn(process.execPath, words, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
}

const WHOLE = `echo '{"success":true}' > "$1"`;
const STAYS = 'sleep 987 & echo $! > "$2"; wait';
const gone = (): Promise<void> => until('what was left to go', () => !isAlive(Number(readFileSync(pidFile, 'utf8'))));

describe('tests under a guard', () => {
  test('are left alone where they end', async () => {
    expect(await guarded(`${WHOLE}; echo said; echo wrong >&2; exit 3`, [])).toMatchObject({
      code: 3,
      stdout: 'said\n',
      stderr: 'wrong\n',
    });
  });

  test.each([
    ['true', 0],
    ['false', 1],
  ])('are ended with their group after the report, which decides (success %s)', async (success, code) => {
    const ran = await guarded(`echo '{"success":${success}}' > "$1"; ${STAYS}`, ['--grace', '1']);
    expect(ran).toMatchObject({ code });
    expect(ran.stderr).toContain('GUARD: the tests are over and reported, and the runner has not ended 1 s later');
    expect(ran.stderr).toMatch(/GUARD: {3}process \d+, child of \d+, state S, outputs \S+ \S+: sleep 987/);
    await gone();
  });

  test('are not over while half a report is there, and end at the limit, which is a failure', async () => {
    const ran = await guarded(`echo '{"success":true' > "$1"; ${STAYS}`, ['--grace', '0', '--limit', '2']);
    expect(ran).toMatchObject({ code: 124 });
    expect(ran.stderr).toContain('GUARD: the tests have not ended within');
    await gone();
  });

  test('may have ended and left behind what holds their outputs: nobody waits for that', async () => {
    const ran = await guarded(`${WHOLE}; setsid sleep 987 & echo $! > "$2"; exit 4`, []);
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    expect(ran.code).toBe(4);
  });
});
