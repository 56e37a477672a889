import { Command, Option } from 'commander';
import { takeContributions } from '../../flow/collections.ts';
import type { SettledContribution } from '../../flow/collections.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface ContributionsOptions extends CommonOptions {
  readonly operation?: string;
}

const NOTES = `Each is an import of the source partner:KEY, with the partner's reliability and group,
and TLP:AMBER where it is not marked: a sighting like any other, and no case. Each object
that was not taken is told to its partner with the reason, in the status over TAXII.`;

export function contributionsCommand(face: Face): Command {
  return addCommonOptions(new Command('contributions'))
    .summary('take in what partners have handed in over TAXII')
    .description('Takes in what partners have handed in to an operation, the oldest first.')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle contributions', 'Takes in what waits.'],
          ['dismantle contributions --operation lab --json', 'The same, told to a program.'],
        ],
      }),
    )
    .action(async (options: ContributionsOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const name = await chosenOperation(world, options.operation);
        const settled = await takeContributions(world, name);
        if (options.json === true) printJson(face.terminal, { operation: name, contributions: settled });
        else face.terminal.out(settledText(settled));
      });
    });
}

function settledText(settled: readonly SettledContribution[]): string {
  if (settled.length === 0) return 'Nothing waits.\n';
  return settled
    .map(({ partner, objects, refused }) => {
      const not = refused === 0 ? '' : `, ${refused} of them not taken`;
      return `${safeText(partner)}: ${objects} object${objects === 1 ? '' : 's'}${not}\n`;
    })
    .join('');
}
