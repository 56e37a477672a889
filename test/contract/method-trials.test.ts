import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { run } from '../../src/flow.ts';
import { REPOSITORY } from '../support/cli.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openMembers, openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* Another method table, tried over HTTP: what it would do to test cases and to open cases, and that nothing of it is kept. */

const TABLE = readFileSync(join(REPOSITORY, 'playbooks/default.dmn'), 'utf8');

const trialShape = z.object({
  changes: z.array(z.object({ rowId: z.string(), change: z.string() })),
  examples: z.array(z.object({ name: z.string(), passed: z.boolean() })),
  check: z.object({ sound: z.boolean() }).nullable(),
  cases: z
    .object({
      cases: z.number(),
      methods: z.number(),
      otherwise: z.number(),
      first: z.array(z.object({ host: z.string(), before: z.object({ id: z.string() }), after: z.object({ id: z.string() }) })),
    })
    .nullable(),
}); // prettier-ignore

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let token: string;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  await run(
    world,
    await openTestSources(database),
    drill([await openTestFile(database, '198.51.100.7:443\n198.51.100.8:443\n')], { attest: 'Ada', reason: 'seen' }),
  );
  const members = await openMembers(world, database.directory);
  served = await openServed(database, { worlds: [world] });
  token = (await members.person('Coby Example', ['counsel'], ['read'])).token;
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

async function trial(body: object): Promise<Response> {
  return served.ask('/api/v1/playbook/trials', {
    method: 'POST',
    token,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('a method table that is tried', () => {
  test('is, unedited, the one in force: no row differs, every test case passes, no case is decided otherwise', async () => {
    const source = await served.ask('/api/v1/playbook/source', { token });
    const table = await source.text();
    expect(table).toBe(TABLE);
    const tried = trialShape.parse(await (await trial({ table, operation: 'lab' })).json());
    expect(tried).toMatchObject({ changes: [], check: null, cases: { methods: 0, otherwise: 0, first: [] } });
    expect(tried.examples.every(({ passed }) => passed)).toBe(true);
    expect(tried.examples.length).toBeGreaterThan(40);
  });

  test('tells which open cases it would decide otherwise, which test cases fail, and leaves all as it was', async () => {
    const before = await world.store.read((transaction) => transaction.ledgerHead());
    // A first row that takes everything.
    const [, rule = ''] = /(<rule id="sinkhole">[\s\S]*?<\/rule>)/.exec(TABLE) ?? [];
    const greedy = rule.replaceAll('sinkhole', 'everything').replace('>"everything"<', '>-<');
    const table = TABLE.replace(rule, `${greedy}\n      ${rule}`);
    const tried = trialShape.parse(await (await trial({ table, operation: 'lab', check: true })).json());
    expect(tried.changes).toEqual([expect.objectContaining({ rowId: 'everything', change: 'added' })]);
    expect(tried.check?.sound).toBe(false);
    expect(tried.examples.some(({ passed }) => !passed)).toBe(true);
    expect(tried.cases?.cases).toBe(2);
    expect(tried.cases?.methods).toBe(2);
    expect(tried.cases?.first.map(({ host, after }) => [host, after.id])).toEqual([
      ['198.51.100.7', 'everything'],
      ['198.51.100.8', 'everything'],
    ]);
    expect(await world.store.read((transaction) => transaction.ledgerHead())).toEqual(before);
  });

  test('holds somebody’s own test cases against it, and says what is wrong with them', async () => {
    const examples =
      'examples:\n  - { name: mine, facts: { country: BR, kind: dedicated }, expect: { approvals: 7 } }\n';
    const tried = trialShape.parse(await (await trial({ table: TABLE, examples })).json());
    expect(tried).toMatchObject({ examples: [{ name: 'mine', passed: false }], cases: null });
    const refused = await trial({ table: TABLE, examples: 'examples: 3' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('the test cases');
    expect((await trial({ table: '<no/>' })).status).toBe(422);
  });
});
