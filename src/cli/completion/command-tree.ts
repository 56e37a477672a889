import type { Argument, Command, Option } from 'commander';

/** What may stand where a value is expected. `text` is what nobody can propose: a name, a number, a sentence. */
export type Expected =
  | { readonly kind: 'file' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'text' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface OptionNode {
  /** As they are typed: "-h", "--help". */
  readonly names: readonly string[];
  readonly summary: string;
  /** Null for a switch. */
  readonly value: { readonly name: string; readonly expected: Expected } | null;
  /** Whether it means something to give it again. */
  readonly repeats: boolean;
}

export interface ArgumentNode {
  readonly name: string;
  readonly expected: Expected;
  readonly variadic: boolean;
}

/** One command as a shell needs to know it: what may be typed behind it. */
export interface CommandNode {
  /** The words that lead to it, without the program's name: ["ledger", "export"]. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly OptionNode[];
  readonly args: readonly ArgumentNode[];
  readonly commands: readonly CommandNode[];
}

export interface Program {
  readonly name: string;
  readonly version: string;
  readonly root: CommandNode;
}

/** Commander's program in the shells' terms; what commander hides from its help is hidden here. */
export function describeProgram(program: Command): Program {
  return { name: program.name(), version: program.version() ?? '', root: describeCommand(program, [], []) };
}

function describeCommand(command: Command, path: readonly string[], siblings: readonly string[]): CommandNode {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const names = below.map((child) => child.name());
  return {
    path,
    summary: command.summary() === '' ? command.description() : command.summary(),
    options: help.visibleOptions(command).map(describeOption),
    args: command.registeredArguments.map((argument) => describeArgument(argument, siblings)),
    commands: below.map((child) => describeCommand(child, [...path, child.name()], names)),
  };
}

function describeOption(option: Option): OptionNode {
  const [, name] = /[<[]([^>\].]+)/.exec(option.flags) ?? [];
  return {
    names: [option.short, option.long].filter((flag) => flag !== undefined),
    summary: option.description,
    value: name === undefined ? null : { name, expected: expectedOf(name, option.argChoices, []) },
    // An option that gathers its values begins with an empty list.
    repeats: option.variadic || Array.isArray(option.defaultValue),
  };
}

function describeArgument(argument: Argument, siblings: readonly string[]): ArgumentNode {
  const name = argument.name();
  return { name, expected: expectedOf(name, argument.argChoices, siblings), variadic: argument.variadic };
}

/** The placeholders of our command line (`<file>`, `[command]`) say what they stand for. */
function expectedOf(
  placeholder: string,
  choices: readonly string[] | undefined,
  siblings: readonly string[],
): Expected {
  if (choices !== undefined) return { kind: 'words', words: choices.map(assertPlain) };
  if (/^files?$/.test(placeholder)) return { kind: 'file' };
  if (placeholder === 'dir') return { kind: 'directory' };
  // "help [command]" explains one of the commands beside it.
  if (placeholder === 'command' && siblings.length > 0) return { kind: 'words', words: siblings };
  return { kind: 'text' };
}

/** Choices are written into scripts as they stand. */
function assertPlain(word: string): string {
  if (!/^[\w.:+@%/-]+$/.test(word)) throw new Error(`a choice that a shell would have to quote: ${word}`);
  return word;
}

/** A command and all below it. */
export function allCommands(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}
