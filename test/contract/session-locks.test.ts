import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* The connection on which the locks of a process lie breaks, as by an immediate stop of the server. */

let database: TestDatabase;
let world: TestWorld;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
});

afterAll(async () => {
  await world.store.close();
  await database?.close();
});

test('whoever asks for a lock while its connection breaks gets it on another one, and whoever held one is told', async () => {
  const superuser = new Client(database.superuser);
  await superuser.connect();
  try {
    for (let round = 0; round < 20; round += 1) {
      let isHeld = (): void => undefined;
      const held = new Promise<void>((resolve) => (isHeld = resolve));
      const holder = world.store.exclusively(`held ${round}`, async (lost) => {
        isHeld();
        await new Promise((resolve) => lost.addEventListener('abort', resolve, { once: true }));
        return 'told';
      });
      await held;
      const broken = new AbortController();
      const ended = holder.then((outcome) => {
        broken.abort();
        return outcome;
      });
      // Without a pause: some of them are under way when it breaks.
      const asking = (async () => {
        for (let turn = 0; !broken.signal.aborted || turn < 3; turn += 1) {
          const outcome = await world.store.exclusively(`asked ${round} ${turn}`, () => Promise.resolve(turn));
          expect(outcome).toEqual({ value: turn });
        }
      })();
      await Promise.all([
        asking,
        // Other databases of this server belong to tests beside this one.
        superuser.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'dismantle locks' and datname = current_database()`,
        ),
      ]);
      expect(await ended).toEqual({ value: 'told' });
    }
  } finally {
    await superuser.end();
  }
});
