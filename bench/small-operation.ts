/**
 * What each step of an operation of 128 servers costs, and that it does not grow with what is on record:
 *
 *     node bench/small-operation.ts [rounds]
 *
 * Rounds of looks of all servers from two vantages, and runs in which nothing is new; each against the same early in the
 * operation. The vantages are made up: no connection is opened, and the clock is moved on by hand.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSwitchboard } from '../src/adapters/outgoing/switchboard.ts';
import { CLOCK_DEFAULTS, HOUR_MS } from '../src/domain/clock.ts';
import { isoInstant } from '../src/domain/instant.ts';
import { QUORUM } from '../src/domain/verdict.ts';
import { WATCH_DEFAULTS } from '../src/domain/watch.ts';
import { startProbing, watch } from '../src/flow/watch.ts';
import { parseImportOptions, run } from '../src/flow.ts';
import type { Prober } from '../src/ports/prober.ts';
import { openOwnTestDatabase } from '../test/support/database.ts';
import { enrolStaff } from '../test/support/sending.ts';
import { openTestFile, openTestSources, openTestWorld } from '../test/support/world.ts';

const ROUNDS = Number(process.argv[2] ?? 200);
const SERVERS = 128;
const PROVIDERS = 40;
/** A plan is kept from the sixth time on: before that it is the server's warming up that is measured. */
const EARLY = 10;
const AT_ONCE = 10;
/** Noise of a busy machine, not growth: twenty times as many looks are on record at the end. */
const MOST_GROWTH = 2.5;

const database = await openOwnTestDatabase();
try {
  const opened = await openTestWorld(database);
  let now = opened.clock.now();
  const outgoing = createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: true, send: false });
  const world = { ...opened, clock: { now: () => now }, outgoing };
  const hosts = Array.from({ length: SERVERS }, (_none, index) => `127.66.${index % PROVIDERS}.${index}`);
  const book = join(database.directory, 'providers.json');
  const providers = Array.from({ length: PROVIDERS }, (_none, index) => ({
    name: `Hosting ${index}`,
    country: 'DE',
    prefixes: [`127.66.${index}.0/24`],
    contact: `abuse@hosting-${index}.example`,
  }));
  await writeFile(book, JSON.stringify({ providers }));
  const sources = { ...(await openTestSources(database, { book })), clock: CLOCK_DEFAULTS };
  const operation = { name: 'lab', drill: true, malware: 'Examplebot' };
  for (const source of ['alpha', 'beta']) {
    const lines = hosts.map((host) => `${host},443,${isoInstant(now - HOUR_MS)},netflow,${source}`);
    const file = await openTestFile(database, ['host,port,last_seen,evidence,note', ...lines].join('\n'));
    await run(world, sources, { operation, files: [file], options: parseImportOptions({ source, group: source }) });
  }
  const staff = await enrolStaff(world);
  await startProbing(world, staff.admin.signing, 'lab', { person: 'Admin', reason: 'a bench' });

  const probing = {
    probers: [prober('one', 'AS64500', 'DE'), prober('two', 'AS64501', 'NO')],
    pause: (ms: number) => {
      now += ms;
      return new Promise<void>((resolve) => void setTimeout(resolve, 1));
    },
    watch: WATCH_DEFAULTS,
    rates: { perSecond: 1e6, perProviderPerSecond: 1e6, concurrency: 5000 },
    quorum: QUORUM,
  };
  const lookAll = (): Promise<number> =>
    timed(async () => {
      now += 2 * HOUR_MS;
      const { rounds } = await watch(world, probing, 'lab', { once: true, tell: () => undefined });
      if (rounds !== SERVERS) throw new Error(`${rounds} of ${SERVERS} servers were looked at`);
    });
  const runAgain = (): Promise<number> =>
    timed(() => run(world, sources, { operation, files: [], options: parseImportOptions({}) }));

  await several(EARLY, runAgain);
  await several(EARLY, lookAll);
  const early = { looks: await several(AT_ONCE, lookAll), run: await several(AT_ONCE, runAgain) };
  await several(ROUNDS - EARLY - 2 * AT_ONCE, lookAll);
  await several(EARLY, runAgain);
  const late = { looks: await several(AT_ONCE, lookAll), run: await several(AT_ONCE, runAgain) };
  console.log(`${SERVERS} servers at ${PROVIDERS} providers, two vantages; the median of ${AT_ONCE}`);
  const grown = [
    tell(`${SERVERS} rounds of looks`, early.looks, late.looks),
    tell('a run in which nothing is new', early.run, late.run),
  ];
  if (grown.some((growth) => growth > MOST_GROWTH)) process.exitCode = 1;

  function prober(name: string, network: string, country: string): Prober {
    const vantage = { name, kind: 'direct' as const, network, country, publicKey: null };
    const seen = {
      tcp: { outcome: 'connected' as const, ms: 1, error: null },
      tls: null,
      http: null,
      resolved: null,
    };
    return {
      vantage,
      look: ({ port, host }) =>
        Promise.resolve({ port, at: now, vantage, address: host, result: { seen }, certificates: [], signed: null }),
      close: () => Promise.resolve(),
    };
  }
} finally {
  await database.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The median, in milliseconds. */
async function several(times: number, work: () => Promise<number>): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) took.push(await work());
  return took.toSorted((one, other) => one - other)[Math.floor(took.length / 2)] ?? 0;
}

function tell(what: string, earlyMs: number, lateMs: number): number {
  const growth = lateMs / earlyMs;
  console.log(
    `  ${what.padEnd(32)} ${earlyMs.toFixed(0).padStart(5)} ms early ${lateMs.toFixed(0).padStart(5)} ms late   ${growth.toFixed(2)} ×`,
  );
  return growth;
}
