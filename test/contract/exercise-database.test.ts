import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { openExerciseDatabase } from '../../src/adapters/postgres/exercise-database.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openOwnTestDatabase();
});
afterAll(() => database?.close());

const names = (): Promise<readonly string[]> =>
  withClient(database.superuser, async (session) => {
    const rows = await session.rows<{ name: string }>(
      `select datname as name from pg_database where datname ~ '^(exercise_|dismantle_template_)' order by datname`,
    );
    return rows.map(({ name }) => name);
  });
const make = (name: string): Promise<void> =>
  withClient(database.superuser, (session) => session.run(`create database ${name}`));

test('an exercise has a database of its own, which goes with it; its template stays for the next one', async () => {
  const first = await openExerciseDatabase(database.superuser);
  const [template, own] = await names();
  expect([template, own]).toEqual([
    expect.stringMatching(/^dismantle_template_[0-9a-f]{12}$/),
    expect.stringMatching(/^exercise_[0-9a-f]{16}$/),
  ]);
  await first.drop();
  expect(await names()).toEqual([template]);
  const second = await openExerciseDatabase(database.superuser);
  expect((await names())[0]).toBe(template);
  await second.drop();
});

test('templates of other versions go, unless somebody is in them', async () => {
  await make('dismantle_template_0123456789ab');
  await make('dismantle_template_ba9876543210');
  // No template, though it is called nearly so.
  await make('dismantle_template_of_mine');
  await withClient({ ...database.superuser, database: 'dismantle_template_ba9876543210' }, async (session) => {
    await session.row('select 1 as one');
    const exercise = await openExerciseDatabase(database.superuser);
    await exercise.drop();
    const left = await names();
    expect(left).not.toContain('dismantle_template_0123456789ab');
    expect(left).toEqual(expect.arrayContaining(['dismantle_template_ba9876543210', 'dismantle_template_of_mine']));
  });
});
