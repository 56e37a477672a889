import type { App } from '../app.ts';
import type { ExercisePlaybook } from '../app/exercise-playbooks.ts';
import type { OpenExercise } from '../app/open-exercise.ts';
import { makeFolder, writeWholeFile } from '../app.ts';
import { join } from 'node:path';
import type { MethodTable } from '../domain/method-table.ts';
import type { Operation } from '../domain/operation.ts';
import { problem } from '../domain/problem.ts';
import type { Scenario } from '../domain/scenario.ts';
import type { Strategy } from '../domain/strike.ts';
import { EXERCISE_SENDER, Exercise } from '../exercise/play.ts';
import { exerciseResult } from '../exercise/result.ts';
import type { ExerciseResult } from '../exercise/result.ts';
import { writeEvidence } from '../flow/evidence.ts';
import { paperOfReport } from '../flow/papers.ts';
import { findOperation } from '../flow.ts';
import { exportLedger } from '../ledger/export.ts';
import type { Signer } from '../ledger/note.ts';
import type { Face } from './commands/shared.ts';
import { oneChunk } from './commands/authority-shared.ts';
import { Pace } from './exercise-pace.ts';
import { createExerciseView } from './exercise-view.ts';
import type { ExerciseView } from './exercise-view.ts';

/** What is played, and how fast. */
export interface RunRequest {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly strategy: Strategy;
  /** Minutes of it in a second; null: as fast as it goes. */
  readonly minutesPerSecond: number | null;
  /** Null: that of the settings, else our own. */
  readonly playbook: ExercisePlaybook | null;
}

/** The files that stay of an exercise. */
export const EXERCISE_FILES = ['report.html', 'report.json', 'evidence.zip', 'ledger.jsonl'] as const;

/** One exercise, from its database to its files. It ends at Ctrl-C, or when somebody would rather play another. */
export class ExerciseRun {
  readonly open: OpenExercise;
  readonly exercise: Exercise;
  readonly pace: Pace;
  readonly playbook: ExercisePlaybook | null;
  private readonly app: App;
  private readonly view: ExerciseView;
  private readonly stopping: AbortController;
  private readonly signal: AbortSignal;
  private closed: Promise<void> | null = null;

  private constructor(face: Face, app: App, open: OpenExercise, request: RunRequest) {
    const { scenario, seed, strategy, minutesPerSecond } = request;
    this.app = app;
    this.open = open;
    this.playbook = request.playbook;
    this.stopping = new AbortController();
    this.signal = AbortSignal.any([face.signal, this.stopping.signal]);
    this.pace = new Pace(scenario.begins, minutesPerSecond, app.pause, this.signal);
    this.view = createExerciseView(face.terminal, scenario, { seed, strategy });
    this.exercise = new Exercise(
      { ...open.parts, signal: this.signal },
      {
        scenario,
        seed,
        strategy,
        told: (happening) => this.view.tell(happening),
        passes: async (playing) => {
          await this.pace.reach(playing.time.now());
          await this.view.show(playing);
        },
      },
    );
  }

  /** Makes a database for it; nothing of it has happened yet. */
  static async open(face: Face, app: App, request: RunRequest): Promise<ExerciseRun> {
    const open = await app.openExercise(request.playbook);
    const run = new ExerciseRun(face, app, open, request);
    try {
      await open.introduceLedgerKey(run.exercise.world);
      return run;
    } catch (cause) {
      await run.close();
      throw cause;
    }
  }

  get methodTable(): MethodTable {
    return this.open.parts.methodTable;
  }

  /** Plays it to its end; an `interrupted` problem where it was stopped. */
  async play(): Promise<ExerciseResult> {
    try {
      await this.exercise.play();
      this.view.end();
      if (this.signal.aborted) throw stopped();
      return await exerciseResult(this.exercise);
    } catch (cause) {
      // Whatever it was at says that it can be gone on with; an exercise cannot.
      throw this.signal.aborted ? stopped(cause) : cause;
    } finally {
      this.view.end();
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** The report as a page, its figures, the evidence and the ledger. Returns the files. */
  async writeTo(folder: string, result: ExerciseResult): Promise<readonly string[]> {
    const { app, open } = this;
    const { world, scenario } = this.exercise;
    await makeFolder(folder);
    const path = (name: (typeof EXERCISE_FILES)[number]): string => join(folder, name);
    const writers = await app.openReportWriters();
    const paper = paperOfReport(result, {
      organisation: EXERCISE_SENDER.organisation,
      withDeviceAddresses: false,
      map: await app.openWorldMap(),
    });
    await writeWholeFile(path('report.html'), oneChunk(await writers.html.write(paper)));
    await writeWholeFile(path('report.json'), oneChunk(Buffer.from(`${JSON.stringify(result, null, 2)}\n`)));
    const operation = await findOperation(world, scenario.name);
    const signer = await world.store.read((transaction) => open.openLedgerKey(transaction, world));
    // Nothing is written any more: both are of one moment, and each waits for the database where the other works.
    const written = await Promise.allSettled([
      this.writeEvidence(path('evidence.zip'), operation, signer),
      world.store.read((transaction) =>
        writeWholeFile(path('ledger.jsonl'), exportLedger(transaction.ledgerReader(), signer)),
      ),
    ]);
    for (const each of written) if (each.status === 'rejected') throw each.reason;
    return EXERCISE_FILES.map(path);
  }

  private async writeEvidence(path: string, operation: Operation, signer: Signer): Promise<void> {
    const { world } = this.exercise;
    const { writer, program } = await this.app.openEvidence();
    const file = writeWholeFile(path, writer.chunks());
    file.catch((error: unknown) => writer.fail(error instanceof Error ? error : new Error(String(error))));
    const request = { operation, server: null, withhold: [], now: world.clock.now() };
    await world.store.read((transaction) => writeEvidence(transaction, signer, request, writer, program));
    writer.end();
    await file;
  }

  /** Its database and its key go. Asked again, it has been done. */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    this.stop();
    this.view.end();
    await this.exercise.close();
    await this.open.close();
  }
}

export function stopped(cause?: unknown): Error {
  return problem(
    'interrupted',
    'the exercise was stopped; nothing of it is kept',
    'The same command begins it anew',
    cause,
  );
}
