import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { openPostgresStores } from '../../src/adapters/postgres/postgres-store.ts';
import type { PostgresStores } from '../../src/adapters/postgres/postgres-store.ts';
import { problem } from '../../src/domain/problem.ts';
import { workOverview } from '../../src/flow/work.ts';
import type { WorkItem } from '../../src/ports/work.ts';
import type { DoWork, WorkKind } from '../../src/worker/kind.ts';
import { WORK_KINDS } from '../../src/worker/kinds.ts';
import { work } from '../../src/worker/worker.ts';
import type { WorkerEvent, WorkerSummary } from '../../src/worker/worker.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* Workers over one PostgreSQL: who does what, what becomes of failures and deaths, and what stops them. */

let database: TestDatabase;
let world: TestWorld;
let app: App;
const running: Started[] = [];
const stores: PostgresStores[] = [];
let names = 0;

beforeAll(async () => {
  database = await openOwnTestDatabase();
  app = await openApp({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
});

afterEach(async () => {
  for (const worker of running.splice(0)) {
    worker.stop();
    await worker.ended.catch(() => undefined);
  }
  for (const each of stores.splice(0)) await each.close();
  await world?.store.close();
});

afterAll(async () => {
  await app?.close();
  await database?.close();
});

async function openApp(environment: Readonly<Record<string, string>>): Promise<App> {
  return createApp({
    dataDirectory: await mkdtemp(join(database.directory, 'app-')),
    configFile: null,
    environment,
    offline: false,
    progress: { step: () => undefined },
    signal: new AbortController().signal,
    overrides: {},
  });
}

interface Started {
  readonly name: string;
  readonly events: WorkerEvent[];
  readonly ended: Promise<WorkerSummary>;
  stop(): void;
  /** Its connections are cut, as a machine's that is lost. */
  cut(): Promise<void>;
}

/** A worker as another machine would run it: stores, locks and connections of its own. */
function start(kinds: readonly WorkKind[], { once = false, concurrency = 2, schema = '' } = {}): Started {
  const opened = openPostgresStores({ ...database.access, ...(schema === '' ? {} : { schema }) }, world.random);
  stores.push(opened);
  const name = `w${++names}`;
  const events: WorkerEvent[] = [];
  const ending = new AbortController();
  const organisations = {
    first: world.organisationId,
    storeOf: (id: string) => opened.of(id),
    worldOf: (id: string, actor: string) => ({
      ...world,
      clock: { now: () => Date.now() },
      store: opened.of(id),
      actor,
    }),
  };
  const ended = work(app, organisations, {
    name,
    kinds,
    cannot: [],
    concurrency,
    once,
    settings: 'same',
    tell: (event) => events.push(event),
    signal: ending.signal,
  });
  ended.catch(() => undefined);
  const started = { name, events, ended, stop: () => ending.abort(), cut: () => opened.close() };
  running.push(started);
  return started;
}

const subjects = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`);

interface Counting extends WorkKind {
  readonly times: ReadonlyMap<string, number>;
  /** How often the same was done at once, at most. */
  readonly most: () => number;
}

/** What is done is the test's; the loop around it is the product's. */
function counting({ does, ...wish }: Partial<WorkKind> & { readonly does?: DoWork } = {}): Counting {
  const times = new Map<string, number>();
  const at = new Map<string, number>();
  let most = 0;
  return {
    name: 'count',
    about: 'other',
    cannot: () => null,
    subjects: null,
    periodMs: 3_600_000,
    newsMs: null,
    isLong: false,
    graceMs: 0,
    times,
    most: () => most,
    open: () =>
      Promise.resolve(async (inside, job) => {
        const now = (at.get(job.subject) ?? 0) + 1;
        at.set(job.subject, now);
        most = Math.max(most, now);
        try {
          const result = await (does?.(inside, job) ?? NOTHING);
          times.set(job.subject, (times.get(job.subject) ?? 0) + 1);
          return result;
        } finally {
          at.set(job.subject, now - 1);
        }
      }),
    ...wish,
  };
}

const NOTHING = { said: null, nextAt: null };

const ask = (kind: string, all: readonly string[], at = Date.now()): Promise<void> =>
  world.store.write(async (transaction) => {
    for (const subject of all) await transaction.askFor({ kind, subject }, at);
  });

const rows = (): Promise<readonly WorkItem[]> => world.store.read((transaction) => transaction.workRecords(1000));

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('what is asked for', () => {
  test('is done once by one of several workers, and is over then', async () => {
    world = await openTestWorld(database);
    const kind = counting({
      does: async (inside) => (await app.pause(3, inside.signal), { said: null, nextAt: null }),
    });
    await ask('count', subjects(200));
    const workers = [start([kind]), start([kind]), start([kind])];
    await until(async () => (await rows()).length === 0);
    expect([...kind.times.values()]).toEqual(subjects(200).map(() => 1));
    expect(kind.most()).toBe(1);
    const shares = workers.map(({ events }) => events.filter((event) => event.kind === 'done').length);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(200);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });

  test('is there exactly when its transaction was committed', async () => {
    world = await openTestWorld(database);
    const failing = world.store.write(async (transaction) => {
      await transaction.askFor({ kind: 'count', subject: 'never' }, Date.now());
      throw new Error('the transaction fails');
    });
    await expect(failing).rejects.toThrow('the transaction fails');
    expect(await rows()).toEqual([]);
  });

  test('while it is being done is done once more', async () => {
    world = await openTestWorld(database);
    let first = true;
    const kind = counting({
      async does() {
        if (first) {
          first = false;
          await ask('count', ['one']);
        }
        return { said: null, nextAt: null };
      },
    });
    await ask('count', ['one']);
    start([kind]);
    await until(async () => (await rows()).length === 0);
    expect(kind.times.get('one')).toBe(2);
  });

  test('for later waits for its time', async () => {
    world = await openTestWorld(database);
    const kind = counting();
    await ask('count', ['later'], Date.now() + 3_600_000);
    await ask('count', ['now']);
    expect(await start([kind], { once: true }).ended).toEqual({ done: 1, failed: 0 });
    expect((await rows()).map(({ subject }) => subject)).toEqual(['later']);
  });

  test('does not wait behind much of another kind that was due before it', async () => {
    world = await openTestWorld(database);
    await ask('count', subjects(300), Date.now() - 60_000);
    await ask('urgent', ['one']);
    const due = await world.store.read((transaction) => transaction.workDue(['count', 'urgent'], Date.now(), 10));
    expect(due.slice(0, 2).map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['count s0', 'urgent one']);
    expect(due).toHaveLength(10);
  });

  test('of a kind that this worker has not stays for others', async () => {
    world = await openTestWorld(database);
    await ask('another', ['one']);
    expect(await start([counting()], { once: true }).ended).toEqual({ done: 0, failed: 0 });
    expect(await rows()).toMatchObject([{ kind: 'another', failures: 0 }]);
  });
});

describe('what is done again and again', () => {
  test('is due after its period, and goes when there is no reason for it any more', async () => {
    world = await openTestWorld(database);
    let wanted = ['a', 'b'];
    const kind = counting({ subjects: () => Promise.resolve(wanted) });
    expect(await start([kind], { once: true }).ended).toEqual({ done: 2, failed: 0 });
    expect(await start([kind], { once: true }).ended).toEqual({ done: 0, failed: 0 });
    expect((await rows()).every(({ dueAt }) => dueAt > Date.now() + 3_000_000)).toBe(true);
    wanted = ['b'];
    await start([kind], { once: true }).ended;
    expect((await rows()).map(({ subject }) => subject)).toEqual(['b']);
  });

  test('is due before that when the ledger has grown, where the kind is about that', async () => {
    world = await openTestWorld(database);
    const kind = counting({ subjects: () => Promise.resolve(['a']), newsMs: 0 });
    expect(await start([kind], { once: true }).ended).toEqual({ done: 1, failed: 0 });
    expect(await start([kind], { once: true }).ended).toEqual({ done: 0, failed: 0 });
    const subject = world.ids.uuid();
    await world.store.write((transaction) =>
      transaction.append({
        actor: 'a test', recordedAt: world.clock.now(), kind: 'operation.opened', subject,
        body: { schema: 1, operation: subject, name: 'lab', drill: true, malware: null, aliases: [] },
      }),
    ); // prettier-ignore
    const never = new AbortController();
    do {
      // Not sooner than twenty times what it took.
      await app.pause(300, never.signal);
    } while ((await start([kind], { once: true }).ended).done === 0);
    expect(await start([kind], { once: true }).ended).toEqual({ done: 0, failed: 0 });
  });
});

describe('failures', () => {
  test('are told, put off further each time, and forgotten when it goes well', async () => {
    world = await openTestWorld(database);
    let fails = true;
    const kind = counting({
      does: () =>
        fails ? Promise.reject(new Error('the desk is closed')) : Promise.resolve({ said: 'well', nextAt: null }),
    });
    await ask('count', ['one']);
    for (const failures of [1, 2, 3]) {
      const worker = start([kind], { once: true });
      expect(await worker.ended).toEqual({ done: 0, failed: 1 });
      expect(worker.events.find((event) => event.kind === 'failed')).toMatchObject({
        failures,
        problem: 'the desk is closed',
      });
      const [row] = await rows();
      expect(row?.failures).toBe(failures);
      const waitS = ((row?.dueAt ?? 0) - Date.now()) / 1000;
      expect(waitS).toBeGreaterThan(5 * 2 ** (failures - 1) - 5);
      expect(waitS).toBeLessThanOrEqual(5 * 2 ** (failures - 1));
      const { failing } = await workOverview({ ...world, clock: { now: () => Date.now() } });
      expect(failing).toMatchObject([
        { kind: 'count', about: 'one', problem: 'the desk is closed', worker: worker.name },
      ]);
      await ask('count', ['one']);
    }
    fails = false;
    expect(await start([kind], { once: true }).ended).toEqual({ done: 1, failed: 0 });
    expect(await rows()).toEqual([]);
  });

  test('of one thing keep nobody from the others', async () => {
    world = await openTestWorld(database);
    const kind = counting({
      does: (_, { subject }) =>
        subject === 's1'
          ? Promise.reject(problem('refused', 'not this one'))
          : Promise.resolve({ said: null, nextAt: null }),
    });
    await ask('count', subjects(5));
    expect(await start([kind], { once: true }).ended).toEqual({ done: 4, failed: 1 });
  });
});

describe('ends', () => {
  test('a worker whose connections are lost lets go at once, and another does it from the beginning', async () => {
    world = await openTestWorld(database);
    let hangs = true;
    let lost = false;
    const kind = counting({
      async does(inside) {
        if (!hangs) return { said: null, nextAt: null };
        hangs = false;
        await app.pause(600_000, inside.signal);
        lost = true;
        return { said: null, nextAt: null };
      },
    });
    await ask('count', ['one']);
    const first = start([kind]);
    await until(() => !hangs);
    const second = start([kind]);
    await app.pause(700, new AbortController().signal);
    expect(kind.times.get('one')).toBeUndefined();
    await withClient(database.superuser, (session) =>
      session.run(
        `select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
         where l.locktype = 'advisory' and a.application_name = 'dismantle locks'`,
      ),
    );
    await until(async () => (await rows()).length === 0);
    await until(() => lost);
    expect([...first.events, ...second.events].filter((event) => event.kind === 'done')).toHaveLength(1);
    // Whoever lost its lock goes on with other work when the database is back.
    await ask('count', ['two', 'three']);
    await until(async () => (await rows()).length === 0);
    first.stop();
    second.stop();
    await Promise.all([first.ended, second.ended]);
  });

  test('a worker that is told to stop finishes what has a moment, gives up what has none, and leaves the list', async () => {
    world = await openTestWorld(database);
    const slow = counting({
      name: 'slow',
      graceMs: 60_000,
      does: async (inside) => (await app.pause(600, inside.signal), { said: null, nextAt: null }),
    });
    const endless = counting({
      name: 'endless',
      async does(inside) {
        await app.pause(600_000, inside.signal);
        throw problem('interrupted', 'stopped');
      },
    });
    await ask('slow', ['one']);
    await ask('endless', ['one']);
    const worker = start([slow, endless]);
    const listed = (): Promise<number> => world.store.read(async (transaction) => (await transaction.workers()).length);
    await until(async () => (await listed()) === 1);
    await app.pause(200, new AbortController().signal);
    worker.stop();
    expect(await worker.ended).toEqual({ done: 1, failed: 0 });
    expect(await rows()).toMatchObject([{ kind: 'endless', failures: 0 }]);
    expect(await listed()).toBe(0);
  });

  test('a breaking migration of a newer version ends a worker with that version’s name, and it takes no more', async () => {
    world = await openTestWorld(database);
    const schema = await withClient(database.superuser, async (session) => {
      const row = await session.row<{ name: string }>(
        'select name from public.dismantle_migration order by name collate "C" desc limit 1',
      );
      return row?.name ?? '';
    });
    const kind = counting();
    const worker = start([kind], { schema });
    await ask('count', ['before']);
    await until(() => kind.times.has('before'));
    const migrated = (name: string, compatible: boolean): Promise<void> =>
      withClient(database.superuser, (session) =>
        session.run('insert into public.dismantle_migration (name, sha256, version, compatible) values ($1, $2, $3, $4)', [
          name, 'x', '9.1.0', compatible,
        ]),
      ); // prettier-ignore
    await migrated('8000_compatible.sql', true);
    await ask('count', ['compatible']);
    await until(() => kind.times.has('compatible'));
    await migrated('9000_breaking.sql', false);
    await ask('count', ['after']);
    await expect(worker.ended).rejects.toMatchObject({
      problem: {
        code: 'outdated',
        message: expect.stringContaining('dismantle 9.1.0'),
        hint: 'Use dismantle 9.1.0 here, too',
      },
    });
    expect(kind.times.has('after')).toBe(false);
    expect((await rows()).map(({ subject }) => subject)).toEqual(['after']);
    await withClient(database.superuser, (session) =>
      session.run(`delete from public.dismantle_migration where name >= '8000'`),
    );
  });
});

describe('the kinds of the product', () => {
  test('are left to others by a machine that cannot do them, with why', async () => {
    world = await openTestWorld(database);
    const why = Object.fromEntries(WORK_KINDS.map((kind) => [kind.name, kind.cannot(app, world)]));
    expect(why).toMatchObject({
      run: expect.stringContaining('warninglists'),
      send: 'traffic.send is off here',
      watch: 'traffic.probe is off here',
      mail: 'traffic.fetch is off here',
    });
    const nobody = await openApp({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      DISMANTLE_MAIL_SMTP_HOST: '127.0.0.1',
    });
    const outgoing = createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: false, send: true });
    const send = WORK_KINDS.find(({ name }) => name === 'send');
    expect(send?.cannot(nobody, { ...world, outgoing })).toBe('organisation.name or .email is not set here');
    await nobody.close();
  });

  test('bear names that the table of work takes, and no two the same', async () => {
    world = await openTestWorld(database);
    const names = WORK_KINDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][a-z-]{0,39}$/.test(name))).toEqual([]);
  });
});
