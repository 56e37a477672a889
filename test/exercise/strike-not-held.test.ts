import { afterAll, beforeAll, expect, test } from 'vitest';
import { exerciseText } from '../../src/cli/exercise-text.ts';
import { exerciseResult } from '../../src/exercise/result.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { playExercise } from '../support/exercise.ts';
import { littleFeed, littleProvider, littleScenario } from '../support/little-scenario.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});
afterAll(() => database?.close());

const PLAIN = { bold: String, dim: String, red: String, green: String, yellow: String };

test('a first wave that cannot be held rolls, and the result says what was refused', async () => {
  const scenario = littleScenario({
    ends: littleScenario().begins + 6 * 3_600_000,
    strategy: 'simultaneous',
    aimMinutes: 40,
    // Whoever is the second to approve comes too late for the aim.
    team: { ...littleScenario().team, approveMinutes: { median: 25, p90: 25 } },
    providers: [littleProvider({ servers: 2 })],
    feeds: [littleFeed(), littleFeed({ name: 'two', group: 'two', evidence: 'sandbox-run' })],
    operators: { ...littleScenario().operators, noticeMinutes: null },
  });
  const { exercise, tally, close } = await playExercise(database, scenario);
  try {
    const told = exercise.happenings.map(({ what }) => what);
    expect(told).toContain('the first wave is not held: its notices roll');
    expect(tally.true).toEqual({ total: 2, noticed: 2 });
    const result = await exerciseResult(exercise);
    expect(result.troubles.total).toBe(1);
    expect(result.troubles.first[0]).toMatch(/^Erika Approver holds the strike: /);
    expect(exerciseText(scenario, result, [], PLAIN)).toContain(
      `The team was refused what it did not expect: ${result.troubles.first[0]}\n`,
    );
  } finally {
    await close();
  }
});
