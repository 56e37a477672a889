import type { SimulationPlan, SmallWorld } from './small-scenario.ts';

/** Plays of a plan that shrinking may take. */
const MOST_PLAYS = 60;

/**
 * Makes a plan smaller as long as it still breaks the rule: leaves out faults one by one, shortens the time, takes away what stands
 * in the world. The last one that broke it is what it gives back.
 */
export async function shrink(
  plan: SimulationPlan,
  breaks: (smaller: SimulationPlan) => Promise<boolean>,
): Promise<SimulationPlan> {
  let smallest = plan;
  let plays = 0;
  const take = async (smaller: SimulationPlan): Promise<boolean> => {
    if (plays >= MOST_PLAYS) return false;
    plays += 1;
    if (!(await breaks(smaller))) return false;
    smallest = smaller;
    return true;
  };
  for (const fault of plan.faults) {
    await take({ ...smallest, faults: smallest.faults.filter((each) => each !== fault) });
  }
  for (const field of SHRINKABLE) {
    for (
      let least = LEAST[field];
      least < smallest.world[field];
      least = Math.ceil((least + smallest.world[field]) / 2)
    ) {
      if (await take({ ...smallest, world: { ...smallest.world, [field]: least } })) break;
      if (smallest.world[field] - least <= 1) break;
    }
  }
  return smallest;
}

const SHRINKABLE = [
  'hours',
  'replacementsPerDay',
  'decoys',
  'devices',
  'named',
  'handsOff',
  'servers',
  'providers',
] as const;
const LEAST: Readonly<Record<(typeof SHRINKABLE)[number], number>> = {
  hours: 4,
  replacementsPerDay: 0,
  decoys: 0,
  devices: 0,
  named: 0,
  handsOff: 0,
  servers: 1,
  providers: 1,
} satisfies Partial<SmallWorld>;
