import { Command, Option } from 'commander';
import { explain } from '../../flow.ts';
import { explanationText } from '../explanation-text.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { addCommonOptions, addListOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface ExplainOptions extends CommonOptions {
  readonly operation?: string;
  readonly allRows?: boolean;
}

export function explainCommand(face: Face): Command {
  return addListOptions(addCommonOptions(new Command('explain')))
    .summary('say why one server stands where it stands, and what is still missing')
    .description(
      'Names what counted for and against a server, who can switch it off and how that is known, the row of the method ' +
        'table that decided and why each other row did not apply, and what is still missing before a notice may ' +
        'go. The server may be written defanged or not.',
    )
    .argument('<server>', 'a host, host:port, URL or server id')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--playbook <file>', 'the method table, DMN (default: playbooks/default.dmn)'))
    .addOption(new Option('--all-rows', 'give every row of the method table a line, with all cells that ruled it out'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle explain 192.0.2.11', 'Explains one server of the only operation.'],
          ["dismantle explain '192.0.2[.]11:443' --operation first-look", 'Takes it defanged and with a port as well.'],
          ['dismantle explain 192.0.2.11 --all-rows', 'Says cell by cell why each other row did not apply.'],
          ['dismantle explain c2.example --json | jq .decision.row.citation', 'Picks the citation out for a script.'],
        ],
        exits: ['1    There is no such server or operation, or it failed.'],
      }),
    )
    .action(async (server: string, options: ExplainOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const explanation = await explain(world, await app.openSources(await approvedTable(world)), operation, server);
        if (options.json === true) printJson(face.terminal, explanation);
        else {
          const allRows = options.allRows === true;
          face.terminal.out(explanationText(explanation, face.terminal.style, { allRows }));
        }
      });
    });
}
