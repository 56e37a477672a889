import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { playExercise } from '../support/exercise.ts';
import { littleFeed, littleHabit, littleProvider, littleScenario } from '../support/little-scenario.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});
afterAll(() => database?.close());

const HOUR_MS = 3_600_000;

test('an order that a court grants after hours moves the desk that wants one, and only from then on', async () => {
  const base = littleScenario();
  const scenario = littleScenario({
    ends: base.begins + 16 * HOUR_MS,
    habits: [littleHabit(), littleHabit({ name: 'orders only', refuses: 1 })],
    providers: [
      littleProvider({ country: 'DE', servers: 1, rented: 0 }),
      littleProvider({ name: 'Hosting Two', asn: 64_513, country: 'US', habit: 'orders only', servers: 2, rented: 1 }),
    ],
    feeds: [littleFeed(), littleFeed({ name: 'two', group: 'two', evidence: 'sandbox-run' })],
    operators: { ...base.operators, replacementsPerDay: 12 },
    court: { name: 'District Court', country: 'US', grantHours: { median: 6, p90: 6 }, validDays: 14 },
  });
  const { exercise, close } = await playExercise(database, scenario);
  try {
    expect(exercise.team.troubles).toEqual([]);
    const granted = exercise.happenings.filter(({ what }) => what === 'District Court granted the order');
    expect(granted.map(({ at }) => at)).toEqual([base.begins + 6 * HOUR_MS]);
    const theirs = exercise.internet.controllers().filter(({ provider }) => provider.name === 'Hosting Two');
    const before = theirs.filter(({ upAt }) => upAt < base.begins + 4 * HOUR_MS);
    expect(before.length).toBeGreaterThanOrEqual(2);
    expect(before.map(({ downAt }) => downAt)).toEqual(before.map(() => null));
    const ordered = theirs.filter(({ downAt }) => downAt !== null);
    expect(ordered).not.toEqual([]);
    expect(ordered.every(({ downAt }) => (downAt ?? 0) > base.begins + 6 * HOUR_MS)).toBe(true);
    const sent = await exercise.world.store.read(async (transaction) => {
      const operation = await transaction.findOperation(scenario.name);
      const notices = await transaction.notices(operation?.id ?? '');
      return notices.filter(({ state, provider }) => state === 'sent' && provider === 'Hosting Two');
    });
    expect(new Set(sent.map(({ method }) => method))).toEqual(new Set(['abuse-notice', 'court-order']));
  } finally {
    await close();
  }
});
