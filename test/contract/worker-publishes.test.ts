import { afterAll, beforeAll, expect, test } from 'vitest';
import { WORK_KINDS } from '../../src/worker/kinds.ts';
import { retract } from '../../src/flow/clock.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { readyOperation } from '../support/sending.ts';
import type { ReadyOperation } from '../support/sending.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What a worker publishes: a retraction reaches whoever asks, without anybody having to think of it. */

let database: TestDatabase;
let world: TestWorld;
let ready: ReadyOperation;
let served: Served;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  ready = await readyOperation(database, world, { providers: 2 });
  served = await openServed(database, { worlds: [world] });
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

test('collections follow what may be given, retractions among it, and nothing is done where nothing has changed', async () => {
  const kind = WORK_KINDS.find(({ name }) => name === 'publish');
  if (kind === undefined) throw new Error('there is no such kind');
  expect(kind.cannot(served.app, world)).toBeNull();
  expect(await kind.subjects?.(world)).toEqual([ready.operation.id]);
  const doWork = await kind.open(served.app, world);
  const once = async (): Promise<string | null> =>
    (await doWork(world, { subject: ready.operation.id, operation: ready.operation, once: true, say: () => undefined }))
      .said;
  expect(await once()).toMatch(/^\d+ versions published, 0 of them revocations$/);
  expect(await once()).toBeNull();
  const { methodTable, notices } = ready.sources;
  const request = { name: 'Cleo', target: ready.hosts[0] ?? '', reason: 'a web shop' };
  await retract(world, ready.staff.cleo.signing, { methodTable, notices, clock: CLOCK_DEFAULTS }, 'lab', request);
  expect(await once()).toMatch(/[1-9]\d* of them revocations$/);
  expect(await once()).toBeNull();
});
