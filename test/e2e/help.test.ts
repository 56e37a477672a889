import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeProgram } from '../../src/cli/completion/command-tree.ts';
import type { CommandNode } from '../../src/cli/completion/command-tree.ts';
import { createProgram } from '../../src/cli/program.ts';
import { REPOSITORY, runProgram } from '../support/cli.ts';

/** Every command there is, "ledger export" with its parent. */
const COMMANDS = pathsOf(describeProgram(programOf([])).root);

function pathsOf({ path, commands }: CommandNode): readonly string[] {
  const own = path.length === 0 || path.at(-1) === 'help' ? [] : [path.join(' ')];
  return [...own, ...commands.flatMap(pathsOf)];
}

/** The program, which says what it says into `written`. Here and not in a process of its own: a hundred would take minutes. */
function programOf(written: string[]): Command {
  const plain = (text: string): string => text;
  const style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
  const out = (text: string): void => void written.push(text);
  return createProgram({
    terminal: {
      out,
      err: out,
      outBytes: () => Promise.resolve(),
      status: () => undefined,
      panel: () => undefined,
      style,
      errStyle: style,
      errIsTerminal: false,
    },
    environment: {},
    signal: new AbortController().signal,
  });
}

const help = async (command: string): Promise<string> => {
  const written: string[] = [];
  const words = [...command.split(' ').filter(Boolean), '--help'];
  await expect(programOf(written).parseAsync(words, { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
  const said = written.join('');
  for (const line of said.split('\n')) expect(line.length, line).toBeLessThanOrEqual(90);
  return said;
};

test('the program says what it is, and which files and variables it knows', async () => {
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

test.each(COMMANDS)('%s --help explains in sentences, with examples and exit codes', async (command) => {
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
