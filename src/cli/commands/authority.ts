import { Command } from 'commander';
import { helpText } from '../help-text.ts';
import { addCommand } from './authority-add.ts';
import { expireCommand, serveCommand, unsealCommand } from './authority-after.ts';
import { listCommand, requestCommand, showCommand } from './authority-papers.ts';
import { authorityReportCommand } from './authority-report.ts';
import type { Face } from './shared.ts';

const NOTES = `An authority is the instrument behind a method: a court's order, a statute, a contract.
Counsel signs all that becomes of one. Which server is under which is judged at every
run; what an authority no longer covers does not leave.`;

export function authorityCommand(face: Face): Command {
  const command = new Command('authority').summary('keep orders and other instruments, and ask for further ones');
  command.description('Puts orders, statutes and contracts on record, and prepares what counsel needs for the next.');
  command.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle authority list', 'Shows what is on record and in force.']] }),
  );
  for (const each of [
    addCommand,
    listCommand,
    showCommand,
    serveCommand,
    unsealCommand,
    expireCommand,
    requestCommand,
    authorityReportCommand,
  ]) {
    command.addCommand(each(face));
  }
  return command;
}
