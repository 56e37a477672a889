import { Command, Option } from 'commander';
import { readableInstant } from '../../domain/instant.ts';
import { probings, startProbing, stopProbing } from '../../flow/watch.ts';
import type { ProbingRecord } from '../../flow/watch.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, chosenOperation, shellWord, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface OperationOption {
  readonly operation?: string;
}

const operationOption = (): Option =>
  new Option('--operation <name>', 'which operation (needed where there are several)');

export function probingCommand(face: Face): Command {
  return new Command('probing')
    .summary('switch looking at servers on or off, for one operation')
    .description(
      'Says whether the servers of an operation may be looked at. An admin signs the start; anybody stops it.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle probing start --as 'Ada Example' --reason 'counsel agrees'", 'Lets looks out.'],
          ["dismantle probing stop --as 'Ada Example' --reason 'a complaint'", 'Stops them within a second.'],
        ],
      }),
    )
    .addCommand(startCommand(face))
    .addCommand(stopCommand(face))
    .addCommand(showCommand(face));
}

function startCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('start')))
    .summary('let the servers of an operation be looked at; an admin signs')
    .description(
      'From then on "dismantle probe" and "dismantle watch" may look at its servers, until somebody stops it or closes the ' +
        'operation. traffic.probe has to be on in the settings as well.',
    )
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        notes:
          'Of a drill only the laboratory is looked at (127.66.0.0/16), of no other operation any\nprivate or reserved space.',
        examples: [["dismantle probing start --as 'Ada Example' --reason 'counsel agrees'", 'Lets looks out.']],
      }),
    )
    .action(async (options: CommonOptions & SignerOptions & OperationOption) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const words = { person: options.as, reason: options.reason };
        const started = await startProbing(world, signingOf(app, options), operation, words);
        if (options.json === true) printJson(face.terminal, started);
        else {
          const next = `dismantle watch --operation ${shellWord(operation)}${suggestedOptions(options)}`;
          const isOff = !app.settings.traffic.probe || options.offline === true;
          const first = isOff
            ? 'Set traffic.probe: true in dismantle.yaml as well; nothing is looked at before.\n'
            : '';
          face.terminal.out(`The servers of ${safeText(operation)} may be looked at.\n${first}Next: ${next}\n`);
        }
      });
    });
}

function stopCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('stop')))
    .summary('let no more looks out, at once')
    .description(
      'Stops looking at the servers of an operation within a second, wherever somebody watches it. No key is needed.',
    )
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle probing stop --as 'Ada Example' --reason 'a complaint'", 'Stops a pass half-way.']],
      }),
    )
    .action(async (options: CommonOptions & SpeakerOptions & OperationOption) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        await stopProbing(world, operation, { person: options.as, reason: options.reason });
        if (options.json === true) printJson(face.terminal, { operation, probing: false });
        else face.terminal.out(`Nobody looks at the servers of ${safeText(operation)} any more.\n`);
      });
    });
}

function showCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary('who has switched looking on and off, and when')
    .description('Lists every time that probing was on, the newest first.')
    .addOption(new Option('--operation <name>', 'of one operation alone'))
    .addHelpText('after', helpText({ examples: [['dismantle probing show', 'Lists it for all operations.']] }))
    .action(async (options: CommonOptions & OperationOption) => {
      await withApp(face, options, async (app) => {
        const rows = await probings(await app.openWorld(), options.operation ?? null);
        if (options.json === true) printJson(face.terminal, rows);
        else if (rows.length === 0) face.terminal.out('Probing was never switched on; nothing is looked at.\n');
        else face.terminal.out(table(rows, COLUMNS, face.terminal.style));
      });
    });
}

const COLUMNS = [
  { title: 'operation', max: 40, value: ({ operation }: ProbingRecord) => operation },
  { title: 'state', value: ({ stoppedAt }: ProbingRecord) => (stoppedAt === null ? 'on' : 'off') },
  { title: 'from', value: ({ startedAt }: ProbingRecord) => readableInstant(startedAt) },
  { title: 'by', max: 30, value: ({ person }: ProbingRecord) => person },
  { title: 'because', max: 40, value: ({ reason }: ProbingRecord) => reason },
  { title: 'until', value: ({ stoppedAt }: ProbingRecord) => (stoppedAt === null ? null : readableInstant(stoppedAt)) },
  { title: 'stopped by', max: 30, value: ({ stoppedBy }: ProbingRecord) => stoppedBy },
  { title: 'because', max: 40, value: ({ stopReason }: ProbingRecord) => stopReason },
];
