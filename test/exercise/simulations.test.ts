import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planOf } from '../../src/exercise/simulation/small-scenario.ts';
import { openLaboratory } from '../../scripts/simulate/laboratory.ts';
import type { Laboratory } from '../../scripts/simulate/laboratory.ts';
import { readPlanFile } from '../../scripts/simulate/plan-file.ts';
import { playSeed } from '../../scripts/simulate/play-seed.ts';

const FOLDER = new URL('../../simulations/', import.meta.url);
/** The long suite takes a hundred seeds; every day a few short ones will do. */
const SEEDS = process.env['DISMANTLE_FULL'] === '1' ? Array.from({ length: 100 }, (_, index) => index + 1) : [5, 6, 8];

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await openLaboratory(null);
});
afterAll(() => laboratory.close());

describe('simulations from seeds', () => {
  test.each(readdirSync(FOLDER))('what %s once broke holds', async (name) => {
    const plan = await readPlanFile(fileURLToPath(new URL(name, FOLDER)));
    const { breaches } = await laboratory.play(plan);
    expect(breaches).toEqual([]);
  });

  test.each(SEEDS)('seed %i breaks no rule', async (seed) => {
    const report = await playSeed(laboratory, {
      plan: planOf(seed),
      isTwice: seed % 10 === 0 || seed === 6,
      shrinks: false,
      tells: false,
    });
    expect(report.breaches, report.story.join('\n')).toEqual([]);
  });
});
