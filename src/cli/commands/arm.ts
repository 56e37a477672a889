import { Command, Option } from 'commander';
import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { LONGEST_ARMING_DAYS, arm, armed, disarm } from '../../flow.ts';
import type { ArmingView } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;

const LAB_ONLY =
  'It is a drill, so it is armed for the lab only: mail to a loopback server and to .example, .test and .invalid names';

interface OperationOption {
  readonly operation?: string;
}

const operationOption = (): Option =>
  new Option('--operation <name>', 'which operation (needed where there are several)');

export function armCommands(face: Face): readonly Command[] {
  return [armCommand(face), disarmCommand(face), armedCommand(face)];
}

interface ArmOptions extends CommonOptions, SignerOptions, OperationOption {
  readonly until?: string;
  readonly hours?: string;
}

function armCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('arm')))
    .summary('let mail of one operation leave, for a time; an admin signs')
    .description(
      'Arms an operation: approved notices may leave by mail until the time is up. Without it they become files in the ' +
        `outbox and nothing else. It ends by itself, after ${DEFAULT_HOURS} hours where nothing is said.`,
    )
    .addOption(operationOption())
    .addOption(
      new Option('--until <moment>', `when it ends, year first; at most ${LONGEST_ARMING_DAYS} days ahead`).conflicts(
        'hours',
      ),
    )
    .addOption(new Option('--hours <n>', `or for how many hours (default: ${DEFAULT_HOURS})`))
    .addHelpText(
      'after',
      helpText({
        notes: 'A drill can be armed for the lab only. Arming anew replaces what was armed.',
        examples: [
          ["dismantle arm --hours 8 --as 'Ada Example' --reason 'strike of 24 November'", 'Arms for eight hours.'],
          ["dismantle arm --until 2026-11-25T06:00Z --as 'Ada Example' --reason 'night'", 'Arms until a given moment.'],
        ],
      }),
    )
    .action(async (options: ArmOptions) => {
      const hours = options.until === undefined ? hoursOf(options.hours) : null;
      const moment = options.until === undefined ? null : momentOf(options.until);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const until = moment ?? app.clock.now() + (hours ?? DEFAULT_HOURS) * HOUR_MS;
        const words = { person: options.as, reason: options.reason, until };
        const arming = await arm(world, signingOf(app, options), operation, words);
        if (options.json === true) printJson(face.terminal, arming);
        else face.terminal.out(armedText(arming));
      });
    });
}

function disarmCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('disarm')))
    .summary('let no more mail of one operation leave, at once')
    .description('Ends an arming before its time. Anybody on record may; no key is needed, since it lets nothing out.')
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle disarm --as 'Ada Example' --reason 'wrong list'", 'Stops what has not left yet.']],
      }),
    )
    .action(async (options: CommonOptions & SpeakerOptions & OperationOption) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        await disarm(world, operation, { person: options.as, reason: options.reason });
        if (options.json === true) printJson(face.terminal, { operation, armed: false });
        else face.terminal.out(`${safeText(operation)} is not armed any more; nothing of it leaves.\n`);
      });
    });
}

function armedCommand(face: Face): Command {
  return addCommonOptions(new Command('armed'))
    .summary('what may leave this machine, and until when')
    .description('Lists the operations that are armed. --all lists what was armed before as well.')
    .addOption(new Option('--operation <name>', 'of one operation alone'))
    .addOption(new Option('--all', 'what is over as well'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle armed', 'Lists what is armed now.'],
          ['dismantle armed --all', 'Lists everything that ever was, with who armed it and why.'],
        ],
      }),
    )
    .action(async (options: CommonOptions & OperationOption & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const all = await armed(await app.openWorld(), options.operation ?? null);
        const rows = options.all === true ? all : all.filter(({ inForce }) => inForce);
        if (options.json === true) printJson(face.terminal, rows);
        else if (rows.length === 0) face.terminal.out('Nothing is armed; nothing leaves.\n');
        else {
          face.terminal.out(
            table(
              rows,
              [
                { title: 'operation', max: 40, value: ({ operation }) => operation },
                { title: 'traffic', value: ({ traffic, lab }) => `${traffic.join(', ')}${lab ? ' (lab only)' : ''}` },
                { title: 'state', value: stateOf },
                { title: 'until', value: ({ until }) => readable(until) },
                { title: 'armed by', max: 30, value: ({ person }) => person },
                { title: 'reason', max: 50, value: ({ reason }) => reason },
              ],
              face.terminal.style,
            ),
          );
        }
      });
    });
}

function stateOf({ inForce, disarmedAt }: ArmingView): string {
  if (inForce) return 'armed';
  return disarmedAt === null ? 'over' : `ended ${readable(disarmedAt)}`;
}

function armedText({ operation, until, lab }: ArmingView): string {
  const name = safeText(operation);
  return `${name} is armed until ${readable(until)}: its approved notices may leave by mail.\n${lab ? `${LAB_ONLY}.\n` : ''}`;
}

/** A moment out of the ledger, for a person. */
function readable(iso: string): string {
  return readableInstant(parseInstant(iso) ?? 0);
}

function hoursOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const hours = Number(text);
  if (/^\d{1,3}$/.test(text) && hours > 0) return hours;
  throw problem(
    'usage',
    `--hours "${text}" is no whole number of hours`,
    `From 1 to ${LONGEST_ARMING_DAYS * DEFAULT_HOURS}`,
  );
}

function momentOf(text: string): Instant {
  const moment = parseInstant(text);
  if (moment !== null) return moment;
  throw problem('usage', `--until "${text}" is no moment`, 'Write it year first: --until 2026-11-25T06:00Z');
}
