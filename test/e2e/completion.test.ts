import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runProgram } from '../support/cli.ts';
import { hasShell, SHELLS } from '../support/shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'dismantle-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scripts = z.object({ shell: z.enum(SHELLS), script: z.string() });

test.concurrent.each(SHELLS)('completion %s prints a script that this shell reads, and nothing else', async (shell) => {
  const { code, stdout, stderr } = await runProgram(['completion', shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('--warninglists');
  const json = await runProgram(['completion', shell, '--json']);
  expect(scripts.parse(JSON.parse(json.stdout))).toEqual({ shell, script: stdout });
  if (!hasShell(shell)) {
    process.stderr.write(`skipped: whether ${shell} reads its script, for ${shell} is not there\n`);
    return;
  }
  const file = join(folder, shell);
  writeFileSync(file, stdout);
  expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test.concurrent(
  'completion for a shell that there is no script for is a usage error that names the others',
  async () => {
    const { code, stdout, stderr } = await runProgram(['completion', 'tcsh']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/tcsh.*bash, zsh, fish/);
  },
);
