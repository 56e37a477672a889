import { Command } from 'commander';
import { importCommand, runCommand } from './commands/run.ts';
import type { Face } from './commands/shared.ts';

const OVERVIEW = `
dismantle takes a botnet's command-and-control servers offline by lawful means:
feeds in, servers identified, providers located, methods determined, notices
drafted, and a tamper-evident ledger of all of it. Nothing leaves this machine
unless it has been switched on, armed and approved.`;

/** The whole command line. */
export function createProgram(face: Face): Command {
  const program = new Command('dismantle');
  program
    .description(OVERVIEW.trim())
    .exitOverride()
    .configureOutput({ writeOut: (text) => face.terminal.out(text), writeErr: (text) => face.terminal.err(text) })
    .showHelpAfterError('(add --help for what it takes)')
    .helpCommand('help [command]', 'explain a command');
  for (const command of [runCommand(face), importCommand(face)]) {
    command.copyInheritedSettings(program);
    program.addCommand(command);
  }
  return program;
}
