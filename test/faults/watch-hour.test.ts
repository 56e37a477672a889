import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { watch } from '../../src/flow/watch.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { fastWorld, listen, tcpProber, watchedOperation, watchSources } from '../support/watching.ts';
import { openTestWorld } from '../support/world.ts';

/*
 * Many watched servers for an hour: are due times kept, and what does it cost? Everyday: 300 servers, an hour that passes in
 * some seconds. Full: 100,000 for a real one. DISMANTLE_WATCH_SERVERS, DISMANTLE_WATCH_MINUTES and
 * DISMANTLE_WATCH_TIMES (how much faster than ours time passes) choose otherwise.
 *
 * There are 65,536 lab addresses: further servers are names, which the prober takes to stand at 127.66.0.1.
 */

const FULL = process.env['DISMANTLE_FULL'] === '1';
const SERVERS = Number(process.env['DISMANTLE_WATCH_SERVERS'] ?? (FULL ? 100_000 : 300));
const MINUTES = Number(process.env['DISMANTLE_WATCH_MINUTES'] ?? 60);
const TIMES = Number(process.env['DISMANTLE_WATCH_TIMES'] ?? (FULL ? 1 : 600));
/** One in so many servers answers; the others refuse. */
const ANSWERING = 100;
const ADDRESSES = 60_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

function hostOf(index: number): string {
  return index < ADDRESSES ? `127.66.${index >> 8}.${index & 255}` : `c2-${index}.examplebot.test`;
}

test(
  `${SERVERS} servers are looked at when they are due, for ${MINUTES} minutes`,
  { timeout: (MINUTES * 60_000) / TIMES + 1_800_000 },
  async () => {
    const base = await openTestWorld(database);
    const began = performance.now();
    // Listening on every address at once: whoever is told this port answers, the others have none.
    const { server, port } = await listen('0.0.0.0');
    const setup = fastWorld(base, 1);
    const servers = Array.from(
      { length: SERVERS },
      (_, index) => `${hostOf(index)}:${index % ANSWERING === 0 ? port : 1}`,
    );
    const operation = await watchedOperation(database, setup, servers);
    const readyMs = performance.now() - began;

    // From where the time of those that made it ready stands.
    base.setClock(setup.world.clock.now());
    const { world, pause } = fastWorld(base, TIMES);
    const prober = tcpProber('here', world.clock);
    const before = await tableBytes();
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const cpu = process.cpuUsage();
    const stop = new AbortController();
    void pause(MINUTES * 60_000, stop.signal).then(() => base.interrupt());
    let watching = 0;
    const rates = { perSecond: 100 * TIMES, perProviderPerSecond: 100 * TIMES, concurrency: 512 };
    const summary = await watch(world, watchSources([prober], pause, { rates }), 'lab', {
      once: false,
      tell: ({ event }) => {
        if (event.kind === 'watching') watching = event.watched;
      },
    });
    stop.abort();
    const used = process.cpuUsage(cpu);
    delay.disable();
    server.close();

    expect(watching).toBe(SERVERS);
    expect(summary.end).toBe('interrupted');
    expect(summary.rounds).toBeGreaterThan(0);
    const rounds = await withClient(database.superuser, (session) =>
      session.rows<{ n: number }>(
        'select count(*)::int as n from dismantle.probe p join dismantle.server s on s.server_id = p.server_id where s.operation_id = $1',
        [operation.id],
      ),
    );
    // Everything that was finished stands in the store, and nothing else.
    expect(rounds[0]?.n).toBe(summary.rounds);
    if (MINUTES >= 60) {
      // In an hour everybody's turn has come: what was overdue at the start within half of it, the rest when it was due.
      const seen = new Set(prober.begun.map(({ host }) => host));
      expect(seen.size).toBe(SERVERS);
    }
    const after = await tableBytes();
    const { lateness } = summary;
    // oxlint-disable-next-line no-console -- what it costs is what this test is run for
    console.log(
      [
        `${SERVERS} servers, ${MINUTES} minutes at ${TIMES} times our pace; made ready in ${(readyMs / 1000).toFixed(0)} s`,
        `rounds ${summary.rounds}, looks ${summary.looks}, given up ${summary.givenUp}`,
        `late p50 ${lateness.p50Ms} ms, p99 ${lateness.p99Ms} ms, max ${lateness.maxMs} ms (of the watch's time)`,
        `processor ${(used.user / 1e6).toFixed(1)} s user, ${(used.system / 1e6).toFixed(1)} s system, ${((used.user + used.system) / 1000 / Math.max(summary.rounds, 1)).toFixed(2)} ms a round`,
        `event loop p99 ${(delay.percentile(99) / 1e6).toFixed(0)} ms, max ${(delay.max / 1e6).toFixed(0)} ms`,
        `memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB, heap ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MB`,
        `database grew by ${((after - before) / 2 ** 20).toFixed(1)} MB`,
      ].join('\n'),
    );
    await base.store.close();
  },
);

async function tableBytes(): Promise<number> {
  return withClient(database.superuser, async (session) => {
    const row = await session.row<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
    return Number(row?.bytes ?? 0);
  });
}
