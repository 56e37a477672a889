import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import type { JsonValue } from '../../src/ledger/canonical.ts';
import type { Prober } from '../../src/ports/prober.ts';
import {
  closeOperation,
  lookNow,
  operationStates,
  probings,
  reopenOperation,
  stopProbing,
  watch,
} from '../../src/flow/watch.ts';
import type { WatchTelling } from '../../src/flow/watch.ts';
import { arm, armed, importOnly, parseImportOptions } from '../../src/flow.ts';
import { WORK_KINDS } from '../../src/worker/kinds.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  ADMIN,
  fastWorld,
  identify,
  listen,
  switchOn,
  tcpProber,
  watchedOperation,
  watchSources,
} from '../support/watching.ts';
import type { FastWorld } from '../support/watching.ts';
import { openTestFile, openTestWorld } from '../support/world.ts';

// The watch over a real store and real sockets on lab addresses, its time passing faster than ours.

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

const WORDS = { person: 'Admin', reason: 'in the lab' };
const QUIET = { once: true, tell: () => undefined };

async function fresh(times = 1): Promise<FastWorld> {
  return fastWorld(await openTestWorld(database), times);
}

async function roundsOf({ world }: FastWorld, operationId: string): Promise<ReadonlyMap<string, number | null>> {
  return world.store.read(async (transaction) => {
    const rounds = new Map<string, number | null>();
    for await (const page of transaction.watchedServers(operationId, world.clock.now())) {
      for (const { host, lastRoundAt } of page) rounds.set(host, lastRoundAt);
    }
    return rounds;
  });
}

/** Goes on until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

describe('looking once', () => {
  test('looks at every endpoint from every vantage, and at nothing again that is not due', async () => {
    const lab = await fresh();
    const { server, port } = await listen('127.66.9.1');
    const operation = await watchedOperation(database, lab, [`127.66.9.1:${port}`, '127.66.9.1:1', '127.66.9.2:1']);
    const probers = [tcpProber('here', lab.world.clock), tcpProber('there', lab.world.clock)];
    const sources = watchSources(probers, lab.pause);
    const summary = await watch(lab.world, sources, 'lab', QUIET);
    expect(summary).toMatchObject({ end: 'done', rounds: 2, looks: 6, counts: { servers: 2, watched: 2 } });
    expect([...(await roundsOf(lab, operation.id)).values()]).not.toContain(null);
    expect(await watch(lab.world, sources, 'lab', QUIET)).toMatchObject({ end: 'done', rounds: 0 });
    server.close();
    const audited = await lab.world.store.write((transaction) => transaction.stateDifferences());
    expect(audited).toEqual([]);
  });

  test('looks at named servers whether they are due or not, and says why not at others', async () => {
    const lab = await fresh();
    await watchedOperation(database, lab, ['127.66.9.3:1', '127.66.9.4:1', '127.66.9.5']);
    const prober = tcpProber('here', lab.world.clock);
    const sources = watchSources([prober], lab.pause);
    for (let again = 0; again < 2; again++) {
      const looked = await lookNow(lab.world, sources, 'lab', ['127.66.9[.]3', '127.66.9.5'], () => undefined);
      expect(looked.map(({ host, notBecause, round }) => [host, notBecause, round?.looks.length ?? null])).toEqual([
        ['127.66.9.3', null, 1],
        ['127.66.9.5', 'nothing-to-look-at', null],
      ]);
    }
    expect(prober.begun.map(({ host }) => host)).toEqual(['127.66.9.3', '127.66.9.3']);
    await expect(lookNow(lab.world, sources, 'lab', ['127.66.9.77'], () => undefined)).rejects.toThrow('has no server');
  });

  test('leaves alone what nobody has judged, and what lists protect', async () => {
    const lab = await fresh();
    const operation = await watchedOperation(database, lab, ['127.66.9.6:1']);
    await importOnly(lab.world, {
      operation: { name: 'lab', drill: true, malware: null },
      files: [await openTestFile(database, '127.66.9.7:1\n127.66.9.8:1\n')],
      options: parseImportOptions({ group: 'beta' }),
    });
    const prober = tcpProber('here', lab.world.clock);
    const summary = await watch(lab.world, watchSources([prober], lab.pause), 'lab', QUIET);
    expect(summary.counts).toEqual({ servers: 3, watched: 1, unwatched: { 'not-judged': 2 } });
    await identify(lab.world, operation);
    // Held for want of a second source, and looked at all the same: a fingerprint may yet match.
    expect((await watch(lab.world, watchSources([prober], lab.pause), 'lab', QUIET)).rounds).toBe(2);
    expect(new Set(prober.begun.map(({ host }) => host)).size).toBe(3);
  });
});

describe('the switches', () => {
  test('nothing is looked at while traffic, probing or the operation is off', async () => {
    const lab = await fresh();
    const operation = await watchedOperation(database, lab, ['127.66.9.9:1']);
    const prober = tcpProber('here', lab.world.clock);
    const sources = watchSources([prober], lab.pause);
    const off = {
      ...lab.world,
      outgoing: createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: false, send: false }),
    };
    await expect(watch(off, sources, 'lab', QUIET)).rejects.toThrow('"probe" is switched off');
    await expect(watch(lab.world, watchSources([], lab.pause), 'lab', QUIET)).rejects.toThrow('no vantage');
    await stopProbing(lab.world, 'lab', WORDS);
    await expect(watch(lab.world, sources, 'lab', QUIET)).rejects.toThrow('probing is not switched on');
    await expect(stopProbing(lab.world, 'lab', WORDS)).rejects.toThrow('probing is not on');
    await switchOn(lab.world, 'lab');
    await expect(switchOn(lab.world, 'lab')).rejects.toThrow('probing is on for lab already');
    await arm(lab.world, ADMIN.signing, 'lab', { ...WORDS, until: lab.world.clock.now() + 3_600_000 });
    await closeOperation(lab.world, 'lab', WORDS);
    expect((await armed(lab.world, 'lab')).map(({ inForce }) => inForce)).toEqual([false]);
    expect((await probings(lab.world, 'lab')).map(({ stoppedBy }) => stoppedBy)).toEqual(['admin', 'admin']);
    await expect(watch(lab.world, sources, 'lab', QUIET)).rejects.toThrow('lab is closed');
    await expect(lookNow(lab.world, sources, 'lab', ['127.66.9.9'], () => undefined)).rejects.toThrow('lab is closed');
    await expect(switchOn(lab.world, 'lab')).rejects.toThrow('lab is closed');
    const until = lab.world.clock.now() + 3_600_000;
    await expect(arm(lab.world, ADMIN.signing, 'lab', { ...WORDS, until })).rejects.toThrow('nothing of it is sent');
    await expect(closeOperation(lab.world, 'lab', WORDS)).rejects.toThrow('closed already');
    await reopenOperation(lab.world, 'lab', WORDS);
    expect(await operationStates(lab.world)).toMatchObject([{ name: 'lab', closedAt: null, isProbingOn: false }]);
    await expect(reopenOperation(lab.world, 'lab', WORDS)).rejects.toThrow('is open');
    expect(prober.begun).toEqual([]);
    expect(operation.closedAt ?? null).toBeNull();
    expect(await lab.world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('the database refuses a start by no admin, and arming or looking at what is closed', async () => {
    const lab = await fresh();
    const operation = await watchedOperation(database, lab, ['127.66.9.10:1']);
    const started = { schema: 1, operation: operation.id, reason: 'forged' };
    const append = (kind: string, body: { schema: number; [key: string]: JsonValue }): Promise<void> =>
      lab.world.store.write((transaction) =>
        transaction.append({ actor: 'a test', recordedAt: lab.world.clock.now(), kind, subject: operation.id, body }),
      );
    await expect(append('operation.probing-started', { ...started, person: 'mallory' })).rejects.toThrow('no admin');
    await closeOperation(lab.world, 'lab', WORDS);
    await expect(append('operation.probing-started', { ...started, person: 'admin' })).rejects.toThrow('is closed');
    const until = new Date(lab.world.clock.now() + 3_600_000).toISOString();
    const armedBody = { ...started, person: 'admin', traffic: ['send'], lab: true, until };
    await expect(append('operation.armed', armedBody)).rejects.toThrow('is closed');
  });

  test('a stop is heard within a second in the midst of a pass, and what was seen before it is kept', async () => {
    const lab = await fresh();
    const hosts = Array.from({ length: 400 }, (_, index) => `127.66.${10 + (index >> 8)}.${index & 255}`);
    const operation = await watchedOperation(
      database,
      lab,
      hosts.map((host) => `${host}:1`),
    );
    const prober = tcpProber('here', lab.world.clock);
    const rates = { perSecond: 60, perProviderPerSecond: 60, concurrency: 64 };
    const watching = watch(lab.world, watchSources([prober], lab.pause, { rates }), 'lab', QUIET);
    await until(() => prober.begun.length >= 40);
    await stopProbing(lab.world, 'lab', WORDS);
    const [stopped] = await probings(lab.world, 'lab');
    const summary = await watching;
    const stoppedAt = stopped?.stoppedAt ?? 0;
    const last = prober.begun.at(-1)?.at ?? 0;
    expect(summary.end).toBe('stopped');
    expect(last - stoppedAt).toBeLessThan(1000);
    expect(prober.begun.length).toBeLessThan(400);
    const rounds = [...(await roundsOf(lab, operation.id)).values()].filter((at) => at !== null);
    expect(rounds).toHaveLength(summary.rounds);
    expect(summary.rounds).toBeGreaterThanOrEqual(30);
    expect(rounds.every((at) => at < stoppedAt)).toBe(true);
    expect(summary.rounds + summary.givenUp).toBe(prober.begun.length);
  });

  test('a worker has nothing to do where they are off, and tells what is refused for another reason', async () => {
    const lab = await fresh();
    const operation = await watchedOperation(database, lab, ['127.66.9.9:1']);
    const prober = tcpProber('here', lab.world.clock);
    const app = await createApp({
      dataDirectory: join(database.directory, 'app'),
      configFile: null,
      environment: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
      offline: false,
      progress: { step: () => undefined },
      signal: new AbortController().signal,
      overrides: {},
    });
    const kind = WORK_KINDS.find(({ name }) => name === 'watch');
    const doWork = await kind?.open(
      { ...app, pause: lab.pause, openProbers: () => Promise.resolve([prober]) },
      lab.world,
    );
    const job = { subject: operation.id, operation, once: true, say: () => undefined };
    const nothing = { said: null, nextAt: null };
    await stopProbing(lab.world, 'lab', WORDS);
    expect(await doWork?.(lab.world, job)).toEqual(nothing);
    await closeOperation(lab.world, 'lab', WORDS);
    expect(await doWork?.(lab.world, job)).toEqual(nothing);
    await reopenOperation(lab.world, 'lab', WORDS);
    await switchOn(lab.world, 'lab');
    const elsewhere = await openTestWorld(database, lab.world);
    const heldElsewhere = await elsewhere.store.exclusively(`watch ${operation.id}`, async () =>
      doWork?.(lab.world, job),
    );
    expect(heldElsewhere).toEqual({ value: nothing });
    expect(prober.begun).toEqual([]);
    // A rule of the database that says no to what was seen is nobody's switch.
    await withClient(database.superuser, async (session) => {
      await session.run(`create function dismantle.say_no() returns trigger language plpgsql as
        $$ begin raise exception 'no look of this may be kept' using errcode = 'P0403'; end $$`);
      await session.run(
        'create trigger say_no before insert on dismantle.server_verdict for each row execute function dismantle.say_no()',
      );
    });
    try {
      await expect(doWork?.(lab.world, job)).rejects.toThrow('no look of this may be kept');
    } finally {
      await withClient(database.superuser, (session) => session.run('drop function dismantle.say_no() cascade'));
    }
    expect(prober.begun.length).toBeGreaterThan(0);
    await elsewhere.store.close();
    await app.close();
  });

  test('one process at a time watches an operation', async () => {
    const lab = await fresh();
    await watchedOperation(database, lab, ['127.66.9.11:1']);
    const prober = tcpProber('here', lab.world.clock);
    const sources = watchSources([prober], lab.pause);
    const first = watch(lab.world, sources, 'lab', { once: false, tell: () => undefined });
    await until(() => prober.begun.length > 0);
    const other = fastWorld(await openTestWorld(database, lab.world), 1);
    await expect(watch(other.world, sources, 'lab', QUIET)).rejects.toThrow('somebody watches lab already');
    await other.world.store.close();
    lab.world.interrupt();
    expect(await first).toMatchObject({ end: 'interrupted', rounds: 1 });
  });
});

describe('going on', () => {
  test('looks hourly, hears of a server that comes in meanwhile, and Ctrl-C leaves things whole', async () => {
    const lab = await fresh(6000);
    const { world } = lab;
    const operation = await watchedOperation(database, lab, ['127.66.9.12:1', '127.66.9.13:1']);
    const prober = tcpProber('here', world.clock);
    const told: WatchTelling[] = [];
    const sources = watchSources([prober], lab.pause);
    const watching = watch(world, sources, 'lab', { once: false, tell: (telling) => void told.push(telling) });
    const of = (host: string): number[] => prober.begun.filter((each) => each.host === host).map(({ at }) => at);
    await until(() => of('127.66.9.13').length >= 4);
    await importOnly(world, {
      operation: { name: 'lab', drill: true, malware: null },
      files: [await openTestFile(database, '127.66.9.14:1\n')],
      options: parseImportOptions({ group: 'beta', attest: 'Ada', reason: 'seen' }),
    });
    await identify(world, operation);
    await until(() => of('127.66.9.14').length >= 2);
    world.interrupt();
    const summary = await watching;
    expect(summary.end).toBe('interrupted');
    for (const host of ['127.66.9.12', '127.66.9.13']) {
      const at = of(host);
      const gaps = at.slice(2).map((moment, index) => moment - (at[index + 1] ?? 0));
      // Each begins in its own moment of the hour; how late, a busy machine decides.
      for (const gap of gaps) expect(gap).toBeGreaterThan(30 * 60_000);
    }
    const counts = told.flatMap(({ event }) => (event.kind === 'watching' ? [event.watched] : []));
    expect(counts[0]).toBe(2);
    expect(counts.at(-1)).toBe(3);
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('a vantage that fails is told once, and the others go on without it', async () => {
    const lab = await fresh(4000);
    const hosts = Array.from({ length: 50 }, (_, index) => `127.66.12.${index}:1`);
    await watchedOperation(database, lab, hosts);
    const good = tcpProber('here', lab.world.clock);
    const vantage = { ...good.vantage, name: 'broken', kind: 'socks5' } as const;
    let asked = 0;
    const broken: Prober = {
      vantage,
      look(target) {
        asked += 1;
        const result = { failure: 'vantage-failed', message: 'the proxy refuses' } as const;
        const at = lab.world.clock.now();
        return Promise.resolve({
          port: target.port,
          at,
          vantage,
          address: null,
          result,
          certificates: [],
          signed: null,
        });
      },
      close: () => Promise.resolve(),
    };
    const told: WatchTelling[] = [];
    const sources = watchSources([good, broken], lab.pause, {
      rates: { perSecond: 100_000, perProviderPerSecond: 100_000, concurrency: 10 },
    });
    const watching = watch(lab.world, sources, 'lab', { once: false, tell: (telling) => void told.push(telling) });
    await until(() => good.begun.length >= 150);
    lab.world.interrupt();
    await watching;
    expect(told.filter(({ event }) => event.kind === 'vantage')).toMatchObject([
      { event: { vantage: 'broken', message: 'the proxy refuses' } },
    ]);
    expect(asked).toBeLessThan(good.begun.length);
  });
});
