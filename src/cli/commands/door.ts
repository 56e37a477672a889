import { Command, Option } from 'commander';
import { readableInstant } from '../../domain/instant.ts';
import { closeDoor, dismissFind, doorFinds, doorOf, takeFind } from '../../flow/door.ts';
import type { DoorFind } from '../../flow/door.ts';
import { doorText, findLine, shownFindId } from '../door-text.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

const NOTES = `While http.publicUrl is set, each notice carries a link and a code to a page on which its
provider can answer without an account ("dismantle serve" serves it). What is said there
is a reply by whoever has the link: "dismantle mail list" shows it with the others. It
changes no verdict. Servers named there wait here until a person takes them into intake.`;

export function doorCommand(face: Face): Command {
  const door = new Command('door').summary('what came through the pages on which providers answer notices');
  door.description('Shows the door of a notice, ends one early, and settles servers that were named at doors.');
  door.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle door finds', 'Lists what waits.']] }));
  for (const command of [showCommand, closeCommand, findsCommand, takeCommand, dismissCommand])
    door.addCommand(command(face));
  return door;
}

interface NoticeOptions extends CommonOptions {
  readonly operation?: string;
}

function operationOption(): Option {
  return new Option('--operation <name>', 'which operation (needed where there are several)');
}

function showCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary("show a notice's door: until when it is open, and what was said at it")
    .description('Shows the door of a notice. Its link and its code stand in the notice alone, not here.')
    .argument('<notice>', "the notice's reference, or the beginning of its id")
    .addOption(operationOption())
    .addHelpText('after', helpText({ examples: [['dismantle door show DSM-7K3Q9FXC', 'Shows it.']] }))
    .action(async (notice: string, options: NoticeOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const door = await doorOf(world, notice, options.operation ?? null);
        if (options.json === true) printJson(face.terminal, door);
        else face.terminal.out(doorText(door, world.clock.now(), face.terminal.style));
      });
    });
}

function closeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('close')))
    .summary("end a notice's door before its time")
    .description('From then on its page says that it is closed, and whom to write to. What was said at it stays.')
    .argument('<notice>', "the notice's reference, or the beginning of its id")
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        examples: [
          [
            "dismantle door close DSM-7K3Q9FXC --as Ada --reason 'its link stood in a forum'",
            'Nobody comes in any more.',
          ],
        ],
      }),
    )
    .action(async (notice: string, options: NoticeOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const door = await closeDoor(await app.openWorld(), notice, options.operation ?? null, words);
        if (options.json === true) printJson(face.terminal, door);
        else face.terminal.out(`The door of ${safeText(door.reference)} is closed.\n`);
      });
    });
}

function findsCommand(face: Face): Command {
  return addCommonOptions(new Command('finds'))
    .summary('list servers that were named at doors')
    .description(
      'Lists what waits for a person; with --all what was settled as well. Anybody with a link may have named it.',
    )
    .addOption(operationOption())
    .addOption(new Option('--all', 'what was settled as well'))
    .addHelpText('after', helpText({ examples: [['dismantle door finds --json', 'Tells every line of them.']] }))
    .action(async (options: NoticeOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const finds = await doorFinds(await app.openWorld(), options.operation ?? null, options.all === true);
        if (options.json === true) printJson(face.terminal, finds);
        else if (finds.length === 0) face.terminal.out('Nothing that was named at a door waits.\n');
        else {
          face.terminal.out(table(finds, COLUMNS, face.terminal.style));
          face.terminal.out(`Next: dismantle door take ID --as NAME --reason WHY${suggestedOptions(options)}\n`);
        }
      });
    });
}

const COLUMNS: readonly Column<DoorFind>[] = [
  { title: 'id', value: (find) => shownFindId(find) },
  { title: 'named', value: ({ offeredAt }) => readableInstant(offeredAt) },
  { title: 'notice', value: ({ reference }) => safeText(reference) },
  { title: 'lines', right: true, value: ({ lines }) => lines.length },
  { title: 'the first', max: 45, value: (find) => findLine(find) },
  {
    title: 'settled',
    value: ({ settledAs, settledBy }) => (settledAs === null ? null : `${settledAs} by ${safeText(settledBy ?? '')}`),
  },
];

function takeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('take')))
    .summary('take servers that were named at a door into intake')
    .description(
      'Imports them as a list of a source that nobody knows (reliability F), in no independence group: they corroborate nothing.',
    )
    .argument('<id>', 'the id that dismantle door finds shows, or the beginning of it')
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle door take 3f9a21c0 --as Ada --reason 'same certificate'", 'Imports what was named.']],
      }),
    )
    .action(async (id: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const words = { person: options.as, reason: options.reason };
        const { find, imported } = await takeFind(await app.openWorld(), id, words);
        if (options.json === true) {
          printJson(face.terminal, { find, imported });
          return;
        }
        const accepted = imported.intake.files.reduce((sum, file) => sum + file.accepted, 0);
        const rejected = imported.intake.files.reduce((sum, file) => sum + file.rejected, 0);
        face.terminal.out(
          `${accepted} taken in, ${rejected} rejected, from the door of ${safeText(find.reference)}.\n` +
            `Next: dismantle run --operation ${safeText(find.operation)}${suggestedOptions(options)}\n`,
        );
      });
    });
}

function dismissCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('dismiss')))
    .summary('put aside servers that were named at a door')
    .description('Records that nothing is made of them, and why.')
    .argument('<id>', 'the id that dismantle door finds shows, or the beginning of it')
    .addHelpText(
      'after',
      helpText({ examples: [["dismantle door dismiss 3f9a21c0 --as Ada --reason 'a resolver'", 'Puts them aside.']] }),
    )
    .action(async (id: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const find = await dismissFind(await app.openWorld(), id, { person: options.as, reason: options.reason });
        if (options.json === true) printJson(face.terminal, find);
        else face.terminal.out(`${shownFindId(find)} is put aside.\n`);
      });
    });
}
