import { Command, Option } from 'commander';
import { report } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { runText } from '../summary-text.ts';
import { addCommonOptions, chosenOperation, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

export function statusCommand(face: Face): Command {
  return addCommonOptions(new Command('status'))
    .summary('say how an operation stands')
    .description('Prints the figures of an operation as it now stands: the same summary that dismantle run ends with.')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--out <dir>', 'the folder that the run wrote to (default: out/ in the data directory)'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle status', 'Tells how the only operation stands.'],
          ['dismantle status --operation examplebot --json | jq .cases.byState', 'Counts its cases by state.'],
        ],
      }),
    )
    .action(async (options: CommonOptions & { readonly operation?: string }) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const summary = await report(world, await chosenOperation(world, options.operation));
        if (options.json === true) printJson(face.terminal, summary);
        else face.terminal.out(runText(summary, face.terminal.style, suggestedOptions(options)));
      });
    });
}
