import { Argument, Command, Option } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { describeProgram } from '../completion/command-tree.ts';
import type { Program } from '../completion/command-tree.ts';
import { fishScript } from '../completion/fish.ts';
import { zshScript } from '../completion/zsh.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import type { Face } from './shared.ts';

const SCRIPTS: Readonly<Record<'bash' | 'zsh' | 'fish', (program: Program) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
type Shell = keyof typeof SCRIPTS;

const NOTES = `Put the script where your shell looks for it, and open a new shell:

  bash  mkdir -p ~/.local/share/bash-completion/completions
        dismantle completion bash \\
          > ~/.local/share/bash-completion/completions/dismantle
        This needs the package bash-completion. Without it, write the script to
        any file, and put ". FILE" into ~/.bashrc.
  zsh   mkdir -p ~/.zfunc
        dismantle completion zsh > ~/.zfunc/_dismantle
        In ~/.zshrc, in this order: fpath=(~/.zfunc $fpath)
                                    autoload -U compinit && compinit
  fish  mkdir -p ~/.config/fish/completions
        dismantle completion fish > ~/.config/fish/completions/dismantle.fish

The shell completes the command "dismantle", so that has to be found by its name:
"npm link" puts it on the path, or say alias dismantle='npx --no-install dismantle'.

Commands, options, their fixed values, files and folders are completed; names of
operations are not. The script starts no program, so it answers at once; after an
update, write it anew.`;

export function completionCommand(face: Face): Command {
  return new Command('completion')
    .summary('let bash, zsh or fish complete the command line')
    .description(
      'Prints a script with which a shell completes what is typed behind dismantle when Tab is pressed. Nothing is ' +
        'installed and no file is written.',
    )
    .addArgument(new Argument('<shell>', 'the shell it is for').choices(Object.keys(SCRIPTS)))
    .addOption(new Option('--json', 'print one JSON value on standard output: the shell and its script'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle completion bash | less', 'Shows what bash would be told.'],
          ['dismantle completion zsh > ~/.zfunc/_dismantle', 'Installs it for zsh.'],
          ['dismantle completion fish | source', 'Tries it in the fish that is running, and leaves no trace.'],
        ],
      }),
    )
    .action((shell: Shell, options: { readonly json?: boolean }, command: Command) => {
      const script = SCRIPTS[shell](describeProgram(rootOf(command)));
      if (options.json === true) printJson(face.terminal, { shell, script });
      else face.terminal.out(script);
    });
}

/** The program that the command has been added to: the script is made from what is there. */
function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
