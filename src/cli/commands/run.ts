import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { importOnly, parseImportOptions, run } from '../../flow.ts';
import type { RunRequest } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { importText, runText } from '../summary-text.ts';
import { addCommonOptions, addOfflineOption, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface RunOptions extends CommonOptions {
  readonly operation: string;
  readonly drill?: boolean;
  readonly malware?: string;
  readonly format?: string;
  readonly map?: string;
  readonly group?: string;
  readonly attest?: string;
  readonly reason?: string;
}

const INTAKE_NOTES = `Formats (told by content, or by --format):
  csv        Any CSV with a header; Feodo Tracker's among them. --map names the
             columns where their names do not tell: --map server=c2,port=dport
             Known meanings: server, port, first_seen, last_seen, status, malware
  maltrail   A Maltrail trail file.
  list       One server a line: address, address:port, name, URL; defanged or not.

Every row is accepted, or rejected with file, line, value and reason. An import
shows whole or not at all. The same file again changes nothing and says so.

A server that one group of sources alone names is held. It goes on when a source of
another --group names it too, or when a person vouches for a file with --attest.`;

const RUN_NOTES = `${INTAKE_NOTES}

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
    .argument('<files...>', 'feeds to read');
  addOfflineOption(addCommonOptions(addIntakeOptions(command)))
    .addOption(new Option('--providers <file>', 'the provider book, YAML or CSV: who can be reached where; goes first'))
    .addOption(
      new Option('--warninglists <dir>', 'a folder of MISP warning lists: protected ground is held or narrowed'),
    )
    .addOption(new Option('--playbook <file>', 'the method table, DMN (default: playbooks/default.dmn)'))
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
          ['dismantle run feed.csv --operation examplebot --json | jq .servers', 'Gives the figures to a script.'],
        ],
        exits: EXITS,
      }),
    )
    .action(async (files: string[], options: RunOptions) => {
      await withApp(face, options, async (app) => {
        const request = await requestOf(app, files, options);
        const sources = await app.openSources();
        const summary = await run(await app.openWorld(), sources, request);
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
    .addOption(new Option('--format <format>', 'csv, maltrail or list (default: told by content)'))
    .addOption(new Option('--map <mapping>', 'columns of a CSV: server=COLUMN,port=COLUMN,…'))
    .addOption(
      new Option('--group <name>', 'the independence group of these inputs; without it they share one unnamed group'),
    )
    .addOption(new Option('--attest <person>', 'vouch for these inputs by name: lets notices be drafted, never sent'))
    .addOption(new Option('--reason <text>', 'why; goes with --attest into the ledger'));
}

async function requestOf(app: App, files: readonly string[], options: RunOptions): Promise<RunRequest> {
  const { operation: name, drill = false, malware = null } = options;
  return {
    operation: { name, drill, malware },
    options: parseImportOptions(options),
    files: await app.openFiles(files),
  };
}
