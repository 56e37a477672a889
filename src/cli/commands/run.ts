import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import { RELIABILITIES } from '../../domain/reliability.ts';
import { TLP_LABELS } from '../../domain/tlp.ts';
import { assertOwnSource, DATE_FORMS, FORMATS, importOnly, parseImportOptions, run } from '../../flow.ts';
import type { RunRequest } from '../../flow.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { importText, runText } from '../summary-text.ts';
import {
  addCommonOptions,
  addListOptions,
  addOfflineOption,
  suggestedOptions,
  tellWithoutEffect,
  withApp,
} from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface RunOptions extends CommonOptions {
  readonly operation: string;
  readonly drill?: boolean;
  readonly malware?: string;
  readonly alias: readonly string[];
  readonly format?: string;
  readonly map?: string;
  readonly dates?: string;
  readonly source?: string;
  readonly group?: string;
  readonly reliability?: string;
  readonly tlp?: string;
  readonly seen?: string;
  readonly snapshot?: boolean;
  readonly evidence?: string;
  readonly attest?: string;
  readonly reason?: string;
}

const INTAKE_NOTES = `Files: a name, several, a quoted glob ('feeds/**/*.csv'), - for standard input, a
gzip or zip archive of feeds, or the folder of a MISP feed (with manifest.json).
UTF-8, UTF-16 and the Latin-1 that spreadsheets save are recognised.

Formats (told by content, or by --format):
  csv             Any CSV with a header. --map names the columns where their names
                  do not tell: --map server=c2,port=dport. Known meanings: server,
                  port, first_seen, last_seen, status, malware, reference, change
                  (remove: the source takes it back), version, tag, collected_at,
                  evidence (configuration, sandbox-run, netflow, fingerprint, listing),
                  kind (dedicated, compromised-host, iot-device, …), name (by which
                  the source knows an address).
  list            One server a line: address, address:port, name, URL; defanged or
                  not.
  maltrail        A Maltrail trail file.
  feodo-csv       Feodo Tracker's CSV, also re-saved by a spreadsheet.
  feodo-json      Feodo Tracker's JSON.
  threatfox-json  ThreatFox's JSON, export or answer of its API.
  stix            A STIX 2.1 bundle: indicators, infrastructure, observed data.
  misp            A MISP event.
  botconf         Configurations of a botnet: XML with <ver>, <gtag>, <srv>, or a
                  CSV of version, tag, date, server. Kept as configurations, too.

Every row is accepted, or rejected with file, line, value and reason. An import
shows whole or not at all. The same file again changes nothing and says so.

Dates: year first, month by name, day first with dots, Unix time; and yy/mm/dd,
dd/mm/yy, mm/dd/yy, dd/mm/yyyy or mm/dd/yyyy where the values of the file leave only
one of them. Where they leave several, the rows count without a date until --dates
says which one it is; nothing is guessed.

Sources: a server that one group of sources alone names is held. It goes on when a
source of another --group names it too, or when a person vouches for it (dismantle
attest) or for a file with --attest. A row that names another botnet than --malware
and --alias counts for nothing. What a source has taken back counts no more: by a row
that says so, or by not listing it any more in a --snapshot.`;

const RUN_NOTES = `${INTAKE_NOTES}

Protected ground: --warninglists names a folder of MISP warning lists, --tor-exits a
list of Tor exits (plain, TorDNSEL, CollecTor, Onionoo), --protect a list of your own:
lines of addresses, prefixes or names, a "#" before a reason; or a CSV with the
columns entry,effect,reason,expires. A line of your own that cannot be read stops the
run. What each list does and how old it is: dismantle ground lists.

Files:
  OUT/OPERATION/outbox/*.eml   One drafted notice each; any mail program opens it.
  OUT/OPERATION/rejects.csv    Every rejected row of this run, with its reason.
  OUT is out/ in the data directory, or what --out names.`;

const EXITS = ['0    It is done. Rejected rows do not make it fail.'];

export function runCommand(face: Face): Command {
  const command = new Command('run')
    .summary('carry feeds all the way from rows to drafted notices')
    .description(
      'Reads feeds into an operation, identifies the C2 servers in them, locates who can switch each one off, ' +
        'determines the lawful method, and drafts one notice per provider and method. Nothing is sent: notices land ' +
        'as .eml files in the outbox folder of the operation.',
    )
    .argument('[files...]', 'feeds to read; without any, the run goes on with what is there');
  addListOptions(addOfflineOption(addCommonOptions(addIntakeOptions(command))))
    .addOption(new Option('--providers <file>', 'the provider book, YAML or CSV: who can be reached where; goes first'))
    .addOption(
      new Option(
        '--csirts <file>',
        'the national CSIRTs, CSV of country,csirt,url,email: whom to refer to and to inform',
      ),
    )
    .addOption(new Option('--playbook <file>', 'the method table, DMN (default: playbooks/default.dmn)'))
    .addOption(new Option('--texts <dir>', 'a folder of notice texts that go before ours, one by one'))
    .addOption(
      new Option('--out <dir>', 'where notices and rejects.csv are written (default: out/ in the data directory)'),
    )
    .addHelpText(
      'after',
      helpText({
        notes: RUN_NOTES,
        examples: [
          [
            'dismantle run feed.csv --operation examplebot --malware Examplebot',
            'Imports a feed. Nobody else names its servers yet, so they are held.',
          ],
          [
            'dismantle run a.csv --group partner --operation examplebot',
            'Imports a file of one independent group of sources …',
          ],
          [
            'dismantle run b.txt --group our-sandbox --operation examplebot --warninglists lists',
            '… and of another: what both name is identified, unless a list protects it.',
          ],
          [
            'dismantle run feed.csv --operation examplebot --attest "Your Name" --reason "ticket 7"',
            'Vouches for a file, which lets notices be drafted, never sent.',
          ],
          [
            'dismantle run --operation examplebot',
            'Goes on without a feed: after a person has vouched, or a list changed.',
          ],
          ['dismantle run feed.csv --operation examplebot --json | jq .servers', 'Gives the figures to a script.'],
        ],
        exits: EXITS,
      }),
    )
    .action(async (files: string[], options: RunOptions) => {
      await withApp(face, options, async (app) => {
        const request = await requestOf(app, files, options);
        const world = await app.openWorld();
        const sources = await app.openSources(await approvedTable(world));
        tellWithoutEffect(face, sources.withoutEffect ?? []);
        const summary = await run(world, sources, request);
        if (options.json === true) printJson(face.terminal, summary);
        else face.terminal.out(runText(summary, face.terminal.style, suggestedOptions(options)));
      });
    });
  return command;
}

export function importCommand(face: Face): Command {
  const command = new Command('import')
    .summary('the first step of run alone: read feeds into an operation')
    .description('Reads feeds into an operation and records every row in the ledger. `dismantle run` does this first.')
    .argument('<files...>', 'feeds to read');
  addCommonOptions(addIntakeOptions(command))
    .addOption(new Option('--out <dir>', 'where rejects.csv is written (default: out/ in the data directory)'))
    .addHelpText(
      'after',
      helpText({
        notes: INTAKE_NOTES,
        examples: [
          ['dismantle import feed.csv --operation examplebot', 'Records every row of a feed and goes no further.'],
          [
            'dismantle import log.csv --map server=dest,port=dport --operation examplebot',
            'Says which columns of a CSV name the server and its port.',
          ],
        ],
        exits: EXITS,
      }),
    )
    .action(async (files: string[], options: RunOptions) => {
      await withApp(face, options, async (app) => {
        const request = await requestOf(app, files, options);
        const summary = await importOnly(await app.openWorld(), request);
        if (options.json === true) printJson(face.terminal, summary);
        else face.terminal.out(importText(summary, face.terminal.style, suggestedOptions(options)));
      });
    });
  return command;
}

function addIntakeOptions(command: Command): Command {
  return command
    .requiredOption(
      '--operation <name>',
      'the campaign that the feeds belong to; opened when there is none of that name',
    )
    .addOption(
      new Option('--drill', 'documentation and lab addresses only; stays a drill and can be armed for the lab only'),
    )
    .addOption(new Option('--malware <name>', "the botnet's name as it is to appear in notices"))
    .addOption(
      new Option('--alias <name>', 'what sources call the botnet besides; may be given several times')
        .argParser((alias: string, before: readonly string[]) => [...before, alias])
        .default([], 'none'),
    )
    .addOption(new Option('--format <format>', 'what the files are (default: told by content)').choices(FORMATS))
    .addOption(new Option('--map <mapping>', 'columns of a CSV: server=COLUMN,port=COLUMN,…'))
    .addOption(new Option('--dates <form>', 'how dates are written that do not tell it themselves').choices(DATE_FORMS))
    .addOption(new Option('--source <name>', "who tells us (default: each file's own name)"))
    .addOption(
      new Option('--group <name>', 'the independence group of these inputs; without it they share one unnamed group'),
    )
    .addOption(
      asWritten(
        new Option('--reliability <letter>', 'how reliable the source is, A to F (Admiralty code)').choices(
          RELIABILITIES,
        ),
      ),
    )
    .addOption(
      asWritten(new Option('--tlp <label>', 'how the source has marked the input (TLP 2.0)').choices(TLP_LABELS)),
    )
    .addOption(
      asWritten(
        new Option('--evidence <class>', 'how the source knows what its rows do not say (default: a listing)').choices(
          EVIDENCE_CLASSES,
        ),
      ),
    )
    .addOption(new Option('--seen <moment>', 'when the source saw what the rows give no date for'))
    .addOption(new Option('--snapshot', 'the file is all that --source lists now: what it listed before is withdrawn'))
    .addOption(new Option('--attest <person>', 'vouch for these inputs by name: lets notices be drafted, never sent'))
    .addOption(new Option('--reason <text>', 'why; goes with --attest into the ledger'));
}

/** Shows the choices and leaves the reading to the flow, which also knows "TLP:AMBER" and small letters. */
function asWritten(option: Option): Option {
  return option.argParser((text: string) => text);
}

async function requestOf(app: App, files: readonly string[], options: RunOptions): Promise<RunRequest> {
  const { operation: name, drill = false, malware = null, alias: aliases } = options;
  assertOwnSource(options.source);
  return {
    operation: { name, drill, malware, aliases },
    options: parseImportOptions(options),
    files: await app.openFiles(files),
  };
}
