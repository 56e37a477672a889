import { afterAll, beforeAll, expect, test } from 'vitest';
import { readScenario } from '../../src/adapters/scenario/read-scenario.ts';
import { exerciseResult } from '../../src/exercise/result.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { IS_FULL, playExercise, smaller } from '../support/exercise.ts';

// One hour for all (scenarios/emotet-2021.yaml), played: a seventh of its servers every day, the whole with DISMANTLE_FULL=1.

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});
afterAll(() => database?.close());

const HOUR_MS = 3_600_000;

test(
  'what prepared desks take at one hour leaves the operators nothing, and nobody comes back',
  { timeout: 900_000 },
  async () => {
    const whole = await readScenario('emotet-2021');
    const scenario = IS_FULL ? whole : smaller(whole, 7, 14);
    const { exercise, tally, close } = await playExercise(database, scenario);
    try {
      expect(exercise.team.troubles).toEqual([]);
      const aim = scenario.begins + scenario.aimMinutes * 60_000;
      const controllers = exercise.internet.controllers();
      expect(controllers.length).toBeGreaterThanOrEqual(20);
      expect(tally.true.noticed).toBe(tally.true.total);
      for (const { downAt } of controllers) {
        expect(downAt).toBeGreaterThanOrEqual(aim);
        expect(downAt).toBeLessThan(aim + HOUR_MS);
      }
      const last = Math.max(...controllers.map(({ downAt }) => downAt ?? Infinity));
      expect(tally.truth).toMatchObject({ aliveAtEnd: 0, neverIdentified: 0, lostAt: new Date(last).toISOString() });
      const { exposure, truth, playbook, ledgerRoot } = await exerciseResult(exercise);
      expect(exposure.open).toBe(false);
      // By looks of ours, which come at intervals.
      expect(exposure.minutes).toBeLessThan(120);
      expect(truth.replacements).toBe(0);
      expect(playbook.sha256).toBe(exercise.desktop.sources.methodTable.sha256);
      expect(ledgerRoot).toMatch(/^[0-9a-f]{64}$/);
    } finally {
      await close();
    }
  },
);
