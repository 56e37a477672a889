import type { App, OpenExercise } from '../app.ts';
import type { Exercise } from '../exercise/play.ts';
import { isoInstant } from '../domain/instant.ts';
import { serveOver } from '../http/serve.ts';
import type { ShownExercise } from '../http/services.ts';
import type { Pace } from './exercise-pace.ts';

/** The service over the world of an exercise. */
export interface WarRoom {
  /** Good for as long as it is open; whoever has it looks around and changes nothing. */
  readonly link: string;
  close(): Promise<void>;
}

/** Serves the exercise's own database on this machine, with its own clock, texts and method table. */
export async function openWarRoom(
  app: App,
  open: OpenExercise,
  exercise: Exercise,
  pace: Pace,
  signal: AbortSignal,
): Promise<WarRoom> {
  const { organisationId } = open.parts;
  // Not the exercise's own store: its time stands still while something is read there.
  const store = open.openOnlooker();
  const shown: App = {
    ...app,
    settings: { ...app.settings, http: { ...app.settings.http, origin: null, publicUrl: null } },
    openSources: () => Promise.resolve(exercise.desktop.sources),
    openMethodTable: async (named) => {
      const opened = await app.openMethodTable(named);
      return named === null ? { ...opened, table: open.parts.methodTable } : opened;
    },
    openLedgerKey: (transaction) => open.openLedgerKey(transaction, exercise.world),
  };
  const secret = `visit-${app.uuid()}${app.uuid()}`;
  const serving = await serveOver(shown, {
    organisations: {
      storeOf: () => store,
      worldOf: (_organisation, actor) => ({ ...exercise.world, store, actor }),
      first: organisationId,
    },
    clock: { now: () => exercise.time.now() },
    visitor: { secret, operation: exercise.scenario.name },
    exercise: shownExercise(exercise, pace),
    host: '127.0.0.1',
    port: 0,
    answered: () => undefined,
    signal,
  });
  return {
    link: `${serving.origin}/visit#${secret}`,
    async close() {
      await serving.stop();
      await store.close();
    },
  };
}

function shownExercise({ scenario, seed, strategy, time }: Exercise, pace: Pace): ShownExercise {
  return {
    state: () => ({
      scenario: scenario.name,
      title: scenario.title,
      about: scenario.about,
      seed,
      strategy,
      begins: isoInstant(scenario.begins),
      now: isoInstant(time.now()),
      ends: isoInstant(scenario.ends),
      minutesPerSecond: pace.minutesPerSecond,
      isPaused: pace.isPaused,
      isOver: time.now() >= scenario.ends,
    }),
    pace({ minutesPerSecond, isPaused }) {
      if (minutesPerSecond !== undefined) pace.minutesPerSecond = minutesPerSecond;
      if (isPaused !== undefined) pace.isPaused = isPaused;
    },
  };
}
