import { Command, Option } from 'commander';
import { handsOff, instantOf, liftHandsOff, listHandsOffs } from '../../flow/deconflict.ts';
import { handsOffsText } from '../deconfliction-text.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost, shownText } from '../shown.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface OperationOptions extends CommonOptions {
  readonly operation?: string;
}

const NOTES = `A party's "hands off" blocks a server at once, whatever else is on record, until its
time is up or a person lifts it, signed. Afterwards the server stays blocked until
somebody has asked again: dismantle deconflict open covers it from 48 hours before.`;

export function handsOffCommand(face: Face): Command {
  const command = new Command('hands-off').summary('leave a server alone because a party says so');
  command.description('Records that a party wants a server left alone; lists and lifts such words.');
  command.addHelpText(
    'after',
    helpText({
      notes: NOTES,
      examples: [
        [
          'dismantle hands-off 192.0.2.11 --party Police --until 2026-12-24 --as Ada --reason call',
          'Blocks one server.',
        ],
        ['dismantle hands-off list', 'Lists what holds, and what has run out.'],
      ],
    }),
  );
  command.addCommand(recordCommand(face), { isDefault: true });
  command.addCommand(liftCommand(face));
  command.addCommand(listCommand(face));
  return command;
}

function addOperation(command: Command): Command {
  return addCommonOptions(command).addOption(
    new Option('--operation <name>', 'which operation (needed where there are several)'),
  );
}

interface RecordOptions extends OperationOptions, SpeakerOptions {
  readonly party: string;
  readonly until: string;
}

function recordCommand(face: Face): Command {
  return addSpeaker(addOperation(new Command('record')))
    .summary('record such a word; what "dismantle hands-off SERVER" does')
    .description('Records that a party wants a server left alone. No notice about it leaves from that moment on.')
    .argument('<server>', 'a host, host:port, URL or server id; defanged or not')
    .requiredOption('--party <name>', 'who says so')
    .requiredOption('--until <moment>', 'until when, UTC, year first')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            'dismantle hands-off record c2.example --party P --until 2026-12-24 --as Ada --reason R',
            'Blocks one server.',
          ],
        ],
      }),
    )
    .action(async (server: string, options: RecordOptions) => {
      const until = instantOf(options.until, '--until');
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { party, as, reason } = options;
        const host = await handsOff(world, operation, server, { party, until, as, reason });
        if (options.json === true) printJson(face.terminal, { operation, host, party, until: options.until });
        else
          face.terminal.out(
            `${shownHost(host)} is left alone, says ${safeText(party)}, until ${safeText(options.until)}.\n`,
          );
      });
    });
}

function liftCommand(face: Face): Command {
  return addSigner(addOperation(new Command('lift')))
    .summary('say, signed, that a server may be touched again before its time')
    .description(
      'Ends every "hands off" of a server that is in force. Who agreed to it, and when, belongs into --reason.',
    )
    .argument('<server>', 'a host, host:port, URL or server id; defanged or not')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle hands-off lift 192.0.2.11 --as Ada --reason 'Police agrees, mail of 9:40'", 'Ends it.']],
      }),
    )
    .action(async (server: string, options: OperationOptions & SignerOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { as, reason } = options;
        await liftHandsOff(world, signingOf(app, options), operation, server, { as, reason });
        if (options.json === true) printJson(face.terminal, { operation, server, lifted: true });
        else face.terminal.out(`${shownText(server)} may be touched again, says ${safeText(as)}.\n`);
      });
    });
}

function listCommand(face: Face): Command {
  return addOperation(new Command('list'))
    .summary('list who wants which server left alone, and until when')
    .description('Lists every such word of the operation: in force, run out or lifted.')
    .addHelpText(
      'after',
      helpText({ notes: NOTES, examples: [['dismantle hands-off list --json', 'Gives them to a script.']] }),
    )
    .action(async (options: OperationOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const records = await listHandsOffs(world, await chosenOperation(world, options.operation));
        if (options.json === true) printJson(face.terminal, records);
        else face.terminal.out(handsOffsText(records, app.clock.now(), face.terminal.style));
      });
    });
}
