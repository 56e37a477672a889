import { Command } from 'commander';
import { coverage } from '../../flow/authorities.ts';
import { coverageText } from '../authority-text.ts';
import { helpText } from '../help-text.ts';
import { addOperation, inOperation } from './authority-shared.ts';
import type { OperationOptions } from './authority-shared.ts';
import type { Face } from './shared.ts';

const NOTES = `An authority covers a server when it is in force, its scope names the server or means
all of the operation, it names the provider or none, and it is for the provider's
country (the server's, where the provider's is not known).`;

export function coverageCommand(face: Face): Command {
  return addOperation(new Command('coverage'))
    .summary('show which servers are under which authority, and which under none')
    .description(
      'Judges now, for every server of an open case, which authority in force covers it, and why others do not.',
    )
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [['dismantle coverage --json', 'Gives every server with reasons to a script.']],
      }),
    )
    .action(async (options: OperationOptions) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const servers = await coverage(world, operation);
        return { result: { operation, servers }, text: coverageText(servers, face.terminal.style) };
      });
    });
}
