import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readScenario } from '../../src/adapters/scenario/read-scenario.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { playExercise } from '../support/exercise.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/scenarios.md', import.meta.url));

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

test('the example of docs/scenarios.md can be played as it stands there, and twice the same', async () => {
  const [, example] = /```yaml\n([^]*?)```/.exec(await readFile(DOCUMENT, 'utf8')) ?? [];
  expect(example).toBeDefined();
  const file = join(database.directory, 'my-own.yaml');
  await writeFile(file, example ?? '');
  const scenario = await readScenario(file);
  const roots: string[] = [];
  for (let time = 0; time < 2; time++) {
    const { exercise, tally, close } = await playExercise(database, scenario);
    try {
      expect(exercise.team.troubles).toEqual([]);
      expect(tally.decoys).toMatchObject({ total: 4, noticed: 0 });
      expect(tally.true.noticed).toBeGreaterThanOrEqual(5);
      expect(tally.truth.victimHours).toBeGreaterThan(0);
      expect(tally.innocents).toMatchObject({ onSharedGround: 0, hit: 0 });
      roots.push((await exercise.world.store.read((transaction) => transaction.ledgerHead())).root);
    } finally {
      await close();
    }
  }
  expect(roots[1]).toBe(roots[0]);
});
