import { Command, Option } from 'commander';
import { problem } from '../../domain/problem.ts';
import { erase, plannedErasure } from '../../flow.ts';
import type { PlannedErasure } from '../../flow.ts';
import { publishAfterErasure } from '../../flow/collections.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface EraseOptions extends CommonOptions {
  readonly reason: string;
}

const NOTES = `Three classes may hold personal data and can be erased:
  sightings   Imported files: their rows may name devices and so their owners.
  messages    Drafted messages that are superseded or withdrawn: they may name
              customers.
  lookups     Registries' answers: they may name people as contacts.
For how long each is kept stands in the settings (retention.sightings,
retention.messages, retention.lookups, in days); without a setting it is kept as long
as the ledger. An import that tells of a server of a notice that was sent is evidence: by
the settings it is kept, and who erases it by hand is told.

Erasing removes the entry's body, its salt, its rows and its message for good. What
stays is a commitment that nobody can open, so that the ledger still audits and says
"erased", not "bad"; the erasure is an entry itself. Servers that nothing else names
go with it; what an erased import took back stands again, and the list says so.
What partners can fetch says no more of them than that it is revoked; what they have
fetched, and copies that were exported or backed up before, are not reached.`;

export function retentionCommand(face: Face): Command {
  const retention = new Command('retention').summary('what is personal, how long it is kept, and erasing it');
  retention.description('Shows and erases what may hold personal data and is past its time.');
  retention.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle retention show', 'Lists what is past its time.']] }),
  );
  retention.addCommand(
    addCommonOptions(new Command('show'))
      .summary('list what is past its time; nothing is changed')
      .description('Lists the entries of the ledger that the settings say are past their time.')
      .addHelpText(
        'after',
        helpText({ notes: NOTES, examples: [['dismantle retention show --json', 'Gives the list to a script.']] }),
      )
      .action(async (options: CommonOptions) => {
        await withApp(face, options, async (app) => {
          const planned = await plannedErasure(await app.openWorld(), app.settings.retention);
          tell(
            face,
            options,
            planned,
            'Nothing is past its time.',
            'To erase them: dismantle retention apply --reason TEXT',
          );
        });
      }),
  );
  retention.addCommand(
    addReason(addCommonOptions(new Command('apply')))
      .summary('erase what is past its time')
      .description('Erases, for good, the entries that the settings say are past their time.')
      .addHelpText(
        'after',
        helpText({
          notes: NOTES,
          examples: [
            ['dismantle retention apply --reason "two years are over"', 'Erases them and says so in the ledger.'],
          ],
        }),
      )
      .action(async (options: EraseOptions) => {
        await withApp(face, options, async (app) => {
          const world = await app.openWorld();
          const erased = await erase(world, { retention: app.settings.retention }, options.reason);
          if (erased.length > 0) await publishAfterErasure(world, app.settings.organisation.name);
          tell(face, options, erased, 'Nothing is past its time.', 'Erased.');
        });
      }),
  );
  retention.addCommand(
    addReason(addCommonOptions(new Command('erase')))
      .summary('erase the entries that you name')
      .description('Erases, for good, the import or draft behind each entry that you name by its number in the ledger.')
      .argument('<entries...>', 'numbers of entries, as dismantle imports shows them')
      .addHelpText(
        'after',
        helpText({
          notes: NOTES,
          examples: [['dismantle retention erase 17 --reason "request of the data subject"', 'Erases one import.']],
        }),
      )
      .action(async (entries: string[], options: EraseOptions) => {
        const sequences = [...new Set(entries.map(entryNumber))];
        await withApp(face, options, async (app) => {
          const world = await app.openWorld();
          const erased = await erase(world, { sequences }, options.reason);
          if (erased.length > 0) await publishAfterErasure(world, app.settings.organisation.name);
          tell(face, options, erased, 'Nothing was erased.', 'Erased.');
        });
      }),
  );
  return retention;
}

function addReason(command: Command): Command {
  return command.addOption(new Option('--reason <text>', 'why; goes into the ledger').makeOptionMandatory());
}

function entryNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw problem('usage', `"${text}" is not the number of an entry`, 'dismantle imports shows the entry of each file');
  }
  return Number(text);
}

function tell(
  face: Face,
  options: CommonOptions,
  entries: readonly PlannedErasure[],
  none: string,
  some: string,
): void {
  if (options.json === true) {
    printJson(face.terminal, entries);
    return;
  }
  if (entries.length === 0) {
    face.terminal.out(`${none}\n`);
    return;
  }
  face.terminal.out(
    table(
      entries,
      [
        { title: 'entry', right: true, value: ({ sequence }) => sequence },
        { title: 'recorded', value: ({ recordedAt }) => recordedAt.slice(0, 10) },
        { title: 'class', value: ({ class: name }) => name },
        { title: 'kind', value: ({ kind }) => kind },
        { title: 'about', max: 40, value: ({ about }) => about },
        { title: 'rows', right: true, value: ({ rows }) => rows },
        { title: 'why', max: 50, value: ({ why }) => why },
      ],
      face.terminal.style,
    ),
  );
  face.terminal.out(`${some}\n`);
}
