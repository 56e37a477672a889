import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { makeFolder, writeWholeFile } from '../../app.ts';
import type { App, OpenExercise } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import type { MethodTable } from '../../domain/method-table.ts';
import type { Scenario } from '../../domain/scenario.ts';
import { STRATEGIES } from '../../domain/strike.ts';
import type { Strategy } from '../../domain/strike.ts';
import { outcomeOf } from '../../exercise/compare.ts';
import type { StrategyOutcome } from '../../exercise/compare.ts';
import { EXERCISE_SENDER, Exercise } from '../../exercise/play.ts';
import { exerciseResult } from '../../exercise/result.ts';
import type { ExerciseResult } from '../../exercise/result.ts';
import { findOperation } from '../../flow.ts';
import { writeEvidence } from '../../flow/evidence.ts';
import { paperOfReport } from '../../flow/papers.ts';
import { exportLedger } from '../../ledger/export.ts';
import { comparisonText, exerciseText, scenarioList } from '../exercise-text.ts';
import { createExerciseView } from '../exercise-view.ts';
import { Pace } from '../exercise-pace.ts';
import { openWarRoom } from '../exercise-war-room.ts';
import type { WarRoom } from '../exercise-war-room.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { oneChunk } from './authority-shared.ts';
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
    .argument('[scenario]', 'the name of a scenario, or a file of your own')
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
    .addOption(new Option('--open', 'show it in the war room, in a browser, until Ctrl-C'))
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
          ['dismantle exercise trickbot-2020 --open', 'Watch it in the war room, in your browser.'],
          ['dismantle exercise trickbot-2020 --speed 60', 'Slowly, for an audience: an hour in a second.'],
          ['dismantle exercise my.yaml --playbook my.dmn --seed 7', 'Tries your own playbook on your own scenario.'],
          ['dismantle exercise trickbot-2020 --compare --seeds 20', 'Compares the strategies.'],
          ['dismantle exercise trickbot-2020 --json | jq .ledgerRoot', 'Hands the figures to a program.'],
        ],
      }),
    )
    .action(async (named: string | undefined, given: ExerciseOptions) => {
      assertSense(named, given);
      const { out, ...options } = given;
      await withApp(face, options, async (app) => {
        if (named === undefined) {
          await listScenarios(face, app, options.json === true);
          return;
        }
        const scenario = await app.openScenario(named);
        if (options.compare === true) {
          await compare(face, app, scenario, options);
          return;
        }
        const seed = options.seed ?? scenario.seed;
        const strategy = options.strategy ?? scenario.strategy;
        const folderFor = (table: MethodTable): string | null => {
          if (out !== undefined || options.json === true) return out ?? null;
          // What was played with a playbook of one's own lies beside the other, not over it.
          const own = app.settings.playbook === null ? '' : `-${table.sha256.slice(0, 8)}`;
          return join(app.dataDirectory, 'out', `exercise-${scenario.name}-${seed}-${strategy}${own}`);
        };
        const { result, written } = await playOne(face, app, scenario, { seed, strategy, folderFor, ...options });
        if (options.json === true) printJson(face.terminal, result);
        else if (options.open !== true) tellResult(face, scenario, { result, written });
      });
    });
}

/** What would have no effect is refused: whoever gave it expects one. */
function assertSense(
  named: string | undefined,
  { compare: compares, seeds, out, speed, open, json }: ExerciseOptions,
): void {
  if (compares === true && named === undefined)
    throw problem('usage', '--compare needs a scenario', 'Name one; dismantle exercise lists those that there are');
  if (compares === true && out !== undefined)
    throw problem(
      'usage',
      '--compare writes no files, so --out has no effect',
      'Leave one of them out; --json prints the figures of a comparison',
    );
  if (open === true && (compares === true || named === undefined))
    throw problem('usage', '--open shows one exercise', 'Name a scenario, and leave --compare out');
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
  scenario: Scenario,
  {
    seed,
    strategy,
    folderFor,
    speed,
    open: isShown,
  }: {
    readonly seed: number;
    readonly strategy: Strategy;
    /** Where its files go; null: nowhere. */
    readonly folderFor: (table: MethodTable) => string | null;
    readonly speed?: number | undefined;
    /** In the war room, until Ctrl-C. */
    readonly open?: boolean | undefined;
  },
): Promise<Played> {
  const open = await app.openExercise();
  const view = createExerciseView(face.terminal, scenario, { seed, strategy });
  const pace = new Pace(scenario.begins, speed ?? null, face.signal);
  const exercise = new Exercise(open.parts, {
    scenario,
    seed,
    strategy,
    told: (happening) => view.tell(happening),
    async passes(playing) {
      await pace.reach(playing.time.now());
      await view.show(playing);
    },
  });
  let room: WarRoom | null = null;
  try {
    await open.introduceLedgerKey(exercise.world);
    room = isShown === true ? await openWarRoom(app, open, exercise, pace, face.signal) : null;
    if (room !== null) {
      face.terminal.out(`The war room is at ${room.link}\n`);
      app.openLink(room.link);
    }
    await exercise.play();
    view.end();
    if (face.signal.aborted) throw stopped();
    const result = await exerciseResult(exercise);
    const folder = folderFor(open.parts.methodTable);
    const written = folder === null ? [] : await writeAll(app, open, exercise, result, folder);
    if (room !== null) await showUntilStopped(face, { result, written }, scenario, room);
    return { result, written };
  } catch (cause) {
    // Whatever it was at says that it can be gone on with; an exercise cannot.
    throw face.signal.aborted ? stopped(cause) : cause;
  } finally {
    view.end();
    await room?.close();
    await exercise.close();
    await open.close();
  }
}

function tellResult(face: Face, scenario: Scenario, { result, written }: Played): void {
  face.terminal.out(exerciseText(scenario, result, written, face.terminal.style));
}

/** The figures, and then the war room for as long as somebody looks. */
async function showUntilStopped(face: Face, played: Played, scenario: Scenario, room: WarRoom): Promise<void> {
  tellResult(face, scenario, played);
  face.terminal.out(`The war room stays at ${room.link} until Ctrl-C.\n`);
  await new Promise<void>((resolve) => {
    if (face.signal.aborted) resolve();
    else face.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function stopped(cause?: unknown): Error {
  return problem(
    'interrupted',
    'the exercise was stopped; nothing of it is kept',
    'The same command begins it anew',
    cause,
  );
}

/** The report as a page, its figures, the evidence and the ledger. Returns the files. */
async function writeAll(
  app: App,
  open: OpenExercise,
  exercise: Exercise,
  result: ExerciseResult,
  folder: string,
): Promise<readonly string[]> {
  const { world, scenario } = exercise;
  await makeFolder(folder);
  const path = (name: string): string => join(folder, name);
  const writers = await app.openReportWriters();
  const paper = paperOfReport(result, {
    organisation: EXERCISE_SENDER.organisation,
    withDeviceAddresses: false,
    map: await app.openWorldMap(),
  });
  await writeWholeFile(path('report.html'), oneChunk(await writers.html.write(paper)));
  await writeWholeFile(path('report.json'), oneChunk(Buffer.from(`${JSON.stringify(result, null, 2)}\n`)));
  const operation = await findOperation(world, scenario.name);
  const { writer, program } = await app.openEvidence();
  const file = writeWholeFile(path('evidence.zip'), writer.chunks());
  file.catch((error: unknown) => writer.fail(error instanceof Error ? error : new Error(String(error))));
  await world.store.read(async (transaction) => {
    const signer = await open.openLedgerKey(transaction, world);
    const request = { operation, server: null, withhold: [], now: world.clock.now() };
    await writeEvidence(transaction, signer, request, writer, program);
    writer.end();
    await file;
    await writeWholeFile(path('ledger.jsonl'), exportLedger(transaction.ledgerReader(), signer));
  });
  return ['report.html', 'report.json', 'evidence.zip', 'ledger.jsonl'].map(path);
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
      const { result } = await playOne(face, app, scenario, { seed, strategy, folderFor: () => null });
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
