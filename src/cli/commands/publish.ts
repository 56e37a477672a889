import { Command, Option } from 'commander';
import { publish } from '../../flow/collections.ts';
import type { Published } from '../../flow/collections.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface PublishOptions extends CommonOptions {
  readonly operation?: string;
}

const NOTES = `A collection for the community, and for every country and provider that may have
anything: what \`dismantle give --format stix\` writes, version after version. What a
recipient may not have any more is revoked. \`dismantle serve\` offers them over TAXII 2.1
to whoever has a token; this puts in what has changed. Where nothing has, it is cheap.`;

export function publishCommand(face: Face): Command {
  return addCommonOptions(new Command('publish'))
    .summary('bring what partners can fetch over TAXII to what they may have now')
    .description('Brings the collections of an operation to what each recipient may have of its servers now.')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle publish', 'Publishes what has changed.'],
          ['dismantle publish --operation lab --json', 'Publishes, and tells programs what.'],
        ],
      }),
    )
    .action(async (options: PublishOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const name = await chosenOperation(world, options.operation);
        const published = await publish(world, name, app.settings.organisation.name);
        if (options.json === true) printJson(face.terminal, { operation: name, ...published });
        else face.terminal.out(publishedText(published));
      });
    });
}

function publishedText({ collections, added, revoked, hidden, unchanged }: Published): string {
  if (unchanged || collections === 0) return 'Nothing has changed.\n';
  const taken = revoked === 0 ? '' : `, ${revoked} of them revocations`;
  const gone = hidden === 0 ? '' : `; ${hidden} observables are shown no more`;
  return `${collections} collections, ${added} versions added${taken}${gone}.\n`;
}
