import { Command, Option } from 'commander';
import { writeWholeFile } from '../../app.ts';
import {
  deconflictionStatus,
  listDeconfliction,
  openDeconfliction,
  partyKindOf,
  roundCsv,
} from '../../flow/deconflict.ts';
import { openedText, roundListText, statusText } from '../deconfliction-text.ts';
import { helpText } from '../help-text.ts';
import { addOperation, inOperation, kindOption, nextOptions, NOTES } from './deconflict-shared.ts';
import type { RoundOptions } from './deconflict-shared.ts';
import { answerCommand, askCommand, skipCommand } from './deconflict-words.ts';
import type { Face } from './shared.ts';

export function deconflictCommand(face: Face): Command {
  const deconflict = new Command('deconflict').summary(
    'ask others who may be at work on the same servers, and keep it',
  );
  deconflict.description('Opens rounds of asking others, and records whom you asked, when, how, and what they said.');
  deconflict.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle deconflict status', 'Shows what is still waited for.']] }),
  );
  for (const command of [openCommand, listCommand, askCommand, answerCommand, skipCommand, statusCommand]) {
    deconflict.addCommand(command(face));
  }
  return deconflict;
}

function openCommand(face: Face): Command {
  return addOperation(new Command('open'))
    .summary('open a round over all servers that no earlier round speaks for')
    .description(
      'Opens a round over the servers of open cases that nobody has been asked about: the first is the operation, later ' +
        'are batches of replacements, and servers whose "hands off" runs out. Nothing is sent to anybody.',
    )
    .addOption(new Option('--as <person>', 'who opens it (needed once people are on record)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [['dismantle deconflict open', 'Opens a round, or says that none is needed.']],
      }),
    )
    .action(async (options: RoundOptions & { readonly as?: string }) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const opened = await openDeconfliction(world, operation, options.as ?? null);
        return { result: { operation, ...opened }, text: openedText(opened, nextOptions(operation, options)) };
      });
    });
}

function listCommand(face: Face): Command {
  return addOperation(new Command('list'))
    .summary('give the list of a round to hand over to the parties')
    .description(
      'Gives the servers of a round with ports, provider, country and dates, marked TLP:AMBER+STRICT. What every source ' +
        'has kept for us is left out, and devices are for law enforcement and CSIRTs alone: name the --kind.',
    )
    .argument('<round>', 'its number, or its id')
    .addOption(kindOption())
    .addOption(new Option('--out <file>', 'write it there as CSV'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle deconflict list 1 --kind csirt --out round-1.csv', 'Writes what the CSIRT may get.'],
          ['dismantle deconflict list 1 --json', 'Gives to a script what anybody may get.'],
        ],
      }),
    )
    .action(async (round: string, options: RoundOptions & { readonly kind?: string; readonly out?: string }) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const kind = options.kind === undefined ? null : partyKindOf(options.kind);
        const list = await listDeconfliction(world, operation, round, kind);
        if (options.out !== undefined) await writeWholeFile(options.out, oneChunk(roundCsv(list)));
        return { result: list, text: roundListText(list, options.out ?? null, face.terminal.style) };
      });
    });
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

function statusCommand(face: Face): Command {
  return addOperation(new Command('status'))
    .summary('show the rounds, who was asked, and what is still waited for')
    .description(
      'Shows each round of the operation with its parties, their answers, and what keeps it from being complete.',
    )
    .argument('[round]', 'one round alone: its number, or its id')
    .addHelpText(
      'after',
      helpText({ notes: NOTES, examples: [['dismantle deconflict status --json', 'Gives it to a script.']] }),
    )
    .action(async (round: string | undefined, options: RoundOptions) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const rounds = await deconflictionStatus(world, operation, round ?? null);
        return { result: rounds, text: statusText(rounds, operation, face.terminal.style) };
      });
    });
}
