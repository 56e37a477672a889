import { Command, InvalidArgumentError, Option } from 'commander';
import { RELIABILITIES } from '../../domain/reliability.ts';
import { TLP_LABELS } from '../../domain/tlp.ts';
import { acceptCandidates, dismissCandidates, importCandidates, listCandidates } from '../../flow/candidates.ts';
import { candidatesText, offeredText, rejectionLines } from '../candidates-text.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import {
  addCommonOptions,
  addSpeaker,
  chosenOperation,
  onlyFile,
  shellWord,
  suggestedOptions,
  withApp,
} from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

interface OperationOptions extends CommonOptions {
  readonly operation?: string;
}

const NOTES = `A candidate is a new address on which a source has seen the certificate, key or page
of a server that is tracked, or a fingerprint on file. Nothing follows from it until a
person accepts it: then it is a sighting by that source, judged as every other.`;

const SCAN_NOTES = `${NOTES}

A scan is a CSV with a header. Columns are found by their usual names: host or ip,
port, certificate_sha256, public_key_sha256, body_sha256, timestamp; --map says
which they are otherwise: host, port, certificate, public-key, http-body, seen.
A certificate on more than --max-hosts hosts, or one that a platform shows for all
of its customers, is not offered, and that is told.`;

/** More than this, nobody looks through. */
const MOST_HOSTS = 1000;

export function candidatesCommand(face: Face): Command {
  const command = new Command('candidates').summary('new addresses with the fingerprint of a tracked server');
  command.description('Searches scans for what is known, and settles what was found.');
  command.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle candidates list', 'Lists what waits for a person.']] }),
  );
  command.addCommand(importCommand(face));
  command.addCommand(listCommand(face));
  command.addCommand(acceptCommand(face));
  command.addCommand(dismissCommand(face));
  return command;
}

function addOperation(command: Command): Command {
  return addCommonOptions(command).addOption(
    new Option('--operation <name>', 'which operation (needed where there are several)'),
  );
}

interface ImportOptions extends OperationOptions {
  readonly source: string;
  readonly group?: string;
  readonly map?: string;
  readonly as: string;
  readonly maxHosts: number;
}

function importCommand(face: Face): Command {
  return addOperation(new Command('import'))
    .summary('search a scan for what is known')
    .description('Offers new addresses that carry a known fingerprint. The same file again offers nothing anew.')
    .argument('<file>', 'a CSV of a scan, packed or not; - for standard input')
    .addOption(new Option('--source <name>', 'who scanned').makeOptionMandatory())
    .addOption(new Option('--group <name>', "the source's independence group"))
    .addOption(new Option('--as <person>', 'who searches; goes into the ledger').makeOptionMandatory())
    .addOption(new Option('--map <columns>', 'which column means what: host=ip,certificate=sha256'))
    .addOption(
      new Option('--max-hosts <n>', `offer nothing that stands on more hosts than this, at most ${MOST_HOSTS}`)
        .default(50)
        .argParser(hostsOf),
    )
    .addHelpText(
      'after',
      helpText({
        notes: SCAN_NOTES,
        examples: [
          ['dismantle candidates import scan.csv --source ScanX --group scan-x --as Ada', 'Searches a scan.'],
          [
            'dismantle candidates import s.csv --source X --map host=3,certificate=7 --as Ada',
            'Names columns by number.',
          ],
        ],
      }),
    )
    .action(async (file: string, options: ImportOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { source, group, map, as, maxHosts } = options;
        const scan = onlyFile(await app.openFiles([file]));
        const outcome = await importCandidates(world, operation, scan, { source, group, map, as, maxHosts });
        if (options.json === true) printJson(face.terminal, { operation, ...outcome });
        else {
          const next = `dismantle candidates list --operation ${shellWord(operation)}${suggestedOptions(options)}`;
          face.terminal.out(offeredText(outcome, next, face.terminal.style));
        }
      });
    });
}

function hostsOf(text: string): number {
  const hosts = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (hosts < 1 || hosts > MOST_HOSTS) throw new InvalidArgumentError(`It is a number from 1 to ${MOST_HOSTS}.`);
  return hosts;
}

function listCommand(face: Face): Command {
  return addOperation(new Command('list'))
    .summary('list what waits for a person')
    .description('Lists candidates with what else carries the same; "moved" where that has gone dark.')
    .addOption(new Option('--all', 'the settled ones too'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [['dismantle candidates list --all --json', 'Gives all, whole, to a script.']],
      }),
    )
    .action(async (options: OperationOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const found = await listCandidates(world, operation, options.all ?? false);
        if (options.json === true) printJson(face.terminal, found);
        else face.terminal.out(candidatesText(found, face.terminal.style));
      });
    });
}

interface AcceptOptions extends OperationOptions, SpeakerOptions {
  readonly reliability?: string;
  readonly tlp?: string;
}

function acceptCommand(face: Face): Command {
  return addSpeaker(addOperation(new Command('accept')))
    .summary('make sightings of candidates, by the source that saw them')
    .description('Each goes in as any import does, with a fingerprint as its evidence. It passes nothing by itself.')
    .argument('<ids...>', 'ids of candidates, or the first 8 characters of them')
    .addOption(new Option('--reliability <letter>', "the source's record").choices(RELIABILITIES))
    .addOption(new Option('--tlp <label>', 'how the source has marked it').choices(TLP_LABELS))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ["dismantle candidates accept 4be0a1c2 --as Ada --reason 'same operator'", 'Makes a sighting of it.'],
        ],
      }),
    )
    .action(async (ids: readonly string[], options: AcceptOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const outcome = await acceptCandidates(world, operation, ids, options);
        if (options.json === true) {
          printJson(face.terminal, { operation, ...outcome });
          return;
        }
        const { accepted, repeated, refused } = outcome;
        const next = `dismantle run --operation ${shellWord(operation)}${suggestedOptions(options)}`;
        const lines = [
          ...accepted.map(({ host, port }) => `${shownHost(host, port)} is a sighting now`),
          ...(repeated === 0 ? [] : [`${repeated} were accepted before`]),
          ...rejectionLines(refused, refused.length, face.terminal.style),
          ...(accepted.length === 0 ? [] : [`Next: ${next}`]),
        ];
        face.terminal.out(`${lines.join('\n')}\n`);
      });
    });
}

function dismissCommand(face: Face): Command {
  return addSpeaker(addOperation(new Command('dismiss')))
    .summary('say that candidates are none')
    .description('A dismissed candidate is not offered again, and may be accepted later all the same.')
    .argument('<ids...>', 'ids of candidates, or the first 8 characters of them')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle candidates dismiss 4be0a1c2 --as Ada --reason 'a honeypot'", 'Puts it aside.']],
      }),
    )
    .action(async (ids: readonly string[], options: OperationOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const dismissed = await dismissCandidates(world, operation, ids, options);
        if (options.json === true) printJson(face.terminal, { operation, dismissed });
        else face.terminal.out(`${dismissed} dismissed.\n`);
      });
    });
}
