import { Command, Option } from 'commander';
import { makeAgentKey } from '../../app.ts';
import type { VantageListening } from '../../app/run-vantage.ts';
import { problem } from '../../domain/problem.ts';
import type { Vantage } from '../../domain/vantage.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { quorumOf, quorumText } from '../vantage-text.ts';
import { addCommonOptions, addOfflineOption, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

const COLUMNS: readonly Column<Vantage>[] = [
  { title: 'VANTAGE', value: ({ name }) => name },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'NETWORK', value: ({ network }) => network },
  { title: 'COUNTRY', value: ({ country }) => country },
  { title: 'PUBLIC KEY', value: ({ publicKey }) => publicKey },
];

const NOTES = `A server is confirmed dark only by vantages in different networks and different
countries: probe.here.network and .country say where this machine stands, and each
vantage of probe.vantages says it of itself. docs/probing.md tells how to set up a
proxy or an agent.`;

export function vantagesCommand(face: Face): Command {
  return addCommonOptions(new Command('vantages'))
    .summary('list from where servers are looked at, and which quorum that allows')
    .description('Lists the vantages of the settings and how many of them can confirm that a server is dark.')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle vantages', 'Lists them; nothing is connected to.'],
          ['dismantle vantages --json | jq .quorum.largest', 'Prints how many can confirm together.'],
        ],
      }),
    )
    .action(async (options: CommonOptions) => {
      await withApp(face, options, (app) => {
        const vantages = app.vantages();
        const quorum = quorumOf(vantages);
        if (options.json === true) printJson(face.terminal, { vantages, quorum });
        else {
          if (vantages.length > 0) face.terminal.out(`${table(vantages, COLUMNS, face.terminal.style)}\n`);
          face.terminal.out(`${safeText(quorumText(vantages))}\n`);
        }
        return Promise.resolve();
      });
    });
}

interface VantageOptions extends CommonOptions {
  readonly listen?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clients?: string;
  readonly tokenFile?: string;
  readonly key?: string;
  readonly name?: string;
  readonly makeKey?: string;
}

const AGENT_NOTES = `The agent reads jobs from standard input, one JSON object a line, looks at what they
name, and writes signed results to standard output until its input ends. It needs no
database. The machine that it runs on has to let probes out: traffic.probe, and
traffic.lookup for servers that are names. It refuses reserved space by itself.`;

export function vantageCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('vantage')))
    .summary('be a vantage: take probe jobs, give signed results')
    .description('Runs this machine as a vantage of an installation elsewhere, or makes the key for that.')
    .addOption(new Option('--key <file>', 'the private key to sign with'))
    .addOption(new Option('--name <name>', 'what the installation calls this vantage'))
    .addOption(new Option('--listen <host:port>', 'take jobs over HTTPS, instead of from standard input'))
    .addOption(new Option('--tls-cert <file>', 'with --listen: the certificate to show, PEM'))
    .addOption(new Option('--tls-key <file>', 'with --listen: its private key, PEM'))
    .addOption(new Option('--token-file <file>', 'with --listen: the token that jobs have to come with'))
    .addOption(new Option('--clients <file>', 'with --listen: certificates that jobs are taken from, PEM'))
    .addOption(new Option('--make-key <file>', 'make a key in a new file, print its public key, and end'))
    .addHelpText(
      'after',
      helpText({
        notes: AGENT_NOTES,
        examples: [
          [
            'dismantle vantage --make-key vantage.pem',
            'Makes an Ed25519 key; the public one goes into probe.vantages.',
          ],
          [
            'DISMANTLE_TRAFFIC_PROBE=true dismantle vantage --key vantage.pem --name far',
            'Takes jobs; this is what probe.vantages.far.command runs, over ssh for example.',
          ],
          [
            'dismantle vantage --name a --key v --listen [::]:99 --tls-cert c --tls-key k --clients p',
            'Takes jobs over HTTPS; the switches are in the settings.',
          ],
        ],
      }),
    )
    .action(async (options: VantageOptions) => {
      if (options.makeKey !== undefined) {
        const publicKey = await makeAgentKey(options.makeKey);
        if (options.json === true) printJson(face.terminal, { file: options.makeKey, publicKey });
        else face.terminal.out(`${publicKey}\n`);
        return;
      }
      const { key, name } = options;
      if (key === undefined || name === undefined)
        throw problem(
          'usage',
          '--key and --name are both needed',
          'Make a key with: dismantle vantage --make-key FILE',
        );
      await withApp(face, options, async (app) => {
        const report = (text: string): void => face.terminal.err(`dismantle: ${safeText(text)}\n`);
        const listen = listeningOf(options, (port) => report(`${name} listens on port ${port} — Ctrl-C ends it`));
        const { looks } = await app.runVantage({ name, keyFile: key, report, listen });
        report(`${listen === null ? 'the input ended' : 'it was ended'}; looks taken: ${looks}`);
      });
    });
}

function listeningOf(options: VantageOptions, listening: (port: number) => void): VantageListening | null {
  const { listen, tlsCert, tlsKey, clients = null, tokenFile = null } = options;
  if (listen === undefined) {
    if (tlsCert === undefined && tlsKey === undefined && clients === null && tokenFile === null) return null;
    throw problem('usage', '--tls-cert, --tls-key, --clients and --token-file go with --listen');
  }
  const match = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[A-Za-z0-9.-]+)):(?<port>\d{1,5})$/i.exec(listen);
  const port = Number(match?.groups?.['port'] ?? Number.NaN);
  const host = match?.groups?.['six'] ?? match?.groups?.['host'];
  if (host === undefined || !(port <= 65_535))
    throw problem('usage', `--listen "${listen}" is no address with a port`, 'Example: --listen 192.0.2.10:8443');
  if (tlsCert === undefined || tlsKey === undefined)
    throw problem('usage', '--listen needs --tls-cert and --tls-key', 'Jobs come over HTTPS and in no other way');
  if (clients === null && tokenFile === null)
    throw problem('usage', '--listen needs --token-file or --clients', 'A vantage takes jobs from those it knows');
  return { host, port, certificateFile: tlsCert, tlsKeyFile: tlsKey, clientsFile: clients, tokenFile, listening };
}
