import { Command, Option } from 'commander';
import { isoInstant, readableInstant } from '../../domain/instant.ts';
import { closeOperation, operationStates, reopenOperation } from '../../flow/watch.ts';
import type { OperationState } from '../../flow/watch.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

type ActOptions = CommonOptions & SpeakerOptions & { readonly operation?: string };

export function operationCommand(face: Face): Command {
  return new Command('operation')
    .summary('list operations, close one, or open it again')
    .description('Of a closed operation nothing is looked at and nothing is sent but corrections.')
    .addHelpText('after', helpText({ examples: [['dismantle operation list', 'Lists what there is.']] }))
    .addCommand(listCommand(face))
    .addCommand(
      actCommand(face, {
        name: 'close',
        summary: 'end an operation: no looks, nothing sent',
        description: 'Closes an operation: disarms it, and stops looking at its servers. Corrections still go.',
        example: ["dismantle operation close --as 'Ada Example' --reason 'all dark since June'", 'Ends it.'],
        act: closeOperation,
        done: (name) => `${name} is closed: nothing of it is looked at or sent.`,
      }),
    )
    .addCommand(
      actCommand(face, {
        name: 'reopen',
        summary: 'open a closed operation again',
        description: 'Opens it again. Looking and sending are switched on anew, each by itself.',
        example: ["dismantle operation reopen --as 'Ada Example' --reason 'it is back'", 'Opens it.'],
        act: reopenOperation,
        done: (name) => `${name} is open. Looking and sending stay off until somebody switches them on.`,
      }),
    );
}

interface Act {
  readonly name: 'close' | 'reopen';
  readonly summary: string;
  readonly description: string;
  readonly example: readonly [command: string, meaning: string];
  readonly act: typeof closeOperation;
  readonly done: (name: string) => string;
}

function actCommand(face: Face, { name, summary, description, example, act, done }: Act): Command {
  return addSpeaker(addCommonOptions(new Command(name)))
    .summary(summary)
    .description(description)
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addHelpText('after', helpText({ examples: [example] }))
    .action(async (options: ActOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        await act(world, operation, { person: options.as, reason: options.reason });
        if (options.json === true) printJson(face.terminal, { operation, open: name === 'reopen' });
        else face.terminal.out(`${done(safeText(operation))}\n`);
      });
    });
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list all operations, and what may be done in each')
    .description('Lists all operations, the oldest first.')
    .addHelpText('after', helpText({ examples: [['dismantle operation list', 'Lists them.']] }))
    .action(async (options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const states = await operationStates(await app.openWorld());
        if (options.json === true) {
          printJson(
            face.terminal,
            states.map((state) => ({
              ...state,
              closedAt: state.closedAt === null ? null : isoInstant(state.closedAt),
            })),
          );
        } else if (states.length === 0) {
          face.terminal.out('There is no operation here yet. Begin one with: dismantle run FILE --operation NAME\n');
        } else face.terminal.out(table(states, COLUMNS, face.terminal.style));
      });
    });
}

const COLUMNS = [
  { title: 'operation', max: 40, value: ({ name }: OperationState) => name },
  { title: 'botnet', max: 30, value: ({ malware }: OperationState) => malware },
  { title: 'drill', value: ({ drill }: OperationState) => (drill ? 'yes' : 'no') },
  {
    title: 'state',
    value: ({ closedAt }: OperationState) => (closedAt === null ? 'open' : `closed ${readableInstant(closedAt)}`),
  },
  { title: 'probing', value: ({ isProbingOn }: OperationState) => (isProbingOn ? 'on' : 'off') },
];
