import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { countOf, matrixCsv, matrixOf, NEWEST, severance, UP_TO } from '../../flow/severance.ts';
import type { SeveranceAnswer } from '../../flow/severance.ts';
import type { InputFile } from '../../ports/input-files.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { matrixText, nextText, severanceText } from '../severance-text.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface SeveranceOptions extends CommonOptions {
  readonly operation?: string;
  readonly liveness?: string;
  readonly newest?: string;
  readonly upTo?: string;
  readonly limit?: string;
  readonly live?: boolean;
  readonly csv?: boolean;
}

const ROWS_SHOWN = 20;
const MOST_ROWS = 100_000;
const MOST_SERVERS = 200;

const NOTES = `A bot walks its whole list until one server answers, so one live server is enough.
  no                   A configuration in circulation lists a live server, or a
                       fallback that nobody can seize (.onion, blockchain name) lives.
  unknown              A listed server is inconclusive, such a fallback unresolved, or
                       no configuration was collected for severance.staleDays (7).
  none observed live   Otherwise. Never "yes": what bots were sent unseen, nobody knows.
--liveness FILE puts somebody else's word (CSV: host[,port],live|dark|inconclusive) in
place of our verdicts, for a what-if; whom it does not name counts as inconclusive.`;

export function severanceCommand(face: Face): Command {
  return common(new Command('severance'))
    .summary('say whether any configuration still reaches a live server, and what to take next')
    .description(
      'Says whether the botnet is severed, with what the answer covers; which configurations still reach a live server, ' +
        'what hangs on each server that remains, and which to take down next.',
    )
    .addOption(newestOption())
    .addOption(upToOption())
    .addOption(new Option('--limit <n>', `how many rows of each list to show (default: ${ROWS_SHOWN})`))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle severance', 'Gives the whole answer by our own verdicts.'],
          ['dismantle severance --liveness tracker.csv', "Gives it by somebody else's list, and says so."],
          ['dismantle severance --json | jq .severed.state', 'Gives the state to a script.'],
        ],
      }),
    )
    .action(async (options: SeveranceOptions) => {
      const rows = rowsOf(options);
      await answered(face, options, (answer) => severanceText(answer, face.terminal.style, rows), (answer) => answer);
    })
    .addCommand(matrixCommand(face))
    .addCommand(nextCommand(face)); // prettier-ignore
}

function matrixCommand(face: Face): Command {
  return common(new Command('matrix'))
    .summary('lay all configurations against all servers')
    .description('Lays all configurations, retired ones too, against the servers that they list, the live ones first.')
    .addOption(new Option('--live', 'live servers alone, those in no configuration among them'))
    .addOption(new Option('--limit <n>', `how many servers to show (default: ${ROWS_SHOWN})`))
    .addOption(new Option('--csv', 'print CSV: a line a server, a column a configuration, 1 or 0').conflicts('json'))
    .addHelpText(
      'after',
      helpText({
        notes: `CSV and JSON give every server, and hosts exactly. In JSON "listedIn" are indexes
into "configurations", the oldest of which comes first.`,
        examples: [
          ['dismantle severance matrix --live', 'Shows where the live servers stand.'],
          ['dismantle severance matrix --csv > matrix.csv', 'Gives the matrix to a spreadsheet.'],
        ],
      }),
    )
    .action(async (options: SeveranceOptions) => {
      const rows = rowsOf(options);
      await withApp(face, options, async (app) => {
        const liveness = await livenessOf(app, options);
        const world = await app.openWorld();
        const matrix = await matrixOf(world, await chosenOperation(world, options.operation), liveness);
        if (options.csv === true) face.terminal.out(matrixCsv(matrix));
        else if (options.json === true) printJson(face.terminal, matrix);
        else face.terminal.out(matrixText(matrix, face.terminal.style, rows, options.live === true));
      });
    });
}

function nextCommand(face: Face): Command {
  return common(new Command('next'))
    .summary('say which servers to take down next to silence most configurations')
    .description(
      'Gives for each k the k servers whose fall silences most configurations: those in which no other server lives. ' +
        'Exact where that can be looked at; elsewhere the best found, and what no k servers can exceed.',
    )
    .addOption(upToOption())
    .addHelpText(
      'after',
      helpText({ examples: [['dismantle severance next --up-to 20', 'Looks for up to twenty servers.']] }),
    )
    .action(async (options: SeveranceOptions) => {
      await answered(
        face,
        options,
        (answer) => nextText(answer, face.terminal.style, true),
        ({ operation, asOf, liveness, next }) => ({ operation, asOf, liveness, ...next }),
      );
    });
}

function common(command: Command): Command {
  return addCommonOptions(command)
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(
      new Option('--liveness <csv>', 'a list of what is alive, in place of our verdicts; - is standard input'),
    );
}

function newestOption(): Option {
  return new Option('--newest <n>', `how many of the newest configurations count as recent (default: ${NEWEST})`);
}

function upToOption(): Option {
  return new Option('--up-to <k>', `up to how many servers to take down next are looked for (default: ${UP_TO})`);
}

async function answered(
  face: Face,
  options: SeveranceOptions,
  write: (answer: SeveranceAnswer) => string,
  json: (answer: SeveranceAnswer) => unknown,
): Promise<void> {
  const newest = options.newest === undefined ? NEWEST : countOf(options.newest, '--newest', MOST_ROWS);
  const upTo = options.upTo === undefined ? UP_TO : countOf(options.upTo, '--up-to', MOST_SERVERS);
  await withApp(face, options, async (app) => {
    const liveness = await livenessOf(app, options);
    const world = await app.openWorld();
    const operation = await chosenOperation(world, options.operation);
    const { staleDays } = app.settings.severance;
    const answer = await severance(world, operation, { staleDays, newest, upTo, liveness });
    if (options.json === true) printJson(face.terminal, json(answer));
    else face.terminal.out(write(answer));
  });
}

function rowsOf({ limit }: SeveranceOptions): number {
  return limit === undefined ? ROWS_SHOWN : countOf(limit, '--limit', MOST_ROWS);
}

async function livenessOf(app: App, { liveness }: SeveranceOptions): Promise<InputFile | null> {
  if (liveness === undefined) return null;
  const [file, ...more] = await app.openFiles([liveness]);
  if (file !== undefined && more.length === 0) return file;
  throw problem('usage', '--liveness stands for several files', 'Name one file');
}
