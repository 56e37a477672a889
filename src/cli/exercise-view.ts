import { readableInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { Scenario } from '../domain/scenario.ts';
import type { Strategy } from '../domain/strike.ts';
import type { Exercise, Happening } from '../exercise/play.ts';
import { shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** The picture is drawn no more often: drawing takes time from playing. */
const DRAW_MS = 150;
/** How often cases are counted. */
const COUNT_MS = 700;
const NEWEST = 8;
const DAY_MS = 86_400_000;
const BAR = 40;

export interface ExerciseView {
  tell(happening: Happening): void;
  show(exercise: Exercise): Promise<void>;
  end(): void;
}

/** The exercise as it goes: its clock, servers alive, cases by state, what happened last. Without a terminal a line a day. */
export function createExerciseView(
  terminal: Terminal,
  scenario: Scenario,
  { seed, strategy }: { readonly seed: number; readonly strategy: Strategy },
): ExerciseView {
  const newest: Happening[] = [];
  let drawnAt = -Infinity;
  let countedAt = -Infinity;
  let day = 0;
  let states: Readonly<Record<string, number>> = {};
  let isOver = false;
  const dayOf = (at: Instant): number => Math.floor((at - scenario.begins) / DAY_MS) + 1;

  async function count(exercise: Exercise): Promise<void> {
    countedAt = performance.now();
    states = await exercise.world.store.read(async (transaction) => {
      const operation = await transaction.findOperation(scenario.name);
      return operation === null ? {} : (await transaction.figures(operation.id)).byState;
    });
  }

  function draw(exercise: Exercise): void {
    const now = exercise.time.now();
    const days = Math.ceil((scenario.ends - scenario.begins) / DAY_MS);
    const done = (now - scenario.begins) / (scenario.ends - scenario.begins);
    const filled = Math.round(done * BAR);
    const alive = exercise.internet.aliveAt(now).length;
    const stood = exercise.internet.controllers().filter(({ upAt }) => upAt <= now).length;
    const cases = Object.entries(states)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([state, number]) => `${state} ${number}`)
      .join(', ');
    const style = terminal.errStyle;
    terminal.panel([
      `${style.bold(safeText(scenario.title))}  seed ${seed}, ${strategy}`,
      `${readableInstant(now)}  day ${dayOf(now)} of ${days}  ${style.green('#'.repeat(filled))}${style.dim('-'.repeat(BAR - filled))}`,
      `servers alive ${style.red(String(alive))} of ${stood}   cases: ${cases === '' ? 'none yet' : cases}`,
      ...newest.map(({ at, what }) => `${style.dim(readableInstant(at))}  ${shownText(what)}`),
      ...Array.from({ length: NEWEST - newest.length }, () => ''),
    ]);
  }

  return {
    tell(happening) {
      newest.push(happening);
      if (newest.length > NEWEST) newest.shift();
    },
    async show(exercise) {
      if (!terminal.errIsTerminal) {
        const today = dayOf(exercise.time.now());
        if (today > day) {
          day = today;
          const alive = exercise.internet.aliveAt(exercise.time.now()).length;
          terminal.err(`${readableInstant(exercise.time.now())}  day ${day}: ${alive} servers alive\n`);
        }
        return;
      }
      const now = performance.now();
      if (now - drawnAt < DRAW_MS) return;
      drawnAt = now;
      if (now - countedAt > COUNT_MS) await count(exercise);
      draw(exercise);
    },
    end() {
      if (isOver) return;
      isOver = true;
      terminal.status('');
    },
  };
}
