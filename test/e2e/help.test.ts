import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { REPOSITORY, runProgram } from '../support/cli.ts';

const COMMANDS = [
  'run', 'import', 'servers', 'cases', 'providers', 'notices', 'notices lint', 'notices texts', 'imports', 'configurations', 'explain', 'report',
  'ground', 'ground lists', 'ground check',
  'ledger', 'ledger export', 'ledger prove', 'ledger rotate-key', 'ledger timestamp', 'audit', 'retention',
  'retention show', 'retention apply', 'retention erase',
  'playbook', 'playbook check', 'playbook test', 'playbook show', 'playbook decide', 'mail', 'mail check', 'mail keys', 'config', 'config show', 'doctor', 'completion',
  'person', 'person add', 'person list', 'person show', 'person remove', 'arm', 'disarm', 'armed', 'attest',
]; // prettier-ignore

const help = async (command: string): Promise<string> => {
  const { code, stdout, stderr } = await runProgram([...command.split(' ').filter(Boolean), '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
  return stdout;
};

test.concurrent('the program says what it is, and which files and variables it knows', async () => {
  const said = await help('');
  for (const command of COMMANDS) expect(said).toMatch(new RegExp(`^ {2}${command.split(' ')[0]}\\b`, 'm'));
  for (const part of [
    'Files',
    'Environment:',
    'Exit codes:',
    'rejects.csv',
    'DATABASE_URL',
    'NO_COLOR',
    'DISMANTLE_',
  ]) {
    expect(said).toContain(part);
  }
});

test.concurrent.each(COMMANDS)('%s --help explains in sentences, with examples and exit codes', async (command) => {
  const said = await help(command);
  const [, description = ''] = /^Usage: .*\n\n((?:.+\n)+)/.exec(said) ?? [];
  expect(description).toMatch(/^[A-Z][^]*\.\n$/);
  const [, examples = ''] = /\nExamples:\n((?: {2}.+\n)+)/.exec(said) ?? [];
  expect(examples).toMatch(/^ {2}(\w+="?.*)?(.* \| )?dismantle /);
  // What an example does is a sentence.
  for (const meaning of examples.split('\n').filter((line) => line.startsWith('      '))) {
    expect(meaning.trim()).toMatch(/^(…|[A-Z]).*(\.|…)$/);
  }
  expect(said).toMatch(/\nExit codes:\n {2}0 {4}.*\n {2}1 {4}.*\n {2}2 {4}.*\n {2}130 {2}.*/);
});

test.concurrent('an example of the help is a command that exists', async () => {
  const said = await help('run');
  expect(said).toContain('--operation examplebot');
  expect((await runProgram(['help', 'run'])).stdout).toBe(said);
});

test.concurrent('--version is the one of package.json', async () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')));
  expect(await runProgram(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
});

test.concurrent('without a command it explains itself on standard error', async () => {
  const { code, stdout, stderr } = await runProgram([]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^Usage: dismantle/);
});
