import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readScenario } from '../../src/adapters/scenario/read-scenario.ts';
import { DECOY_KINDS } from '../../src/domain/scenario.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { IS_FULL, playExercise, smaller } from '../support/exercise.ts';

// Ten thousand false indicators among five hundred true ones (scenarios/poisoned.yaml), played: a fortieth of it every day, the
// whole with DISMANTLE_FULL=1.

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

describe('poisoned sources', () => {
  test(
    'bring nothing false into a notice that left, and keep next to nothing true out of one',
    { timeout: 1_800_000 },
    async () => {
      const whole = await readScenario('poisoned');
      const { exercise, tally, close } = await playExercise(database, IS_FULL ? whole : smaller(whole, 40, 3));
      try {
        expect(exercise.team.troubles).toEqual([]);
        expect(tally.decoys).toMatchObject({ noticed: 0, hosts: [] });
        if (IS_FULL) expect([tally.decoys.total, tally.true.total]).toEqual([10_000, 500]);
        else expect(tally.decoys.total).toBeGreaterThanOrEqual(250);
        // Every kind that needs no shared ground is among them.
        expect(Object.keys(tally.decoys.byKind).toSorted()).toEqual(
          DECOY_KINDS.filter((kind) => !kind.startsWith('shared-')).toSorted(),
        );
        expect(tally.true.noticed / tally.true.total).toBeGreaterThanOrEqual(0.95);
        expect(tally.innocents).toMatchObject({ hit: 0, asksBeyondHostname: 0 });
      } finally {
        await close();
      }
    },
  );
});
