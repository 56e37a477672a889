import { allCommands } from './command-tree.ts';
import type { ArgumentNode, CommandNode, Expected, OptionNode, Program } from './command-tree.ts';

/** A script for fish, from 3.0 on. */
export function fishScript({ name, version, root }: Program): string {
  const f = name.replaceAll(/\W/g, '_');
  const all = allCommands(root);
  const valued = all.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) => (value === null ? [] : names.map((option) => [...path, option].join(' ')))),
  );
  const paths = all.filter(({ path }) => path.length > 0).map(({ path }) => path.join(' '));
  return `# fish completion for ${name} ${version}, written by: ${name} completion fish
# It starts no program and reads no file; write it anew after an update.

set -g __${f}_commands ${paths.map(quoted).join(' ')}
# Options that a value stands behind, each with its command.
set -g __${f}_valued ${valued.map(quoted).join(' ')}

# Whether what has been typed leads to the command $argv[1] and, where that is asked, to its argument $argv[2] or later.
function __${f}_at
    set -l command ''
    set -l position 1
    set -l is_value 0
    set -l is_over 0
    for word in (commandline -opc)[2..-1]
        set -l behind (string trim -- "$command $word")
        if test $is_value -eq 1
            set is_value 0
        else if test $is_over -eq 0; and string match -qr -- '^-.' $word
            if test x$word = x--
                set is_over 1
            else if contains -- $behind $__${f}_valued
                set is_value 1
            end
        else if test $position -eq 1; and contains -- $behind $__${f}_commands
            set command $behind
        else
            set position (math $position + 1)
        end
    end
    # Where a value is expected, fish would take a "-" for the beginning of another option.
    set -l current (commandline -ct)
    if test $is_value -eq 1; and string match -q -- '-*' "$current"
        return 1
    end
    test "x$command" = "x$argv[1]"; and begin
        test (count $argv) -eq 1; or test $position = $argv[2]
        or begin
            test "$argv[3]" = on; and test $position -gt $argv[2]
        end
    end
end

complete -c ${name} -e
complete -c ${name} -f
${all.flatMap((node) => commandLines(name, f, node)).join('\n')}
`;
}

function commandLines(name: string, f: string, { path, options, args, commands }: CommandNode): readonly string[] {
  const at = (...more: readonly string[]): string =>
    `complete -c ${name} -n "__${f}_at ${[`'${path.join(' ')}'`, ...more].join(' ')}"`;
  return [
    '',
    `# ${[name, ...path].join(' ')}`,
    ...commands.map((child) => `${at('1')} -a ${child.path.at(-1)} -d ${quoted(child.summary)}`),
    ...args.map(
      (argument, index) => `${at(String(index + 1), ...(argument.variadic ? ['on'] : []))} ${proposal(argument)}`,
    ),
    ...options.map((option) => `${at()} ${optionWords(option)}`),
  ];
}

function proposal({ expected }: ArgumentNode): string {
  return expected.kind === 'file' ? '-F' : proposed(expected);
}

function optionWords({ names, summary, value }: OptionNode): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const taken =
    value === null ? [] : [value.expected.kind === 'file' ? '-r -F' : `-x ${proposed(value.expected)}`.trim()];
  return [...flags, ...taken, '-d', quoted(summary)].join(' ');
}

function proposed(expected: Expected): string {
  if (expected.kind === 'words') return `-a ${quoted(expected.words.join(' '))}`;
  return expected.kind === 'directory' ? "-a '(__fish_complete_directories)'" : '';
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
