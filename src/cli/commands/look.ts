import { Command, Option } from 'commander';
import { isoInstant } from '../../domain/instant.ts';
import { LOOK_OUTCOMES } from '../../domain/look.ts';
import { problem } from '../../domain/problem.ts';
import { look } from '../../flow/look.ts';
import type { RecordedLooks } from '../../flow/look.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownText } from '../shown.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { addCommonOptions, chosenOperation, onlyFile, shellWord, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface LookOptions extends CommonOptions {
  readonly operation?: string;
  readonly as: string;
  readonly file?: string;
  readonly outcome?: string;
  readonly at?: string;
  readonly vantage?: string;
  readonly how?: string;
}

const NOTES = `Outcomes: c2-live (answers, and matches the botnet: --how says what it matched),
live (answers), answers-other (something else answers by now), dark, inconclusive.
A file is CSV in UTF-8 with the header server,port,at,vantage,outcome,how. A notice
needs a look of the last 24 hours that found the server alive, and no later one
that did not. What people write down makes a server alive or dark, provisionally:
it is confirmed by looks of the program alone (dismantle probe, dismantle watch).`;

export function lookCommand(face: Face): Command {
  return addCommonOptions(new Command('look'))
    .summary('record what somebody saw of servers: alive, dark, something else')
    .description('Records looks at servers that people took by hand: of some servers, or all rows of a file.')
    .argument('[servers...]', 'hosts, host:port, URLs or server ids; defanged or not')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--as <person>', 'who looked; goes into the ledger').makeOptionMandatory())
    .addOption(new Option('--file <csv>', 'a file of looks, or - for standard input'))
    .addOption(new Option('--outcome <outcome>', 'what was found').choices(LOOK_OUTCOMES))
    .addOption(new Option('--at <moment>', 'when, UTC, year first; at most 30 days past (default: now)'))
    .addOption(new Option('--vantage <text>', 'from where'))
    .addOption(new Option('--how <text>', 'what was done, and what answered'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ["dismantle look 192.0.2.11:443 --outcome live --vantage 'own line' --how TLS --as Ada", 'Records one look.'],
          ['dismantle look --file looks.csv --as Ada', 'Records all looks of a file; bad rows are told.'],
        ],
      }),
    )
    .action(async (servers: readonly string[], options: LookOptions) => {
      assertOneWay(servers, options);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const at = options.at ?? isoInstant(app.clock.now());
        const { outcome = '', vantage = '', how = '' } = options;
        const looks =
          options.file === undefined
            ? servers.map((server) => ({ server, port: '', at, vantage, outcome, how }))
            : onlyFile(await app.openFiles([options.file]));
        const recorded = await look(world, operation, looks, options.as, app.settings.verify);
        if (options.json === true) printJson(face.terminal, { operation, ...recorded });
        else {
          const next = `dismantle run --operation ${shellWord(operation)}${suggestedOptions(options)}`;
          face.terminal.out(recordedText(recorded, next, face.terminal.style));
        }
        // A file goes on past a bad row; a person who names a server is to hear that nothing came of it.
        if (options.file === undefined && recorded.recorded + recorded.repeated === 0) {
          throw problem('input', 'no look was recorded', 'Correct what is named above, and say it again');
        }
      });
    });
}

function assertOneWay(servers: readonly string[], { file, outcome, at, vantage, how }: LookOptions): void {
  const isSaid = servers.length > 0 || [outcome, at, vantage, how].some((word) => word !== undefined);
  if (file !== undefined && isSaid) {
    throw problem('usage', '--file brings its own servers and words', 'Leave out either the file or the rest');
  }
  if (file !== undefined) return;
  if (servers.length === 0) throw problem('usage', 'which servers?', 'Name them, or a file of looks with --file');
  if (outcome === undefined || vantage === undefined) {
    throw problem('usage', 'a look needs --outcome and --vantage', 'Say what was found, and from where');
  }
}

/** How many bad rows a terminal shows. */
const ROWS_SHOWN = 20;

function recordedText({ recorded, repeated, byOutcome, rejected }: RecordedLooks, next: string, style: Style): string {
  const parts = Object.entries(byOutcome).map(([outcome, count]) => `${count} ${outcome}`);
  const lines = [
    `${recorded} ${recorded === 1 ? 'look' : 'looks'} recorded${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`,
    ...(repeated === 0 ? [] : [`${repeated} were on record already`]),
    ...(rejected.length === 0 ? [] : [style.yellow(`${rejected.length} rejected:`)]),
    ...rejected.slice(0, ROWS_SHOWN).map(({ file, line, value, reason }) => {
      const where = line === 0 ? '' : `${safeText(file)}, line ${line}: `;
      return `  ${where}${shownText(value)}: ${shownText(reason)}`;
    }),
    ...(rejected.length > ROWS_SHOWN ? [`  … and ${rejected.length - ROWS_SHOWN} more: --json`] : []),
    ...(recorded === 0 ? [] : [`Next: ${next}`]),
  ];
  return `${lines.join('\n')}\n`;
}
