import { Command, Option } from 'commander';
import { circulate, showConfiguration } from '../../flow/severance.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost, shownText } from '../shown.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

interface OperationOptions extends CommonOptions {
  readonly operation?: string;
}

const NOTES = `A configuration is named by its version, by version/tag where several tags share
one, or by its id. It stays in circulation until a person retires it with a reason:
bots that have it go on asking its servers. Retired, it says nothing any more about
whether the botnet is severed; that a source lists it again is told, and changes nothing.`;

const WHICH = 'a version, version/tag, or id';

function addOperation(command: Command): Command {
  return addCommonOptions(command).addOption(
    new Option('--operation <name>', 'which operation (needed where there are several)'),
  );
}

export function retireCommand(face: Face): Command {
  return circulationCommand(face, {
    name: 'retire',
    to: 'retired',
    summary: 'take a configuration out of circulation, with a reason',
    description: 'Records that a configuration is not distributed any more, and that no bot acts on it.',
    reason: 'replaced by 1000513',
    meaning: 'Takes one out of circulation.',
  });
}

export function restoreCommand(face: Face): Command {
  return circulationCommand(face, {
    name: 'restore',
    to: 'in-circulation',
    summary: 'put a retired configuration back into circulation',
    description: 'Records that a retired configuration is distributed again, or never ceased to be.',
    reason: 'seen again',
    meaning: 'Puts it back.',
  });
}

function circulationCommand(
  face: Face,
  act: {
    readonly name: string;
    readonly to: 'retired' | 'in-circulation';
    readonly summary: string;
    readonly description: string;
    readonly reason: string;
    readonly meaning: string;
  },
): Command {
  return addSpeaker(addOperation(new Command(act.name)))
    .summary(act.summary)
    .description(act.description)
    .argument('<configuration>', WHICH)
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [`dismantle configurations ${act.name} 1000512/tmt2 --as Ada --reason '${act.reason}'`, act.meaning],
        ],
      }),
    )
    .action(async (name: string, options: OperationOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { as, reason } = options;
        const configuration = await circulate(world, operation, name, { as, reason, to: act.to });
        if (options.json === true) printJson(face.terminal, { operation, ...configuration });
        else
          face.terminal.out(
            `${shownName(configuration)} is ${act.to === 'retired' ? 'out of circulation' : 'in circulation'}, says ${safeText(as)}.\n`,
          );
      });
    });
}

export function showCommand(face: Face): Command {
  return addOperation(new Command('show'))
    .summary('show one configuration, and how the servers that it lists stand')
    .description(
      'Shows one configuration: when it was collected, by whom, whether it is in circulation, and its servers.',
    )
    .argument('<configuration>', WHICH)
    .addHelpText(
      'after',
      helpText({ notes: NOTES, examples: [['dismantle configurations show 1000512', 'Shows that one.']] }),
    )
    .action(async (name: string, options: OperationOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { configuration, servers } = await showConfiguration(world, operation, name);
        if (options.json === true) {
          printJson(face.terminal, {
            ...configuration,
            listed: servers.map(({ listedIn, ...server }) => ({ ...server, configurations: listedIn.length })),
          });
          return;
        }
        const { collectedAt, entries, accepted, sources, retiredAt, retiredBy, retirement } = configuration;
        const lines = [
          face.terminal.style.bold(shownName(configuration)),
          `  collected ${collectedAt ?? 'nobody knows when'}; ${entries} entries, ${accepted} of them read; from ${sources.map(safeText).join(', ') || 'no source any more'}`,
          retiredAt === null
            ? '  in circulation'
            : `  out of circulation since ${retiredAt}, says ${safeText(retiredBy ?? '')}: ${shownText(retirement ?? '')}`,
        ];
        const listed =
          servers.length === 0
            ? 'It lists no server that counts.\n'
            : table(
                servers,
                [
                  { title: 'server', max: 60, value: ({ host }) => shownHost(host) },
                  { title: 'verdict', value: ({ verdict }) => verdict },
                  { title: 'in configs', right: true, value: ({ listedIn }) => listedIn.length },
                  { title: 'country', value: ({ country }) => country },
                  { title: 'provider', max: 36, value: ({ provider }) => provider },
                ],
                face.terminal.style,
              );
        face.terminal.out(`${lines.join('\n')}\n\n${listed}`);
      });
    });
}

function shownName({ version, tag }: { readonly version: string; readonly tag: string }): string {
  return safeText(tag === '' ? version : `${version} (${tag})`);
}
