import { rmSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { liveThrough } from '../support/history.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { auditOfBundle, makeBundle, runAudit, unpack } from '../support/bundles.ts';
import type { MadeBundle } from '../support/bundles.ts';

let database: TestDatabase;
let world: TestWorld;
let folder: string;
let whole: MadeBundle;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-evidence-')));
  database = await openTestDatabase();
  world = await openTestWorld(database);
  await liveThrough(database, world);
  whole = await makeBundle(world, 'mail', null);
  if (process.env['KEEP_BUNDLES']) writeFileSync(process.env['KEEP_BUNDLES'], whole.zip);
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('try', async () => {
  const unpacked = unpack(whole.zip, folder);
  console.log(whole.told);
  console.log(runAudit(unpacked));
  const node20 = runAudit(unpacked, ['.'], '/usr/bin/node');
  console.log(node20.code, node20.stderr);
  console.log((await auditOfBundle(`${unpacked}.zip`)).findings);
  for (const [name, what, withhold] of [
    ['lab', null, []],
    ['lab', null, ['personal', 'sealed']],
    ['lab', '198.18.9.1', []],
    ['lab', '198.18.9.3', ['personal', 'sealed', 'others']],
    ['real', null, ['personal']],
    ['real', null, []],
  ] as const) {
    const made = await makeBundle(world, name, what, withhold);
    const at = unpack(made.zip, folder);
    if (process.env['KEEP_BUNDLES'])
      writeFileSync(`${process.env['KEEP_BUNDLES']}-${name}-${what}-${withhold.join('')}.zip`, made.zip);
    console.log(name, what, withhold, made.told, runAudit(at, ['.']).stdout);
  }
  expect(1).toBe(1);
});
