import { Command, Option } from 'commander';
import type { Assignment } from '../../domain/assignment.ts';
import { assign, assignmentsOf, unassign } from '../../flow/assignments.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

const NOTES = `A partner sees to the servers that it was handed, in your place: while it has one, no
notice of yours about it leaves, and none is drafted. It gets what it may have and no
more. What it answers changes no verdict: whether a server is dark your looks say. What
a notice has gone out about stays yours until its case is closed: nobody is written
to twice.`;

export function assignmentCommand(face: Face): Command {
  const assignment = new Command('assignment').summary('which servers partners see to');
  assignment.description('Hands servers over to partners, by country, provider or one by one, and takes them back.');
  assignment.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle assignment list', 'Lists who has what, and how far they are.']] }),
  );
  for (const command of [addCommand, listCommand, endCommand]) assignment.addCommand(command(face));
  return assignment;
}

interface OperationOption {
  readonly operation?: string;
}

const operationOption = (): Option =>
  new Option('--operation <name>', 'which operation (needed where there are several)');

interface AddOptions extends CommonOptions, SpeakerOptions, OperationOption {
  readonly to: string;
  readonly country?: string;
  readonly provider?: string;
}

function addCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('add')))
    .summary('hand servers over to a partner')
    .description(
      'Hands over what the partner may have of the servers that are meant, and says what stays yours and why.',
    )
    .argument('[servers...]', 'single servers: hosts, host:port, URLs or ids')
    .addOption(operationOption())
    .addOption(new Option('--to <partner>', 'the key of the partner').makeOptionMandatory())
    .addOption(new Option('--country <code>', 'all in this country, ISO 3166-1 alpha-2'))
    .addOption(new Option('--provider <key>', 'all at this provider'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle assignment add --to cert-de --country DE --as Ada --reason MoU', 'All in Germany.'],
          ["dismantle assignment add 192.0.2.11 --to cert-de --as Ada --reason 'their case'", 'A single one.'],
        ],
        exits: ['0    It is done, even where everything stays yours: the answer says why.'],
      }),
    )
    .action(async (servers: readonly string[], options: AddOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const assigned = await assign(world, await chosenOperation(world, options.operation), {
          partner: options.to,
          country: options.country?.toUpperCase() ?? null,
          provider: options.provider ?? null,
          servers,
          person: options.as,
          reason: options.reason,
        });
        if (options.json === true) printJson(face.terminal, assigned);
        else {
          const stays = Object.entries(assigned.leftOut).map(([reason, count]) => `${count} ${reason}`);
          face.terminal.out(
            `${safeText(assigned.partner)} has ${assigned.assigned.length} servers more.${stays.length === 0 ? '' : ` What stays yours: ${stays.join(', ')}.`}\n`,
          );
        }
      });
    });
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list who has what, and how far they are')
    .description('Lists the servers that partners have. --all lists those that are ours again as well.')
    .addOption(operationOption())
    .addOption(new Option('--all', 'those that are ours again as well'))
    .addHelpText('after', helpText({ examples: [['dismantle assignment list --json', 'Gives it to a script.']] }))
    .action(async (options: CommonOptions & OperationOption & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const all = await assignmentsOf(world, await chosenOperation(world, options.operation));
        const shown = options.all === true ? all : all.filter(({ endedAt }) => endedAt === null);
        if (options.json === true) printJson(face.terminal, shown);
        else if (shown.length === 0)
          face.terminal.err('No partner has a server of it. Hand some over: dismantle assignment add --help\n');
        else face.terminal.out(table(shown, COLUMNS, face.terminal.style));
      });
    });
}

const COLUMNS: readonly Column<Assignment>[] = [
  { title: 'server', max: 60, value: ({ host }) => shownHost(host) },
  { title: 'partner', value: ({ partner }) => safeText(partner) },
  { title: 'state', value: ({ state }) => state },
  { title: 'since', value: ({ assignedAt, answeredAt }) => (answeredAt ?? assignedAt).slice(0, 16).replace('T', ' ') },
  {
    title: 'verdict',
    value: ({ verdict, confirmedAt }) => (confirmedAt === null ? verdict : `${verdict ?? ''} confirmed`),
  },
  { title: 'says', max: 50, value: ({ note }) => (note === null ? null : safeText(note)) },
];

function endCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('end')))
    .summary('take servers back from their partner')
    .description('They are yours again: the next run drafts notices about them. A "hands off" goes on.')
    .argument('<servers...>', 'hosts, host:port, URLs or ids')
    .addOption(operationOption())
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle assignment end 192.0.2.11 --as Ada --reason 'no answer'", 'Takes one back.']],
      }),
    )
    .action(async (servers: readonly string[], options: CommonOptions & SpeakerOptions & OperationOption) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { hosts, handsOff } = await unassign(world, operation, servers, {
          person: options.as,
          reason: options.reason,
        });
        if (options.json === true) printJson(face.terminal, { operation, hosts, handsOff });
        else {
          face.terminal.out(`Yours again: ${hosts.map((host) => shownHost(host)).join(', ')}\n`);
          for (const { host, party, until } of handsOff) {
            face.terminal.err(
              `${safeText(party)} wants ${shownHost(host)} left alone until ${until} still; to end it: dismantle hands-off lift\n`,
            );
          }
        }
      });
    });
}
