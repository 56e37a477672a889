import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseImportOptions, run } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { readyOperation } from '../support/sending.ts';
import { openTestFile, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What a source says again is the same statement: it takes no approval away. */

let database: TestDatabase;
let world: TestWorld;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
}, 120_000);

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

test('a list that says the same in a later import leaves the draft as it is, dated or not', async () => {
  const { operation, sources, hosts } = await readyOperation(database, world, {
    providers: 1,
    approved: false,
    armed: false,
  });
  const hash = async (): Promise<string | undefined> =>
    world.store.read(async (transaction) => (await transaction.noticeRecords(operation.id))[0]?.hash);
  const say = async (seen: string, remark: string): Promise<void> => {
    const rows = `host,port,last_seen,evidence,malware\n${hosts.map((host) => `${host},443,${seen},,Examplebot`).join('\n')}\n# ${remark}\n`;
    await run(world, sources, {
      operation: { name: operation.name, drill: true, malware: 'Examplebot' },
      files: [await openTestFile(database, rows)],
      options: parseImportOptions({ source: 'gamma', group: 'gamma', reliability: 'B' }),
    });
  };
  for (const seen of ['2026-11-20', '']) {
    const before = await hash();
    await say(seen, `first ${seen}`);
    const said = await hash();
    expect(said).not.toBe(before);
    await say(seen, `again ${seen}`);
    expect(await hash()).toBe(said);
  }
});
