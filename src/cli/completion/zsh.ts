import { allCommands } from './command-tree.ts';
import type { ArgumentNode, CommandNode, Expected, OptionNode, Program } from './command-tree.ts';

/** A script for zsh: a file for the function path, which may be sourced as well. */
export function zshScript({ name, version, root }: Program): string {
  const functions = allCommands(root).map((node) => commandFunction(name, node));
  return `#compdef ${name}
# zsh completion for ${name} ${version}, written by: ${name} completion zsh
# It starts no program and reads no file; write it anew after an update.

${functions.join('\n\n')}

if [[ "\${funcstack[1]}" == ${functionName(name, root)} ]]; then
  ${functionName(name, root)} "$@"
else
  compdef ${functionName(name, root)} ${name}
fi
`;
}

function functionName(program: string, { path }: CommandNode): string {
  return `_${[program, ...path].join('_').replaceAll(/\W/g, '_')}`;
}

function commandFunction(program: string, node: CommandNode): string {
  const specs = [...node.options.map(optionSpec), ...node.args.map(argumentSpec)];
  if (node.commands.length === 0) {
    return `${functionName(program, node)}() {\n  _arguments -s -S \\\n${lines(specs)}\n}`;
  }
  // What stands behind the name of a command is that command's own business: its function sees those words only.
  const below = node.commands.map(
    (child) => `        ${child.path.at(-1)}) ${functionName(program, child)} && result=0 ;;`,
  );
  return `${functionName(program, node)}() {
  local context state state_descr line curcontext="$curcontext" result=1
  typeset -A opt_args
  local -a commands
  commands=(
${node.commands.map((child) => `    ${quoted(`${child.path.at(-1)}:${escaped(child.summary)}`)}`).join('\n')}
  )
  _arguments -s -S -C \\
${lines([...specs, '1: :->command', '*:: :->behind'])} && result=0
  case "$state" in
    command) _describe -t commands ${quoted(`${[program, ...node.path].join(' ')} command`)} commands && result=0 ;;
    behind)
      case "$words[1]" in
${below.join('\n')}
      esac
      ;;
  esac
  return result
}`;
}

const lines = (specs: readonly string[]): string => specs.map((spec) => `    ${quoted(spec)}`).join(' \\\n');

/** One spec for all names of an option; the names keep each other out, unless it may be given again. */
function optionSpec({ names, summary, value, repeats }: OptionNode): string {
  const [first = ''] = names;
  const taken = value === null ? '' : `:${escaped(value.name)}:${actionFor(value.expected)}`;
  const explained = `[${escaped(summary)}]${taken}`;
  const written = (name: string): string => (value !== null && name.startsWith('--') ? `${name}=` : name);
  if (names.length === 1) return `${repeats ? '*' : ''}${written(first)}${explained}`;
  return `${repeats ? '*' : `(${names.join(' ')})`}{${names.map(written).join(',')}}${explained}`;
}

function argumentSpec({ name, expected, variadic }: ArgumentNode, index: number): string {
  return `${variadic ? '*' : String(index + 1)}:${escaped(name)}:${actionFor(expected)}`;
}

function actionFor(expected: Expected): string {
  if (expected.kind === 'words') return `(${expected.words.map((word) => word.replaceAll(':', '\\:')).join(' ')})`;
  return { file: '_files', directory: '_files -/', text: ' ' }[expected.kind];
}

/** Brackets and colons divide a spec of _arguments and of _describe. */
function escaped(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, '\\$&');
}

/** A word of the shell. Names of one option stand in braces, which only work outside of quotation marks. */
function quoted(spec: string): string {
  const [, before = '', braces = '', after = spec] = /^(\([^)]*\)|\*)?(\{[^}]*\})([^]*)$/.exec(spec) ?? [];
  const quote = (text: string): string => (text === '' ? '' : `'${text.replaceAll("'", `'\\''`)}'`);
  return `${quote(before)}${braces}${quote(after)}`;
}
