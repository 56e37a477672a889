import { join } from 'node:path';
import type { App } from '../app.ts';
import type { ExercisePlaybook } from '../app/exercise-playbooks.ts';
import { readBytes } from '../app.ts';
import { isoInstant } from '../domain/instant.ts';
import { problem } from '../domain/problem.ts';
import type { Scenario } from '../domain/scenario.ts';
import type { ExerciseResult } from '../exercise/result.ts';
import { serveOver } from '../http/serve.ts';
import type { Serving } from '../http/serve.ts';
import type { ExerciseWish, PlayedExercise, ShownExercise } from '../http/services.ts';
import type { Answering, Listening } from '../ports/listening.ts';
import type { Store } from '../ports/store.ts';
import { EXERCISE_FILES } from './exercise-run.ts';
import type { ExerciseRun, RunRequest } from './exercise-run.ts';

/** What can be chosen on the page. */
interface Offered {
  readonly scenarios: readonly Scenario[];
  readonly playbooks: readonly ExercisePlaybook[];
}

const GRACE_MS = 10_000;

/**
 * The service over exercises, one at a time: its address and its link stay, whichever world is behind them. Each world has a service
 * of its own, so that nothing of one (a live view, a stream, what waits for a signature) is left in the next.
 */
export class WarRoom {
  /** Good for as long as it is open; whoever has it looks around, and may have another exercise played. */
  readonly link: string;
  private readonly app: App;
  private readonly signal: AbortSignal;
  private readonly fault: (cause: unknown) => void;
  private readonly secret: string;
  private readonly offered: Offered;
  private readonly listening: Listening;
  private readonly behind: { answer: Answering };
  private readonly played: PlayedExercise[] = [];
  private readonly folders = new Map<number, string>();
  private readonly ending: Promise<void>[] = [];
  private shown: {
    readonly run: ExerciseRun;
    readonly number: number;
    readonly serving: Serving;
    readonly store: Store;
  } | null = null;
  private phase: 'waiting' | 'playing' | 'over' = 'waiting';
  private wish: RunRequest | null = null;
  private wake: (() => void) | null = null;

  private constructor(
    app: App,
    offered: Offered,
    signal: AbortSignal,
    fault: (cause: unknown) => void,
    listening: Listening,
    behind: { answer: Answering },
  ) {
    this.app = app;
    this.offered = offered;
    this.signal = signal;
    this.fault = fault;
    this.listening = listening;
    this.behind = behind;
    this.secret = `visit-${app.uuid()}${app.uuid()}`;
    this.link = `http://localhost:${new URL(listening.url).port}/visit#${this.secret}`;
  }

  /** Listens on this machine alone. */
  static async open(
    app: App,
    offered: Offered,
    signal: AbortSignal,
    fault: (cause: unknown) => void,
  ): Promise<WarRoom> {
    const behind: { answer: Answering } = { answer: () => new Response(null, { status: 503 }) };
    const listening = await app.listen((request, connection) => behind.answer(request, connection), '127.0.0.1', 0);
    return new WarRoom(app, offered, signal, fault, listening, behind);
  }

  /** Shows this world from now on, with its own clock, texts and method table; the one before goes once nobody is answered from it. */
  async show(run: ExerciseRun, number: number): Promise<void> {
    const { app, signal, secret } = this;
    const { open, exercise } = run;
    const { organisationId } = open.parts;
    // Not the exercise's own store: its time stands still while something is read there.
    const store = open.openOnlooker();
    const shown: App = {
      ...app,
      settings: { ...app.settings, http: { ...app.settings.http, origin: null, publicUrl: null } },
      listen: (answer) => {
        this.behind.answer = answer;
        return Promise.resolve({ url: this.listening.url, stop: () => Promise.resolve() });
      },
      openSources: () => Promise.resolve(exercise.desktop.sources),
      openMethodTable: async (named) => {
        const opened = await app.openMethodTable(named, null);
        return named === null ? { ...opened, table: open.parts.methodTable } : opened;
      },
      openLedgerKey: (transaction) => open.openLedgerKey(transaction, exercise.world),
    };
    const serving = await serveOver(shown, {
      organisations: {
        storeOf: () => store,
        // Who looks on draws nothing from the exercise's seed: it is played as if nobody did.
        worldOf: (_organisation, actor) => ({ ...exercise.world, ...app.chance, store, actor }),
        first: organisationId,
      },
      clock: { now: () => exercise.time.now() },
      visitor: { secret, operation: number === 0 ? null : exercise.scenario.name },
      exercise: this.asShown(),
      host: '127.0.0.1',
      port: 0,
      answered: () => undefined,
      fault: this.fault,
      signal,
    });
    const before = this.shown;
    this.shown = { run, number, serving, store };
    this.phase = number === 0 ? 'waiting' : 'playing';
    this.wish = null;
    if (before !== null) this.ending.push(end(before));
  }

  /** It has been played to its end, and its figures are here. */
  over(result: ExerciseResult, folder: string | null): void {
    const { shown } = this;
    if (shown === null) return;
    this.phase = 'over';
    if (folder !== null) this.folders.set(shown.number, folder);
    this.played.unshift(playedOf(shown.number, shown.run.exercise.scenario.title, result, folder !== null));
  }

  /** What somebody would rather play; null once it is to end. */
  async nextWish(): Promise<RunRequest | null> {
    const { signal } = this;
    if (this.wish === null && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return signal.aborted ? null : this.wish;
  }

  async close(): Promise<void> {
    const { shown } = this;
    const listening = this.listening.stop(GRACE_MS);
    if (shown !== null) this.ending.push(end(shown));
    await Promise.all([listening, ...this.ending]);
  }

  private asShown(): ShownExercise {
    return {
      state: () => this.state(),
      pace: ({ minutesPerSecond, isPaused }) => {
        const pace = this.shown?.run.pace;
        if (pace === undefined) return;
        if (minutesPerSecond !== undefined) pace.minutesPerSecond = minutesPerSecond;
        if (isPaused !== undefined) pace.isPaused = isPaused;
      },
      scenarios: () =>
        this.offered.scenarios.map(({ name, title, about, seed, strategy, begins, ends }) => ({
          name,
          title,
          about,
          seed,
          strategy,
          begins: isoInstant(begins),
          ends: isoInstant(ends),
        })),
      playbooks: () =>
        this.offered.playbooks.map(({ name, sources: { methodTable } }) => ({
          name,
          title: methodTable.name,
          sha256: methodTable.sha256,
        })),
      played: () => this.played,
      begin: (wish) => this.begin(wish),
      file: (number, name) => {
        const folder = this.folders.get(number);
        return folder === undefined ? null : readBytes(join(folder, name));
      },
    };
  }

  private begin({ scenario: named, seed, strategy, minutesPerSecond, playbook: table }: ExerciseWish): void {
    const scenario = this.offered.scenarios.find(({ name }) => name === named);
    if (scenario === undefined) throw problem('not-found', `no scenario is called ${named}`);
    const playbook = table === null ? null : this.offered.playbooks.find(({ name }) => name === table);
    if (playbook === undefined) throw problem('not-found', `no method table is called ${table}`);
    if (this.wish !== null) throw problem('refused', 'another exercise is being begun', 'See it first');
    this.wish = {
      scenario,
      seed: seed ?? scenario.seed,
      strategy: strategy ?? scenario.strategy,
      minutesPerSecond,
      playbook,
    };
    if (this.phase === 'playing') this.shown?.run.stop();
    this.wake?.();
  }

  private state(): ReturnType<ShownExercise['state']> {
    const { shown, phase } = this;
    if (shown === null) throw problem('not-found', 'no exercise is shown here');
    const { exercise, pace, methodTable } = shown.run;
    const { scenario, seed, strategy, time } = exercise;
    return {
      run: shown.number,
      phase,
      isBeginning: this.wish !== null,
      playbook: { name: methodTable.name, sha256: methodTable.sha256 },
      minutesPerSecond: pace.minutesPerSecond,
      isPaused: pace.isPaused,
      exercise:
        phase === 'waiting'
          ? null
          : {
              scenario: scenario.name,
              title: scenario.title,
              about: scenario.about,
              seed,
              strategy,
              begins: isoInstant(scenario.begins),
              now: isoInstant(time.now()),
              ends: isoInstant(scenario.ends),
            },
    };
  }
}

async function end({
  run,
  serving,
  store,
}: {
  readonly run: ExerciseRun;
  readonly serving: Serving;
  readonly store: Store;
}): Promise<void> {
  await serving.stop();
  await store.close();
  await run.close();
}

function playedOf(run: number, title: string, result: ExerciseResult, isWritten: boolean): PlayedExercise {
  const {
    scenario,
    seed,
    strategy,
    playbook,
    ledgerRoot,
    total,
    exposure,
    victimHours,
    identifyToDark,
    truth,
    troubles,
  } = result;
  return {
    run,
    scenario,
    title,
    seed,
    strategy,
    playbook,
    ledgerRoot,
    identified: total.identified,
    disabled: total.disabled,
    percent: total.percent,
    exposureMinutes: exposure.minutes,
    isExposureOpen: exposure.open,
    victimHours,
    identifyToDarkMinutes: identifyToDark.medianMinutes,
    replacements: truth.replacements,
    aliveAtEnd: truth.aliveAtEnd,
    neverIdentified: truth.neverIdentified,
    innocentsHit: truth.innocentsHit,
    lostAt: truth.lostAt,
    troubles: troubles.total,
    files: isWritten ? EXERCISE_FILES : [],
  };
}
