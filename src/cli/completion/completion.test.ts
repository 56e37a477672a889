import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { createCompletingShell, hasShell, SHELLS } from '../../../test/support/shells.ts';
import type { CompletingShell, ShellName } from '../../../test/support/shells.ts';
import { createProgram } from '../program.ts';
import { createTerminal } from '../terminal.ts';
import { bashScript } from './bash.ts';
import { allCommands, describeProgram } from './command-tree.ts';
import type { Program } from './command-tree.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS: Readonly<Record<ShellName, (program: Program) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const own = describeProgram(
  createProgram({
    terminal: createTerminal({ stdout: process.stdout, stderr: process.stderr, env: {} }),
    environment: {},
    signal: new AbortController().signal,
  }),
);

/** What a shell must neither run nor stumble over. */
const ODD_WORDS = 'it\'s [odd]: `touch pwned` $(touch pwned) $HOME \\ "x" %s {a,b} (c) 100%';

const lab = describeProgram(
  new Command('lab')
    .version('1')
    .addCommand(
      new Command('share')
        .summary(ODD_WORDS)
        .addArgument(new Argument('<how>', ODD_WORDS).choices(['openly', 'secretly']))
        .addArgument(new Argument('[files...]', 'what'))
        .addOption(new Option('-t, --tlp <mark>', ODD_WORDS).choices(['tlp:clear', 'tlp:amber', 'tlp:amber+strict']))
        .addOption(new Option('--format <format>', 'how').choices(['csv', 'json']))
        .addOption(new Option('--to <dir>', 'where to'))
        .addOption(new Option('--hidden', 'not to be shown').hideHelp())
        .addOption(new Option('--name <name>', 'whom').argParser((text, before) => [text, before]).default([])),
    )
    .addCommand(new Command('list').summary('what there is')),
);

const folder = mkdtempSync(join(tmpdir(), 'dismantle-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ['feed.csv', 'feed.txt']) writeFileSync(join(folder, name), '');
mkdirSync(join(folder, 'feeds'));

describe.each(SHELLS)('the script for %s', (shell) => {
  test('knows every command and every option that the help shows', () => {
    const script = SCRIPTS[shell](own);
    for (const { path, options } of allCommands(own.root)) {
      for (const word of path) expect(script).toContain(word);
      for (const name of options.flatMap(({ names }) => names)) {
        expect(script).toMatch(
          new RegExp(`[ '{,(*]${shell === 'fish' ? `-[ls] ${name.replace(/^-+/, '')}` : name}\\b`),
        );
      }
    }
    expect(allCommands(own.root).length).toBeGreaterThan(15);
  });
});

type Expectation = { readonly is: readonly string[] } | { readonly has: readonly string[]; readonly lacks: RegExp };

/** Lines of our own program, each with what is proposed at its end. */
const OWN: readonly (readonly [line: string, expected: Expectation])[] = [
  ['dismantle ', { has: ['run', 'import', 'ledger', 'completion', 'help'], lacks: /^-|^export$|feed/ }],
  ['dismantle doc', { is: ['doctor'] }],
  ['dismantle --ver', { is: ['--version'] }],
  ['dismantle ledger ', { has: ['export'], lacks: /^run$|feed/ }],
  ['dismantle ledger export --js', { is: ['--json'] }],
  ['dismantle ledger export fe', { has: ['feed.csv', 'feed.txt'], lacks: /^[^f]/ }],
  ['dismantle run --drill fe', { has: ['feed.csv', 'feed.txt'], lacks: /^[^f]/ }],
  ['dismantle run feed.csv feed.t', { is: ['feed.txt'] }],
  ['dismantle run feed.csv --prov', { is: ['--providers'] }],
  ['dismantle run --providers feed.c', { is: ['feed.csv'] }],
  ['dismantle run --operation --', { is: [] }],
  ['dismantle run --operation ', { is: [] }],
  ['dismantle run --operation servers --malw', { is: ['--malware'] }],
  ['dismantle run --operation=x --malw', { is: ['--malware'] }],
  ['dismantle run -- --malw', { is: [] }],
  ['dismantle run --warninglists ', { has: [], lacks: /feed\.|^-/ }],
  ['dismantle run --warninglists fee', { has: [], lacks: /feed\.|^-/ }],
  ["dismantle explain '192.0.2[.]11:443' --oper", { is: ['--operation'] }],
  ['dismantle explain 192.0.2[.]11:443 --oper', { is: ['--operation'] }],
  ['dismantle explain hxxp://c2[.]example:8080/a=b --oper', { is: ['--operation'] }],
  ['dismantle explain 2001:db8::7 --oper', { is: ['--operation'] }],
  ['dismantle explain 192.0.2.11:44', { is: [] }],
  ['dismantle servers --filter host=192.0.2.1:443 --lim', { is: ['--limit'] }],
  ['dismantle servers --filter state=held --filt', { is: ['--filter'] }],
  ['dismantle completion ', { is: ['bash', 'fish', 'zsh'] }],
  ['dismantle completion z', { is: ['zsh'] }],
  ['dismantle help doc', { is: ['doctor'] }],
];

const LAB: readonly (readonly [line: string, expected: Expectation])[] = [
  ['lab ', { has: ['share', 'list'], lacks: /feed/ }],
  ['lab share ', { is: ['openly', 'secretly'] }],
  ['lab share openly feed.c', { is: ['feed.csv'] }],
  ['lab share --format ', { is: ['csv', 'json'] }],
  ['lab share --format j', { is: ['json'] }],
  ['lab share --hid', { is: [] }],
  ['lab share --name a --na', { is: ['--name'] }],
  ['lab list ', { has: [], lacks: /feed|share|list/ }],
];

for (const shell of SHELLS) {
  const isThere = hasShell(shell);
  if (!isThere) process.stderr.write(`skipped: what ${shell} completes, for ${shell} is not there\n`);
  describe.skipIf(!isThere)(`${shell}, run for real, proposes`, () => {
    const shells = new Map<string, CompletingShell>();
    const completing = (program: Program): CompletingShell => {
      const known = shells.get(program.name);
      if (known !== undefined) return known;
      const made = createCompletingShell(shell, program.name, SCRIPTS[shell](program));
      shells.set(program.name, made);
      return made;
    };
    afterAll(() => {
      for (const made of shells.values()) made.close();
    });
    const check = (program: Program, line: string, expected: Expectation): void => {
      const proposed = completing(program).complete(line, folder);
      if ('is' in expected) expect(proposed).toEqual(expected.is);
      else {
        expect(proposed).toEqual(expect.arrayContaining([...expected.has]));
        expect(proposed.filter((word) => expected.lacks.test(word))).toEqual([]);
      }
    };

    test.each(OWN)('behind "%s" what fits there', (line, expected) => check(own, line, expected));

    test.each(LAB)('behind "%s" what fits there, in a program with odd words', (line, expected) => {
      check(lab, line, expected);
      expect(existsSync(join(folder, 'pwned'))).toBe(false);
    });

    test('a folder where a folder is meant', () => {
      expect(
        completing(own)
          .complete('dismantle run --out fe', folder)
          .map((name) => name.replace(/\/$/, '')),
      ).toEqual(['feeds']);
    });

    test('a value that stands in one word with its option, and one with colons', () => {
      // Bash and zsh are asked for the rest of the word only, fish for the whole of it.
      const ends = (line: string): readonly string[] =>
        completing(lab)
          .complete(line, folder)
          .map((word) => word.replace(/^--\w+=/, '').replace(/^tlp:/, ''));
      expect(ends('lab share --format=c')).toEqual(['csv']);
      expect(ends('lab share --format=')).toEqual(['csv', 'json']);
      expect(ends('lab share --tlp tlp:am')).toEqual(['amber', 'amber+strict']);
      expect(ends('lab share -t tlp:c')).toEqual(['clear']);
      expect(ends('lab share --to=fe').map((name) => name.replace(/\/$/, ''))).toEqual(['feeds']);
    });
  });
}

/** What a person at a terminal gets who types these lines; a Tab asks bash, and each line tells the words it came to. */
function typed(lines: readonly string[]): readonly string[] {
  const home = mkdtempSync(join(folder, 'home-'));
  writeFileSync(join(home, 'feed one.csv'), '');
  mkdirSync(join(home, 'lists'));
  writeFileSync(join(home, 'script'), bashScript(own));
  const say = "dismantle() { printf 'words:'; printf ' <%s>' \"$@\"; echo; }";
  writeFileSync(join(home, 'rc'), `PS1=\n. ./script\n${say}\nbind 'set bell-style none'\n`);
  const { stdout } = spawnSync('script', ['-qec', 'bash --noprofile --rcfile rc -i', '/dev/null'], {
    cwd: home,
    input: [...lines, 'exit', ''].join('\n'),
    encoding: 'utf8',
    timeout: 50_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
  });
  return stdout.split('\n').flatMap((line) => /words: (.*?)\r?$/.exec(line)?.[1] ?? []);
}

const hasTerminal = hasShell('bash') && existsSync('/usr/bin/script');
if (!hasTerminal) process.stderr.write('skipped: bash at a terminal, for bash or script(1) is not there\n');

describe.skipIf(!hasTerminal)('bash at a terminal completes', () => {
  test.each([
    ['dismantle led\texp\tfee\t', '<ledger> <export> <feed one.csv>'],
    ['dismantle run "feed o\t --oper\tx', '<run> <feed one.csv> <--operation> <x>'],
    ['dismantle run --warn\tli\t --out=li\t', '<run> <--warninglists> <lists/> <--out=lists/>'],
    ['dismantle run --operation --dr\t', '<run> <--operation> <--dr>'],
    ['dismantle explain 192.0.2[.]11:443 --oper\tx', '<explain> <192.0.2[.]11:443> <--operation> <x>'],
    ['dismantle explain 2001:db8::7 --operation=a:b --js\t', '<explain> <2001:db8::7> <--operation=a:b> <--json>'],
    ['dismantle completion b\t', '<completion> <bash>'],
  ])('%j to %s', (line, words) => {
    expect(typed([line])).toEqual([words]);
  });
});

test.skipIf(!hasShell('bash'))('bash completes under strict options, and where there is no line to look at', () => {
  const asked = `set -u; IFS=:; shopt -s failglob; eval "$1"
    COMP_WORDS=(dismantle explain '192.0.2[.]11' : 443 --oper); COMP_CWORD=5; _dismantle; printf '%s\\n' "\${COMPREPLY[@]}"
    COMP_WORDS=(dismantle completion z); COMP_CWORD=2; _dismantle; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', asked, 'bash', bashScript(own)], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '--operation\nzsh\n', stderr: '' });
});
