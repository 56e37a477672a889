import { Command, Option } from 'commander';
import { FINGERPRINT_KINDS } from '../../domain/fingerprint.ts';
import { problem } from '../../domain/problem.ts';
import { addFingerprints, listFingerprints, takeFingerprintBack } from '../../flow/candidates.ts';
import { fingerprintsText, recordedText } from '../candidates-text.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownText } from '../shown.ts';
import { addCommonOptions, addSpeaker, chosenOperation, onlyFile, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';

interface OperationOptions extends CommonOptions {
  readonly operation?: string;
}

const NOTES = `A fingerprint is what can be seen of a service from outside: the SHA-256 of its
certificate, of its public key or of a page's first 64 KiB, or an HTTP header. On file
it stands with the source that tied it to this botnet, and that is never ourselves:
what only our own look found proves nothing. Where a look finds it, the server is
c2-live; with one group that names the server, and another that tied the
fingerprint, the case passes identify.`;

export function fingerprintCommand(face: Face): Command {
  const command = new Command('fingerprint').summary('keep what sources have tied to the botnet');
  command.description('Puts fingerprints of the botnet on file, lists them, and takes them back.');
  command.addHelpText(
    'after',
    helpText({ notes: NOTES, examples: [['dismantle fingerprint list', 'Lists all, the withdrawn ones too.']] }),
  );
  command.addCommand(addCommand(face));
  command.addCommand(listCommand(face));
  command.addCommand(withdrawCommand(face));
  return command;
}

function addOperation(command: Command): Command {
  return addCommonOptions(command).addOption(
    new Option('--operation <name>', 'which operation (needed where there are several)'),
  );
}

interface AddOptions extends OperationOptions {
  readonly as: string;
  readonly file?: string;
  readonly kind?: string;
  readonly source?: string;
  readonly group?: string;
  readonly seen?: string;
  readonly note?: string;
}

function addCommand(face: Face): Command {
  return addOperation(new Command('add'))
    .summary('put a fingerprint on file, or all rows of a CSV')
    .description('Puts on file what a source has tied to this botnet.')
    .argument('[value]', 'a SHA-256 in hexadecimal digits; of a header "name: value"')
    .addOption(new Option('--as <person>', 'who puts it on file; goes into the ledger').makeOptionMandatory())
    .addOption(new Option('--kind <kind>', 'what it is of').choices(FINGERPRINT_KINDS))
    .addOption(new Option('--source <name>', 'who tied it to the botnet; never ourselves'))
    .addOption(new Option('--group <name>', "the source's independence group"))
    .addOption(new Option('--seen <moment>', 'when the source saw it, UTC, year first'))
    .addOption(new Option('--note <text>', 'where the source says it, and how it knows'))
    .addOption(new Option('--file <csv>', 'a CSV of them, or - for standard input'))
    .addHelpText(
      'after',
      helpText({
        notes: `${NOTES}\n\nA file is CSV with the header kind,value,source,group,seen,note.`,
        examples: [
          [
            "dismantle fingerprint add 'X-Panel: Example' --kind http-header --source Lab-X --as Ada",
            'Puts one on file.',
          ],
          ['dismantle fingerprint add --file fingerprints.csv --as Ada', 'All rows; bad ones are told.'],
        ],
      }),
    )
    .action(async (value: string | undefined, options: AddOptions) => {
      assertOneWay(value, options);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { kind = '', source = '', group = '', seen = '', note = '' } = options;
        const said =
          options.file === undefined
            ? { kind, value: value ?? '', source, group, seen, note }
            : onlyFile(await app.openFiles([options.file]));
        const own = [app.settings.organisation.name].filter((name) => name !== null);
        const outcome = await addFingerprints(world, operation, said, options.as, own);
        if (options.json === true) printJson(face.terminal, { operation, ...outcome });
        else face.terminal.out(recordedText(outcome, face.terminal.style));
        if (options.file === undefined && outcome.rejected.length > 0) {
          throw problem('input', 'no fingerprint was put on file', 'Correct what is named above, and say it again');
        }
      });
    });
}

function assertOneWay(value: string | undefined, options: AddOptions): void {
  const { file, kind, source, group, seen, note } = options;
  if (file !== undefined && [value, kind, source, group, seen, note].some((word) => word !== undefined)) {
    throw problem('usage', '--file brings its own words', 'Leave out either the file or the rest');
  }
  if (file !== undefined) return;
  if (value === undefined || kind === undefined || source === undefined) {
    throw problem(
      'usage',
      'a fingerprint needs its value, --kind and --source',
      'Say what it is and who tied it to the botnet, or name a CSV with --file',
    );
  }
}

function listCommand(face: Face): Command {
  return addOperation(new Command('list'))
    .summary('list the fingerprints on file')
    .description('Lists them, the withdrawn ones too, with how many servers a look of ours has matched.')
    .addHelpText(
      'after',
      helpText({ notes: NOTES, examples: [['dismantle fingerprint list --json', 'Gives them whole, to a script.']] }),
    )
    .action(async (options: OperationOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const found = await listFingerprints(world, await chosenOperation(world, options.operation));
        if (options.json === true) printJson(face.terminal, found);
        else face.terminal.out(fingerprintsText(found, face.terminal.style));
      });
    });
}

function withdrawCommand(face: Face): Command {
  return addSpeaker(addOperation(new Command('withdraw')))
    .summary('take a fingerprint back: it counts no longer')
    .description('A withdrawn fingerprint matches no look, no scan, and keeps no case identified.')
    .argument('<fingerprint>', 'its id, the first 8 characters of it, or its value')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle fingerprint withdraw 4be0a1c2 --as Ada --reason 'a hoster default'", 'Takes it back.']],
      }),
    )
    .action(async (fingerprint: string, options: OperationOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const { as, reason } = options;
        const withdrawn = await takeFingerprintBack(world, operation, fingerprint, { as, reason });
        if (options.json === true) printJson(face.terminal, { operation, withdrawn });
        else {
          const { kind, value, source } = withdrawn;
          face.terminal.out(`The ${kind} ${shownText(value)} of ${shownText(source)} counts no longer.\n`);
        }
      });
    });
}
