import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import type { Scenario } from '../../domain/scenario.ts';
import { STRATEGIES } from '../../domain/strike.ts';
import type { Strategy } from '../../domain/strike.ts';
import { outcomeOf } from '../../exercise/compare.ts';
import type { StrategyOutcome } from '../../exercise/compare.ts';
import type { ExerciseResult } from '../../exercise/result.ts';
import { comparisonText, exerciseText, scenarioList } from '../exercise-text.ts';
import { ExerciseRun, stopped } from '../exercise-run.ts';
import type { RunRequest } from '../exercise-run.ts';
import { WarRoom } from '../exercise-war-room.ts';
import { faultText } from '../fault-text.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface ExerciseOptions extends CommonOptions {
  readonly seed?: number;
  readonly seeds?: number;
  readonly strategy?: Strategy;
  readonly speed?: number;
  readonly compare?: boolean;
  readonly open?: boolean;
}

const SEEDS = 5;

const NOTES = `The whole product runs, unchanged, against a simulated internet: registries, providers
with habits, feeds that err, operators who answer back, people who approve with keys of
their own. On drill addresses only; nothing leaves this machine, and no real operation
here is touched: each exercise has a database of its own, which goes at its end. The same
scenario, seed, strategy and playbook give the same ledger root, with one version of
dismantle and of Node, whatever the settings say: of those a playbook alone counts.
docs/scenarios.md says what stands in a scenario, and how to write one's own.`;

export function exerciseCommand(face: Face): Command {
  return addCommonOptions(new Command('exercise'))
    .summary('rehearse a take-down against a simulated internet')
    .description(
      'Plays a scenario in virtual time, shows it as it goes, and writes the figures of "dismantle report", the report ' +
        'as a page, the evidence bundle and the ledger. Without a scenario it lists those that come with dismantle.',
    )
    .argument('[scenario...]', 'the name of a scenario, or a file of your own; several with --open')
    .addOption(new Option('--seed <number>', "what chance begins with (default: the scenario's)").argParser(parseSeed))
    .addOption(new Option('--playbook <file>', 'a method table of your own, to try before the real thing'))
    .addOption(new Option('--strategy <strategy>', "whom to notify when (default: the scenario's)").choices(STRATEGIES))
    .addOption(
      new Option(
        '--speed <minutes>',
        'how many of its minutes pass in a second (default: as fast as it goes)',
      ).argParser(parseSpeed),
    )
    .addOption(new Option('--out <dir>', 'where report, evidence and ledger go (default: a folder in DATA/out)'))
    .addOption(new Option('--open', 'in the war room, in a browser, where others can be played, until Ctrl-C'))
    .addOption(new Option('--compare', 'play all strategies over several seeds, and print how they differ'))
    .addOption(
      new Option('--seeds <number>', `with --compare: over how many seeds (default: ${SEEDS})`).argParser(parseSeeds),
    )
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle exercise trickbot-2020', 'Plays the week of 12 October 2020.'],
          ['dismantle exercise --open', 'Choose in your browser what is played, and watch it there.'],
          ['dismantle exercise trickbot-2020 --open', 'Begins with that one.'],
          ['dismantle exercise trickbot-2020 --speed 60', 'Slowly, for an audience: an hour in a second.'],
          ['dismantle exercise my.yaml --playbook my.dmn --seed 7', 'Tries your own playbook on your own scenario.'],
          ['dismantle exercise trickbot-2020 --compare --seeds 20', 'Compares the strategies.'],
          ['dismantle exercise trickbot-2020 --json | jq .ledgerRoot', 'Hands the figures to a program.'],
        ],
      }),
    )
    .action(async (named: readonly string[], given: ExerciseOptions) => {
      assertSense(named, given);
      const { out, ...options } = given;
      await withApp(face, options, async (app) => {
        const scenarios: Scenario[] = [];
        for (const name of named) scenarios.push(await app.openScenario(name));
        const [scenario] = scenarios;
        const requestFor = (played: Scenario): RunRequest => ({
          scenario: played,
          seed: options.seed ?? played.seed,
          strategy: options.strategy ?? played.strategy,
          minutesPerSecond: options.speed ?? null,
          playbook: null,
        });
        const ownFolder = ({ exercise, methodTable, playbook }: ExerciseRun): string => {
          // What was played with a playbook of one's own lies beside the other, not over it.
          const own =
            app.settings.playbook === null && (playbook === null || playbook.name === 'default')
              ? ''
              : `-${methodTable.sha256.slice(0, 8)}`;
          const name = `exercise-${exercise.scenario.name}-${exercise.seed}-${exercise.strategy}${own}`;
          return join(out ?? join(app.dataDirectory, 'out'), name);
        };
        if (options.open === true) {
          await playInWarRoom(face, app, {
            first: scenario === undefined ? null : requestFor(scenario),
            offered: await offeredBeside(app, scenarios),
            folderFor: (run, isFirst) => (isFirst ? (out ?? ownFolder(run)) : ownFolder(run)),
          });
        } else if (scenario === undefined) {
          await listScenarios(face, app, options.json === true);
        } else if (options.compare === true) {
          await compare(face, app, scenario, options);
        } else {
          const played = await playOne(face, app, requestFor(scenario), (run) =>
            out !== undefined || options.json === true ? (out ?? null) : ownFolder(run),
          );
          if (options.json === true) printJson(face.terminal, played.result);
          else tellResult(face, scenario, played);
        }
      });
    });
}

/** Those that were named, and those that come with the program; of one name the one that was named. */
async function offeredBeside(app: App, named: readonly Scenario[]): Promise<readonly Scenario[]> {
  const names = new Set(named.map(({ name }) => name));
  if (names.size < named.length)
    throw problem('usage', 'two of these scenarios have the same name', 'Change "scenario:" in one of the files');
  const offered = [...named];
  for (const name of await app.scenarios()) if (!names.has(name)) offered.push(await app.openScenario(name));
  return offered;
}

/** What would have no effect is refused: whoever gave it expects one. */
function assertSense(
  named: readonly string[],
  { compare: compares, seeds, seed, strategy, out, speed, open, json }: ExerciseOptions,
): void {
  if (compares === true && named.length === 0)
    throw problem('usage', '--compare needs a scenario', 'Name one; dismantle exercise lists those that there are');
  if (compares === true && out !== undefined)
    throw problem(
      'usage',
      '--compare writes no files, so --out has no effect',
      'Leave one of them out; --json prints the figures of a comparison',
    );
  if (open === true && compares === true)
    throw problem(
      'usage',
      '--open shows one exercise at a time',
      'Leave --compare out; the page compares what was played',
    );
  if (open !== true && named.length > 1)
    throw problem('usage', 'one scenario is played at a time', 'Name one; with --open the others can be chosen there');
  if (open === true && named.length === 0 && (seed ?? strategy ?? speed) !== undefined)
    throw problem(
      'usage',
      'without a scenario, seed, strategy and speed are chosen on the page',
      'Name one, or leave them out',
    );
  if (open === true && json === true)
    throw problem('usage', '--open ends with Ctrl-C, --json with figures', 'Leave one of them out');
  if (compares === true && speed !== undefined)
    throw problem('usage', '--compare plays as fast as it goes, so --speed has no effect', 'Leave one of them out');
  if (compares !== true && seeds !== undefined)
    throw problem('usage', '--seeds is for --compare', 'Add --compare, or give one seed with --seed');
}

async function listScenarios(face: Face, app: App, json: boolean): Promise<void> {
  const scenarios = [];
  for (const name of await app.scenarios()) scenarios.push(await app.openScenario(name));
  const shown = scenarios.map(({ name, title, about, strategy, begins, ends }) => ({
    name,
    title,
    about,
    strategy,
    begins: new Date(begins).toISOString(),
    ends: new Date(ends).toISOString(),
  }));
  if (json) printJson(face.terminal, shown);
  else face.terminal.out(scenarioList(shown, face.terminal.style));
}

interface Played {
  readonly result: ExerciseResult;
  readonly written: readonly string[];
}

async function playOne(
  face: Face,
  app: App,
  request: RunRequest,
  folderFor: (run: ExerciseRun) => string | null,
): Promise<Played> {
  const run = await ExerciseRun.open(face, app, request);
  try {
    const result = await run.play();
    const folder = folderFor(run);
    return { result, written: folder === null ? [] : await run.writeTo(folder, result) };
  } catch (cause) {
    throw face.signal.aborted ? stopped(cause) : cause;
  } finally {
    await run.close();
  }
}

function tellResult(face: Face, scenario: Scenario, { result, written }: Played): void {
  face.terminal.out(exerciseText(scenario, result, written, face.terminal.style));
}

interface Showing {
  /** What is played first; null: whoever looks on chooses. */
  readonly first: RunRequest | null;
  readonly offered: readonly Scenario[];
  readonly folderFor: (run: ExerciseRun, isFirst: boolean) => string | null;
}

/** One exercise after the other in the war room, as whoever looks on wishes, until Ctrl-C. */
async function playInWarRoom(face: Face, app: App, { first, offered, folderFor }: Showing): Promise<void> {
  const [any] = offered;
  if (any === undefined) throw new Error('the program comes with scenarios');
  const { seed, strategy } = any;
  // Where nothing was named a world stands ready in which nothing happens.
  let run = await ExerciseRun.open(
    face,
    app,
    first ?? { scenario: any, seed, strategy, minutesPerSecond: null, playbook: null },
  );
  let room: WarRoom | null = null;
  try {
    const playbooks = await app.exercisePlaybooks((file, why) =>
      face.terminal.err(`${file} cannot be chosen: ${why.message}${why.hint === undefined ? '' : `\n  ${why.hint}`}\n`),
    );
    room = await WarRoom.open(app, { scenarios: offered, playbooks }, face.signal, (cause) =>
      face.terminal.err(faultText('the live view', cause)),
    );
    await room.show(run, first === null ? 0 : 1);
    face.terminal.out(`The war room is at ${room.link}\n`);
    app.openLink(room.link);
    if (first === null) face.terminal.out('Choose what is played there. It stays until Ctrl-C.\n');
    for (let number = first === null ? 0 : 1; ; number++) {
      if (number > 0)
        await playShown(face, room, run, number, (shown) => folderFor(shown, first !== null && number === 1));
      const wish = await room.nextWish();
      if (wish === null) return;
      const next = await ExerciseRun.open(face, app, wish);
      await room.show(next, number + 1);
      run = next;
    }
  } finally {
    await room?.close();
    await run.close();
  }
}

/** To its end, or until somebody would rather play another. */
async function playShown(
  face: Face,
  room: WarRoom,
  run: ExerciseRun,
  number: number,
  folderFor: (run: ExerciseRun) => string | null,
): Promise<void> {
  const { scenario, seed, strategy } = run.exercise;
  try {
    const result = await run.play();
    const folder = folderFor(run);
    const written = folder === null ? [] : await run.writeTo(folder, result);
    room.over(result, folder);
    tellResult(face, scenario, { result, written });
    face.terminal.out(`The war room stays at ${room.link} until Ctrl-C.\n`);
  } catch (cause) {
    if (face.signal.aborted) throw stopped(cause);
    if (!run.isStopped) throw cause;
    face.terminal.out(
      `Exercise ${number} (${safeText(scenario.name)}, seed ${seed}, ${strategy}) was ended for another.\n`,
    );
  }
}

async function compare(face: Face, app: App, scenario: Scenario, options: Omit<ExerciseOptions, 'out'>): Promise<void> {
  const seeds = options.seeds ?? SEEDS;
  const first = options.seed ?? scenario.seed;
  const strategies = options.strategy === undefined ? STRATEGIES : [options.strategy];
  const outcomes: StrategyOutcome[] = [];
  for (const strategy of strategies) {
    const results: ExerciseResult[] = [];
    for (let count = 0; count < seeds; count++) {
      const seed = first + count;
      const { result } = await playOne(
        face,
        app,
        { scenario, seed, strategy, minutesPerSecond: null, playbook: null },
        () => null,
      );
      results.push(result);
    }
    outcomes.push(outcomeOf(strategy, results));
  }
  const comparison = { scenario: scenario.name, seeds, firstSeed: first, strategies: outcomes };
  if (options.json === true) printJson(face.terminal, comparison);
  else face.terminal.out(comparisonText(scenario, comparison, face.terminal.style));
}

function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= 4_294_967_295) return seed;
  throw new InvalidArgumentError('a whole number from 0 to 4294967295');
}

function parseSeeds(text: string): number {
  const seeds = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (seeds >= 1 && seeds <= 1000) return seeds;
  throw new InvalidArgumentError('a whole number from 1 to 1000');
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (speed > 0 && speed <= 100_000) return speed;
  throw new InvalidArgumentError('minutes a second, above 0');
}
