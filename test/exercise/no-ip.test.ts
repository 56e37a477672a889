import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readScenario } from '../../src/adapters/scenario/read-scenario.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { IS_FULL, playExercise, smaller } from '../support/exercise.ts';

// A botnet on ground that millions share (scenarios/no-ip-2014.yaml), played: a fifth of its names every day, the whole with
// DISMANTLE_FULL=1.

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

/** Domains and shared addresses cannot be fewer: decoys name each of them. */
async function scenario() {
  const whole = await readScenario('no-ip-2014');
  if (IS_FULL) return whole;
  return { ...smaller(whole, 5, 5), feeds: whole.feeds };
}

describe('a botnet on shared ground', () => {
  test('loses its names, and nobody else loses anything', { timeout: 900_000 }, async () => {
    const { exercise, tally, close } = await playExercise(database, await scenario());
    try {
      expect(exercise.team.troubles).toEqual([]);
      // Whole domains and bare addresses that two sources agree on, two domains of which no list knows.
      expect(tally.decoys).toMatchObject({ total: 35, noticed: 0, hosts: [] });
      expect(tally.innocents).toMatchObject({ hit: 0, asksBeyondHostname: 0, wholeDomainTotal: 4_600_000 });
      expect(tally.innocents.wholeDomain).toHaveLength(23);
      // Of what stands below the domains that lists know; the others wait for a person.
      const unlisted = exercise.internet
        .controllers()
        .filter(({ name }) => /\.(my-vnc|no-name-yet)\./.test(name ?? ''));
      expect(unlisted.length).toBeGreaterThan(0);
      expect(tally.true.noticed / (tally.true.total - unlisted.length)).toBeGreaterThanOrEqual(0.9);
    } finally {
      await close();
    }
  });
});
