import { shrink } from '../../src/exercise/simulation/shrink.ts';
import type { Breach, SimulationOutcome } from '../../src/exercise/simulation/simulate.ts';
import type { SimulationPlan } from '../../src/exercise/simulation/small-scenario.ts';
import { storyOf } from '../../src/exercise/simulation/story.ts';
import type { Laboratory } from './laboratory.ts';

/** The rule that is broken where the same plan gives another history. */
export const SAME_SEED = '8 same seed, same root';

export interface SeedReport {
  readonly seed: number;
  readonly breaches: readonly Breach[];
  readonly root: string;
  readonly entries: number;
  readonly noticesSent: number;
  readonly faults: number;
  readonly cpuMs: number;
  /** Of a failure, made as small as it goes. */
  readonly smallest: SimulationPlan | null;
  readonly story: readonly string[];
}

export interface SeedRequest {
  readonly plan: SimulationPlan;
  /** Plays it twice and compares the roots. */
  readonly isTwice: boolean;
  readonly shrinks: boolean;
  /** Tells the story of what holds, too. */
  readonly tells: boolean;
}

/** Plays a plan, and where it breaks a rule makes it as small as it goes. */
export async function playSeed(
  laboratory: Laboratory,
  { plan, isTwice, shrinks, tells }: SeedRequest,
): Promise<SeedReport> {
  const before = process.cpuUsage();
  const first = await judged(laboratory, plan, isTwice);
  const { user, system } = process.cpuUsage(before);
  const [breach] = first.breaches;
  const smallest =
    breach === undefined || !shrinks
      ? null
      : await shrink(plan, async (smaller) => {
          const { breaches } = await judged(laboratory, smaller, breach.rule === SAME_SEED);
          return breaches.some(({ rule }) => rule === breach.rule);
        });
  const told = smallest === null ? first : await judged(laboratory, smallest, breach?.rule === SAME_SEED);
  return {
    seed: plan.world.seed,
    breaches: first.breaches,
    root: first.root,
    entries: first.entries,
    noticesSent: first.noticesSent,
    faults: plan.faults.length,
    cpuMs: Math.round((user + system) / 1000),
    smallest,
    story: breach === undefined && !tells ? [] : storyOf(told),
  };
}

async function judged(laboratory: Laboratory, plan: SimulationPlan, isTwice: boolean): Promise<SimulationOutcome> {
  const first = await laboratory.play(plan);
  if (!isTwice) return first;
  const second = await laboratory.play(plan);
  if (second.root === first.root) return first;
  const at = first.books.entries.find(({ draft }, index) => {
    const other = second.books.entries[index]?.draft;
    return JSON.stringify(draft) !== JSON.stringify(other);
  });
  const what = `two histories of one seed part at entry ${at?.sequence ?? 'of no draft'} (${at?.draft.kind ?? ''})`;
  return { ...first, breaches: [...first.breaches, { rule: SAME_SEED, at: at?.at ?? 0, what }] };
}
