import { Command, Option } from 'commander';
import { SETTLEMENTS } from '../../domain/case.ts';
import type { Settlement } from '../../domain/case.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import { readableInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { refang } from '../../domain/defang.ts';
import type { Quorum, ServerVerdict } from '../../domain/verdict.ts';
import { acceptService, settleServer, shownVerdict } from '../../flow/verify.ts';
import type { ShownVerdict } from '../../flow/verify.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { findingName, stateName } from '../wording.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface OperationOption {
  readonly operation?: string;
}

const operationOption = (): Option =>
  new Option('--operation <name>', 'which operation (needed where there are several)');

const SERVER_ARGUMENT = 'a host, host:port, URL or server id; defanged or not';

export function verdictCommand(face: Face): Command {
  return new Command('verdict')
    .summary('is a server dark? by which looks, and what is it instead')
    .description(
      'How a server stands by all looks at it, and the two words that only a person can say of one that answers as ' +
        'something else: that it is over, or that what answers is still the botnet.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle verdict show 192.0.2.11', 'Tells how it stands, and what the quorum still lacks.'],
          ["dismantle verdict settle 192.0.2.11 --now re-let --as Ada --reason 'a shop by now'", 'Ends its case.'],
        ],
      }),
    )
    .addCommand(showCommand(face))
    .addCommand(settleCommand(face))
    .addCommand(acceptCommand(face));
}

function showCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary('tell how a server stands, and by which looks')
    .description(
      'Prints the verdict, since when it holds, what a dark run still lacks before it is confirmed, and the newest look ' +
        'at each endpoint from each vantage.',
    )
    .argument('<server>', SERVER_ARGUMENT)
    .addOption(operationOption())
    .addHelpText('after', helpText({ examples: [['dismantle verdict show 192.0.2.11', 'Tells how it stands.']] }))
    .action(async (server: string, options: CommonOptions & OperationOption) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { verify } = app.settings;
        const shown = await shownVerdict(world, operation, server, verify);
        if (options.json === true) printJson(face.terminal, { operation, quorum: verify, ...shown });
        else face.terminal.out(verdictText(shown, verify, face.terminal.style));
      });
    });
}

function settleCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('settle')))
    .summary('say what a server is by now that answers as something else')
    .description(
      'Ends the case of a server whose newest look found something else there. It is counted neither as disabled nor as ' +
        'wrong, but apart; it is watched on, and has a new case if the botnet comes back to it.',
    )
    .argument('<server>', SERVER_ARGUMENT)
    .addOption(operationOption())
    .addOption(new Option('--now <what>', 'what it is by now').choices(SETTLEMENTS).makeOptionMandatory())
    .addHelpText(
      'after',
      helpText({
        notes: 'One that never was the botnet is taken back instead: dismantle retract.',
        examples: [
          ["dismantle verdict settle 192.0.2.11 --now cleaned --as Ada --reason 'ticket 7'", 'Ends its case.'],
        ],
      }),
    )
    .action(
      async (
        server: string,
        options: CommonOptions & SignerOptions & OperationOption & { readonly now: Settlement },
      ) => {
        await withApp(face, options, async (app) => {
          const world = await app.openWorld();
          const operation = await chosenOperation(world, options.operation);
          const words = { person: options.as, reason: options.reason, as: options.now };
          const caseId = await settleServer(world, signingOf(app, options), operation, server, words);
          if (options.json === true) printJson(face.terminal, { operation, server, caseId, settledAs: options.now });
          else face.terminal.out(`${safeText(server)} is settled as ${options.now}: its case is closed.\n`);
        });
      },
    );
}

function acceptCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('accept')))
    .summary('say that what answers by now is the botnet itself')
    .description(
      "Takes what the newest look found on one port for the botnet's own from now on: a new certificate, another web " +
        'server. The next look is held against it.',
    )
    .argument('<server>', 'host:port, or a host with --port; defanged or not')
    .addOption(operationOption())
    .addOption(new Option('--port <number>', 'which port, where the server does not name it'))
    .addHelpText(
      'after',
      helpText({
        examples: [["dismantle verdict accept 192.0.2.11:443 --as Ada --reason 'their new certificate'", 'Takes it.']],
      }),
    )
    .action(
      async (server: string, options: CommonOptions & SignerOptions & OperationOption & { readonly port?: string }) => {
        await withApp(face, options, async (app) => {
          const world = await app.openWorld();
          const operation = await chosenOperation(world, options.operation);
          const port = portOf(server, options.port);
          const words = { person: options.as, reason: options.reason, port };
          const serverId = await acceptService(world, signingOf(app, options), operation, server, words);
          if (options.json === true) printJson(face.terminal, { operation, server, serverId, port });
          else face.terminal.out(`What answers on port ${port} of ${safeText(server)} counts as the botnet's own.\n`);
        });
      },
    );
}

function portOf(server: string, option: string | undefined): number {
  const parsed = parseIndicator(refang(server.trim()));
  const port = option === undefined ? (parsed.ok ? parsed.value.port : null) : Number(option);
  if (port !== null && Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw problem('usage', 'on which port?', 'Name it: host:port, or --port NUMBER from 1 to 65535');
}

function verdictText(
  { host, verdict, newestCase, confirmedDarkAt, gap, looks }: ShownVerdict,
  quorum: Quorum,
  style: Style,
): string {
  const lines = [
    style.bold(shownHost(host)),
    `  verdict    ${verdict === null ? 'nobody has looked at it' : verdictWords(verdict)}`,
    `  last live  ${verdict?.lastLiveAt === undefined || verdict.lastLiveAt === null ? 'never seen alive' : readableInstant(verdict.lastLiveAt)}`,
    `  case       ${newestCase === null ? 'none' : `${stateName(newestCase.state)}${newestCase.episode === 1 ? '' : `, episode ${newestCase.episode}`}`}`,
  ];
  if (confirmedDarkAt !== null) lines.push(`  disabled   dark since ${readableInstant(confirmedDarkAt)}, confirmed`);
  if (gap !== null) lines.push(`  lacks      ${gapWords(gap, quorum)}`);
  if (looks.length === 0) return `${lines.join('\n')}\n`;
  const rows = table(
    looks.map((look) => ({
      port: look.port === null ? '' : String(look.port),
      vantage: `${safeText(look.vantage.name)}${look.round === null ? ', by hand' : ''}`,
      when: readableInstant(look.at),
      outcome: look.outcome,
      what: look.finding === null ? safeText(look.how) : findingName(look.finding),
    })),
    [
      { title: 'port', value: ({ port }) => port },
      { title: 'vantage', value: ({ vantage }) => vantage },
      { title: 'when', value: ({ when }) => when },
      { title: 'outcome', value: ({ outcome }) => outcome },
      { title: 'what', value: ({ what }) => what },
    ],
    style,
  );
  return `${lines.join('\n')}\n\n${rows}`;
}

function verdictWords({ verdict, finding, since, darkAt, confirmedAt }: ServerVerdict): string {
  const why = finding === null ? '' : ` (${findingName(finding)})`;
  if (darkAt === null) return `${verdict}${why}, since ${readableInstant(since)}`;
  const how = confirmedAt === null ? 'provisional' : `confirmed ${readableInstant(confirmedAt)}`;
  return `dark${why}, since ${readableInstant(darkAt)}; ${how}`;
}

function gapWords({ rounds, earliestAt }: NonNullable<ShownVerdict['gap']>, quorum: Quorum): string {
  if (earliestAt === null) {
    return `${quorum.vantages} vantages in different networks and countries that find it dark (dismantle vantages)`;
  }
  return `${rounds} of ${quorum.rounds} rounds so far; confirmed not before ${readableInstant(earliestAt)}`;
}
