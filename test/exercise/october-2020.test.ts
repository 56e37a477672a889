import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readScenario } from '../../src/adapters/scenario/read-scenario.ts';
import type { ExerciseResult } from '../../src/exercise/result.ts';
import { exerciseResult } from '../../src/exercise/result.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { IS_FULL, playExercise } from '../support/exercise.ts';
import { octoberFindings } from '../support/october-2020.ts';

/*
 * October 2020 as it came out, played: by what the world does with this seed, not by a number in the code. Long: .ci/run holds the
 * figures of the README's command against the same list, and this is for `npm run test:full`.
 */

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});
afterAll(() => database?.close());

async function played(seed?: number): Promise<ExerciseResult> {
  const { exercise, close } = await playExercise(database, await readScenario('trickbot-2020'), seed);
  try {
    return await exerciseResult(exercise);
  } finally {
    await close();
  }
}

describe.runIf(IS_FULL)('trickbot-2020', () => {
  test('ends as history did, twice with the same root; another seed ends otherwise', async () => {
    const first = await played();
    expect(octoberFindings(first)).toEqual([]);
    const again = await played();
    expect(again.ledgerRoot).toBe(first.ledgerRoot);
    const other = await played(first.seed + 1);
    expect(other.ledgerRoot).not.toBe(first.ledgerRoot);
    expect(octoberFindings(other)).not.toEqual([]);
  }, 3_600_000);
});
