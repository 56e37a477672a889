import { Command } from 'commander';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { auditCommand, ledgerCommand } from './commands/ledger.ts';
import { listCommands } from './commands/lists.ts';
import { reportCommand } from './commands/report.ts';
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
  const commands = [
    runCommand(face),
    importCommand(face),
    ...listCommands(face),
    explainCommand(face),
    reportCommand(face),
    ledgerCommand(face),
    auditCommand(face),
    configCommand(face),
    doctorCommand(face),
  ];
  for (const command of commands) program.addCommand(inherit(command, program));
  return program;
}

/** Commands that were made apart do not take over how their parent ends and where it writes. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inherit(below, command);
  return command;
}
