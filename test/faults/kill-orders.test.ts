import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { endAll, passOnErrors } from '../support/children.ts';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import { keeperPid, killHard, orNull, processesBelow, serverPid, titleOf, until } from '../support/processes.ts';
import { seededRandom, unwrap } from '../support/world.ts';

// A service that holds the database for long, as a server does, and commands beside it; then kill -9, in every order.

type Victim = 'service' | 'keeper' | 'postmaster';

const ORDERS: readonly (readonly Victim[])[] = [
  ['service', 'keeper', 'postmaster'],
  ['service', 'postmaster', 'keeper'],
  ['keeper', 'service', 'postmaster'],
  ['keeper', 'postmaster', 'service'],
  ['postmaster', 'service', 'keeper'],
  ['postmaster', 'keeper', 'service'],
];
/** The next command waits for nobody: it takes no many times what the very first took, which made the database. */
const MOST_TIMES_AS_LONG = 10;
/** Long enough for a new keeper to begin with, or to be done with, what it does for those who are left. */
const LONGEST_PAUSE_MS = 800;
const SEED = Number(process.env['DISMANTLE_KILL_SEED'] ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);

const installation = createInstallation();
const { dataDirectory, folder } = installation;
const services: ChildProcess[] = [];
afterEach(() => endAll(services));
afterAll(() => installation.close());

const INTO = ['--operation', 'orders', '--drill'];
const servers = z.array(z.looseObject({ host: z.string() }));
const expected: string[] = [];
let usualMs = 0;

/** A row is imported by a real command; it must be there ever after. */
async function importNext(): Promise<void> {
  const host = `198.18.0.${expected.length + 1}`;
  await installation.done(['import', installation.write(`${host}.txt`, `${host}:443\n`), ...INTO]);
  expected.push(host);
}

async function listed(): Promise<readonly string[]> {
  const found = await installation.json(servers, ['servers', '--operation', 'orders']);
  return found.map(({ host }) => host).sort();
}

/**
 * It holds the keeper's socket, and in the database a transaction with the lock that every starter takes, and a row
 * that must never be seen.
 */
const serviceFile = join(folder, 'service.mjs');
const moduleOf = (path: string): string => fileURLToPath(new URL(`../../src/adapters/${path}`, import.meta.url));

beforeAll(async () => {
  writeFileSync(
    serviceFile,
    `
    import { createRequire } from 'node:module';
    const { Client } = createRequire(${JSON.stringify(join(REPOSITORY, 'package.json'))})('pg');
    const { openEmbeddedPostgres } = await import(${JSON.stringify(moduleOf('embedded-postgres/embedded-postgres.ts'))});
    const { START_LOCK } = await import(${JSON.stringify(moduleOf('postgres/bootstrap.ts'))});
    const opened = await openEmbeddedPostgres({
      dataDirectory: process.argv[2], graceMs: 60000, startTimeoutMs: 60000, report: () => undefined,
    });
    const client = new Client({ ...opened.value.connection, database: 'dismantle' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [START_LOCK]);
    await client.query('create table public.never (n int)');
    process.stdout.write('holds');
    setInterval(() => undefined, 1000);
    `,
  );
  const began = performance.now();
  await importNext();
  usualMs = performance.now() - began;
});

async function startService(): Promise<{ readonly pid: number; readonly ended: Promise<void> }> {
  const child = spawn(process.execPath, [serviceFile, dataDirectory], { stdio: ['ignore', 'pipe', 'pipe'] });
  services.push(child);
  passOnErrors(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => reject(new Error('the service ended before it held anything')));
  });
  return { pid: child.pid ?? 0, ended };
}

/** The next client's grace is the one that counts: once it has gone, all has to go. */
async function expectAllToGo(): Promise<void> {
  const postgres = unwrap(
    await openEmbeddedPostgres({ dataDirectory, graceMs: 300, startTimeoutMs: 60_000, report: () => undefined }),
  );
  await postgres.close();
  await until('all processes to go', () => processesBelow(dataDirectory).length === 0).catch((error: unknown) => {
    throw new Error(processesBelow(dataDirectory).map(titleOf).join('\n'), { cause: error });
  });
}

describe.skipIf(process.platform !== 'linux')(`a service and commands (DISMANTLE_KILL_SEED=${SEED})`, () => {
  test('share one keeper and one server', { timeout: 120_000 }, async () => {
    // Held by someone from here on, so that none of them is merely the next one's successor.
    const holder = unwrap(
      await openEmbeddedPostgres({ dataDirectory, graceMs: 60_000, startTimeoutMs: 60_000, report: () => undefined }),
    );
    const both = [keeperPid(dataDirectory), serverPid(dataDirectory)];
    await Promise.all([importNextTwice(), listed(), installation.done(['audit'])]);
    expect([keeperPid(dataDirectory), serverPid(dataDirectory)]).toEqual(both);
    // A process that the server has just forked wears the server's own command line for a moment.
    const ours = (): string => processesBelow(join(dataDirectory, 'postgres')).sort(ascending).join();
    await until('one keeper and one server', () => ours() === both.toSorted(ascending).join());
    expect(await listed()).toEqual(expected.toSorted());
    await holder.close();
    await expectAllToGo();
  });

  test.each([...ORDERS.map((order) => [order.join(', then '), order] as const), ['all at once', null] as const])(
    'killed hard, %s, leave nothing stuck: the next command works, and all go in the end',
    { timeout: 180_000 },
    async (_order, order) => {
      const service = await startService();
      const kill = (victim: Victim): void => {
        const pid = {
          service: () => service.pid,
          keeper: () => orNull(() => keeperPid(dataDirectory)),
          postmaster: () => orNull(() => serverPid(dataDirectory)),
        }[victim]();
        if (pid !== null) killHard(pid);
      };
      const pauses: number[] = [];
      for (const victim of order ?? (['service', 'keeper', 'postmaster'] as const)) {
        kill(victim);
        if (order === null) continue;
        const pauseMs = ((random.bytes(1)[0] ?? 0) / 256) * LONGEST_PAUSE_MS;
        pauses.push(Math.round(pauseMs));
        await sleep(pauseMs);
      }
      await service.ended;

      const began = performance.now();
      await importNext();
      const took = (performance.now() - began) / usualMs;
      expect(took, `pauses of ${pauses.join(', ')} ms`).toBeLessThan(MOST_TIMES_AS_LONG);
      expect(await listed()).toEqual(expected.toSorted());
      expect(await installation.done(['audit'])).toContain('The ledger is whole');
      await expectAllToGo();
    },
  );
});

async function importNextTwice(): Promise<void> {
  await importNext();
  await importNext();
}

function ascending(one: number, other: number): number {
  return one - other;
}
