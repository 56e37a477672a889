import { Command } from 'commander';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import { addCommonOptions, addOfflineOption, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

export function configCommand(face: Face): Command {
  const config = new Command('config').summary('show the settings');
  config.description(
    'Settings come from variables DISMANTLE_… first, then from dismantle.yaml. Secrets never stand in that file.',
  );
  config.addHelpText('after', helpText({ examples: [['dismantle config show', 'Lists what is in force.']] }));
  config.addCommand(
    addOfflineOption(addCommonOptions(new Command('show')))
      .summary('list what is in force, and where each value came from')
      .description(
        'Prints every setting, its value, where it came from, its variable and what it means. Secrets are not told.',
      )
      .addHelpText(
        'after',
        helpText({
          notes: `Settings are looked for in the environment first, then in the settings file. A
secret comes from the environment or from a file of its own, such as
database.urlFile. A dismantle.yaml:

  organisation:
    name: Example CERT
    email: abuse-desk@cert.example
    capacity: csirt
  providers: providers.yaml
  warninglists: lists`,
          examples: [
            ['dismantle config show', 'Lists every setting, its value and where that came from.'],
            ['dismantle config show --json', 'Says what each one means as well.'],
            [
              'DISMANTLE_ORGANISATION_NAME="Example CERT" dismantle config show',
              'Tries a setting without writing it down.',
            ],
          ],
          exits: ['1    A setting is wrong; standard error names its line.'],
        }),
      )
      .action(async (options: CommonOptions) => {
        await withApp(face, options, (app) => {
          const { origins, file } = app.inForce;
          if (options.json === true) {
            printJson(face.terminal, { dataDirectory: app.dataDirectory, file, settings: origins });
            return Promise.resolve();
          }
          face.terminal.out(`Data directory: ${app.dataDirectory}\nSettings file:  ${file ?? '(none)'}\n\n`);
          face.terminal.out(
            table(
              origins,
              [
                { title: 'setting', value: ({ key }) => key },
                { title: 'value', max: 40, value: ({ value }) => value ?? '(not set)' },
                { title: 'from', max: 60, value: ({ origin }) => origin },
                { title: 'variable', value: ({ variable }) => variable },
              ],
              face.terminal.style,
            ),
          );
          face.terminal.out('\nWhat each one means: dismantle config show --json, or docs/settings.md\n');
          return Promise.resolve();
        });
      }),
  );
  return config;
}
