import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof SHELLS)[number];

export function hasShell(shell: ShellName): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

/** What pressing Tab at the end of a line would propose. */
export interface CompletingShell {
  complete(line: string, folder: string): readonly string[];
  close(): void;
}

/** Runs a shell for real, with nothing of its user's but the script. `name` is the program that it completes. */
export function createCompletingShell(shell: ShellName, name: string, script: string): CompletingShell {
  const home = mkdtempSync(join(tmpdir(), `dismantle-${shell}-`));
  const file = join(home, `_${name}`);
  writeFileSync(file, script);
  writeFileSync(join(home, 'harness.zsh'), ZSH_HARNESS);
  const run = (args: readonly string[], folder: string): string => {
    const { status, stdout, stderr } = spawnSync(shell, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 50_000,
      env: { PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm', LC_ALL: 'C.UTF-8', ZDOTDIR: home },
    });
    if (status !== 0 || stderr !== '') throw new Error(`${shell} ends with ${status}: ${stderr}${stdout}`);
    return stdout;
  };
  const proposals: Readonly<Record<ShellName, (line: string, folder: string) => string>> = {
    bash: (line, folder) => run(['--norc', '-c', BASH_HARNESS, 'bash', file, name, line, ...bashWords(line)], folder),
    fish: (line, folder) =>
      run(['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', file, line], folder).replaceAll(/\t.*/g, ''),
    zsh: (line, folder) => {
      const found = join(home, 'found');
      writeFileSync(found, '');
      run(['-f', join(home, 'harness.zsh'), file, line, found], folder);
      return readFileSync(found, 'utf8');
    },
  };
  return {
    complete: (line, folder) => {
      const said = proposals[shell](line, folder).split('\n');
      return [...new Set(said.map((proposal) => proposal.trim()).filter((proposal) => proposal !== ''))].toSorted();
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** As bash splits a line for its completion functions: at blanks, and around each run of ":" and "=". */
export function bashWords(line: string): readonly string[] {
  return line.split(/\s+/).flatMap((word) => (word === '' ? [''] : (word.match(/[:=]+|[^:=]+/g) ?? [])));
}

const BASH_HARNESS = `
source "$1"
COMP_LINE=$3
COMP_POINT=\${#3}
COMP_WORDS=("\${@:4}")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
"_$2"
printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** Zsh completes only where somebody types, so a second zsh is given a terminal, and tells what it would have shown. */
const ZSH_HARNESS = `
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner "PS1= PROMPT2= RPS1= FOUND=\${(q)3} FOLDER=\${(q)PWD}"
zpty -w inner 'cd $FOLDER; autoload -Uz compinit; compinit -C -d $ZDOTDIR/dump'
zpty -w inner "source \${(q)1}"
zpty -w inner 'zmodload zsh/zutil
compadd () {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits prefix hidden suffix
  builtin compadd -A hits "$@"
  zparseopts -E -a prefix P: p:=hidden S:=suffix
  print -rl -- \${IPREFIX}\${^hits} >> $FOUND
  builtin compadd "$@"
}
finish () { print -- "all told"; exit }
comppostfuncs=(finish)
bindkey "^I" complete-word
zstyle ":completion:*" insert-tab false
print -- rea""dy'
local line
while zpty -r inner line; do [[ $line == *ready* ]] && break; done
zpty -w -n inner "$2"$'\\t'
while zpty -r inner line; do [[ $line == *"all told"* ]] && break; done
zpty -d inner
`;
