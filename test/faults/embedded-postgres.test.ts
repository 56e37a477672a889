import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { locateBinaries } from '../../src/adapters/embedded-postgres/binaries.ts';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { endAll, passOnErrors } from '../support/children.ts';
import {
  backendsOf,
  isAlive,
  keeperPid as keeperOf,
  processesBelow,
  serverPid as serverOf,
  titleOf,
  until,
} from '../support/processes.ts';

// Real servers, real kills. Everything lies below one directory that only this user may enter.

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'faults-')));
const root = process.geteuid?.() === 0;
const moduleFile = fileURLToPath(new URL('../../src/adapters/embedded-postgres/embedded-postgres.ts', import.meta.url));
const clientFile = join(scratch, 'client.ts');
const NOBODY = 65_534;

const START_TIMEOUT_MS = 60_000;
/** The grace of a client whose server shall soon be gone. */
const SHORT_MS = 300;
/** One that outlasts whatever a busy machine does in between; the next client's own grace then counts instead. */
const LONG_MS = 60_000;

/** Opens, says so in one line, and waits to be told to go on (standard input) or ends by itself. */
writeFileSync(
  clientFile,
  `
  const [moduleFile, dataDirectory, graceMs, mode] = process.argv.slice(2);
  const { openEmbeddedPostgres } = await import(moduleFile);
  const opened = await openEmbeddedPostgres({
    dataDirectory, graceMs: Number(graceMs), startTimeoutMs: ${START_TIMEOUT_MS}, report: () => undefined,
  });
  process.stdout.write(JSON.stringify(opened) + '\\n');
  if (mode === 'stay') process.stdin.on('data', () => undefined).on('end', () => process.exit());
  `,
);

let data: string;
let number = 0;
const directories: string[] = [];
const opened: EmbeddedPostgres[] = [];
const startedClients: ChildProcess[] = [];
const environment = { ...process.env };

beforeEach(() => {
  data = join(scratch, `data-${++number}`);
  directories.push(data);
});

afterEach(async () => {
  process.env = { ...environment };
  for (const postgres of opened.splice(0)) await postgres.close();
  await endAll(startedClients);
});

afterAll(async () => {
  // The keepers end by themselves when their grace is over; what still runs then is a fault.
  const left: number[] = [];
  for (let waitedMs = 0; waitedMs < LONG_MS; waitedMs += 100) {
    left.splice(0, left.length, ...processesBelow(scratch));
    if (left.length === 0) break;
    await sleep(100);
  }
  const faults = left.map(titleOf);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
  expect(faults).toEqual([]);
});

async function open(dataDirectory = data, graceMs = SHORT_MS): Promise<EmbeddedPostgres> {
  const result = await openEmbeddedPostgres({
    dataDirectory,
    graceMs,
    startTimeoutMs: START_TIMEOUT_MS,
    report: () => undefined,
  });
  if (!result.ok) throw new Error(`${result.problem.message} (${result.problem.hint})`);
  opened.push(result.value);
  return result.value;
}

async function refusal(dataDirectory = data): Promise<{ message: string; hint?: string }> {
  const result = await openEmbeddedPostgres({
    dataDirectory,
    graceMs: SHORT_MS,
    startTimeoutMs: START_TIMEOUT_MS,
    report: () => undefined,
  });
  if (result.ok) {
    opened.push(result.value);
    throw new Error('it opened');
  }
  expect(result.problem.code).toBe('database');
  return result.problem;
}

async function query(postgres: EmbeddedPostgres, text: string): Promise<unknown[]> {
  const client = new Client(postgres.connection);
  // A server that is killed cuts its connections; the query itself tells.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

/** Asks again until the server is back. */
async function queryWhenBack(postgres: EmbeddedPostgres, text: string): Promise<unknown[]> {
  let answer: unknown[] = [];
  await until('the server to be back', async () => {
    try {
      answer = await query(postgres, text);
      return true;
    } catch {
      return false;
    }
  });
  return answer;
}

const serverPid = (directory = data) => serverOf(directory);
const keeperPid = (directory = data) => keeperOf(directory);

const turnedAway = (others: number) => ({ type: 'other-version', binaries: ownBinaries(), others });

function ownBinaries(): string {
  const located = locateBinaries();
  if (!located.ok) throw new Error(located.problem.message);
  return located.value.version;
}

/** Asks as a program with other binaries, which is turned away with the number of the others that hold the server. */
function askAsOtherVersion(postgres: EmbeddedPostgres): Promise<unknown> {
  const hello = { type: 'hello', protocol: 1, binaries: '99.0.0', graceMs: SHORT_MS };
  return new Promise((resolve, reject) => {
    const socket = connect(join(postgres.connection.host, 'keeper.sock'), () =>
      socket.write(`${JSON.stringify(hello)}\n`),
    );
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(JSON.parse(heard)));
  });
}

function startClient(mode: 'stay' | 'end', graceMs: number, directory = data) {
  const child = spawn(process.execPath, [clientFile, moduleFile, directory, String(graceMs), mode], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, as a shell gives each job, so that the test can press Ctrl-C on it alone.
    detached: true,
  });
  const ready = new Promise<string>((resolve) => child.stdout.once('data', (line: Buffer) => resolve(line.toString())));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // A test that fails in its midst must not leave its clients, and with them a server, to the next.
  startedClients.push(child);
  passOnErrors(child);
  return { child, ready, ended };
}

describe.skipIf(process.platform !== 'linux')('PostgreSQL of our own', () => {
  test('starts in a fresh directory with fsync and checksums on, texts sorted in "C", and its private socket only', async () => {
    const postgres = await open();
    expect(await query(postgres, "SELECT current_setting('fsync'), current_setting('data_checksums')")).toEqual([
      'on',
      'on',
    ]);
    expect(await query(postgres, "SELECT current_setting('server_version_num')::int / 10000")).toEqual([18]);
    expect(await query(postgres, "SELECT x FROM (VALUES ('a'), ('B'), ('ä')) AS t(x) ORDER BY x")).toEqual([
      'B',
      'a',
      'ä',
    ]);
    expect(await query(postgres, "SELECT current_setting('listen_addresses')")).toEqual(['']);
    expect(statSync(postgres.connection.host).mode & 0o777).toBe(0o700);
  });

  test('is shared by a second client and stops when the grace after the last one is over', async () => {
    const first = await open();
    const pid = serverPid();
    const keeper = keeperPid();
    const second = await open();
    expect(second.connection).toEqual(first.connection);
    expect(serverPid()).toBe(pid);
    await first.close();
    await sleep(3 * SHORT_MS);
    expect(await query(second, 'SELECT 1')).toEqual([1]);
    await second.close();
    await until('the server to stop', () => !isAlive(pid));
    await until('the keeper to end', () => !isAlive(keeper));
    expect(existsSync(first.connection.host)).toBe(false);
    const log = readFileSync(join(data, 'postgres/postgres.log'), 'utf8');
    expect(log).toContain('database system is shut down');
  });

  test('is let go of by a client that just ends, and by one that is killed', async () => {
    const ending = startClient('end', LONG_MS);
    await ending.ended;
    const pid = serverPid();
    const killed = startClient('stay', SHORT_MS);
    await killed.ready;
    expect(serverPid()).toBe(pid);
    await sleep(3 * SHORT_MS);
    expect(isAlive(pid)).toBe(true);
    killed.child.kill('SIGKILL');
    await until('the server to stop', () => !isAlive(pid));
  });

  test('does not hear a Ctrl-C that its client gets', async () => {
    const client = startClient('stay', LONG_MS);
    await client.ready;
    const pids = [serverPid(), keeperPid()];
    process.kill(-(client.child.pid ?? 0), 'SIGINT');
    await client.ended;
    await sleep(200);
    expect(pids.map(isAlive)).toEqual([true, true]);
    await open();
    expect([serverPid(), keeperPid()]).toEqual(pids);
  });

  test('has the committed row after a kill -9 of the server, which its keeper starts again', async () => {
    const postgres = await open();
    await query(postgres, 'CREATE TABLE kept (n int)');
    await query(postgres, 'INSERT INTO kept VALUES (7)');
    const pid = serverPid();
    process.kill(pid, 'SIGKILL');
    expect(await queryWhenBack(postgres, 'SELECT n FROM kept')).toEqual([7]);
    expect(serverPid()).not.toBe(pid);
  });

  test('goes on after a kill -9 of the keeper: a new one adopts the same server for the clients that are there', async () => {
    const postgres = await open();
    const [pid, keeper] = [serverPid(), keeperPid()];
    process.kill(keeper, 'SIGKILL');
    await until('a new keeper', () => keeperPid() !== keeper);
    const second = await open();
    expect(serverPid()).toBe(pid);
    expect(second.connection).toEqual(postgres.connection);
    expect(await query(second, 'SELECT 1')).toEqual([1]);
    // The first client takes hold of the new keeper by itself, in its own time.
    await until('the first client to hold on again', async () =>
      isDeepStrictEqual(await askAsOtherVersion(postgres), turnedAway(2)),
    );
    await second.close();
    await sleep(3 * SHORT_MS);
    expect(await query(postgres, 'SELECT 1')).toEqual([1]);
    await postgres.close();
    await until('the adopted server to stop', () => !isAlive(pid));
  });

  test('is back soon after a kill -9 of its postmaster alone, whose processes are in the midst of long work', async () => {
    const postgres = await open();
    const working = query(postgres, 'SELECT count(*) FROM generate_series(1, 10000000000)');
    await until('the work to begin', () => backendsOf(serverPid()).some(({ title }) => title.endsWith('SELECT')));
    const backend = backendsOf(serverPid()).find(({ title }) => title.endsWith('SELECT'));
    process.kill(serverPid(), 'SIGKILL');
    await expect(working).rejects.toThrow('Connection terminated');
    expect(await queryWhenBack(postgres, 'SELECT 1')).toEqual([1]);
    expect(backend === undefined || isAlive(backend.pid)).toBe(false);
  });

  test('opens again with the committed row after a kill -9 of server, keeper and client together', async () => {
    const client = startClient('stay', SHORT_MS);
    await client.ready;
    const postgres = await open();
    await query(postgres, 'CREATE TABLE kept (n int)');
    await query(postgres, 'INSERT INTO kept VALUES (8)');
    await postgres.close();
    for (const pid of [keeperPid(), serverPid(), client.child.pid ?? 0]) process.kill(pid, 'SIGKILL');
    await client.ended;
    expect(await query(await open(), 'SELECT n FROM kept')).toEqual([8]);
  });

  test('opens again when the pid that a killed server left in its files is somebody else’s by now', async () => {
    const postgres = await open();
    const socketLock = join(postgres.connection.host, '.s.PGSQL.5432.lock');
    for (const pid of [keeperPid(), serverPid()]) process.kill(pid, 'SIGKILL');
    await postgres.close();
    const pidFile = join(data, 'postgres/18/postmaster.pid');
    for (const file of [pidFile, socketLock]) {
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
    }
    expect(await query(await open(), 'SELECT 1')).toEqual([1]);
  });

  test('ends up with one keeper and one server when four clients open a fresh directory at once', async () => {
    const clients = [1, 2, 3, 4].map(() => startClient('stay', SHORT_MS));
    const answers = await Promise.all(clients.map((client) => client.ready));
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ ok: true });
    // Keepers that came too late wait a moment for the lock before they end; and a process that the server has just
    // forked wears the server's own command line for a moment. So the one keeper and the one server are waited for.
    const both = [keeperPid(), serverPid()].sort((one, other) => one - other).join();
    const running = () => processesBelow(`${data}/postgres`).sort((one, other) => one - other);
    await until('the other keepers to end', () => running().join() === both);
    for (const client of clients) client.child.stdin.end();
    await Promise.all(clients.map((client) => client.ended));
  });

  test('is made again from nothing when everything is killed in the midst of initdb', async () => {
    // initdb is made to stand still, so that its midst is not over before we look; a busy machine may need another try.
    for (;;) {
      const client = startClient('stay', SHORT_MS);
      await until('initdb to have begun', () =>
        [...drafts(), '18'].some((name) => existsSync(join(data, 'postgres', name, 'PG_VERSION'))),
      );
      const initdb = processesBelow(`${data}/postgres/18.new-`);
      for (const pid of initdb) process.kill(pid, 'SIGSTOP');
      const inItsMidst = initdb.length > 0 && !existsSync(`${data}/postgres/18`);
      for (const pid of processesBelow(data)) process.kill(pid, 'SIGKILL');
      await client.ended;
      if (inItsMidst) break;
      data = `${data}-again`;
    }
    expect(drafts()).toHaveLength(1);
    expect(await query(await open(), 'SELECT 1')).toEqual([1]);
    expect(drafts()).toEqual([]);
  });

  const drafts = () => {
    const folder = join(data, 'postgres');
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('18.new-')) : [];
  };

  test('opens in a directory that was removed and made anew while the old server still waited out its grace', async () => {
    const old = await open(data, LONG_MS);
    const pid = serverPid();
    await query(old, 'CREATE TABLE old (n int)');
    await old.close();
    // The old server may be writing into it at this very moment, and taking files away: what matters is that it has gone.
    await until('the directory to be gone', () => {
      try {
        rmSync(data, { recursive: true, force: true });
      } catch {
        // Not empty yet.
      }
      return !existsSync(data);
    });
    const postgres = await open();
    expect(await query(postgres, "SELECT to_regclass('old')")).toEqual([null]);
    await until('the old server to go', () => !isAlive(pid));
    expect(await query(postgres, 'SELECT 1')).toEqual([1]);
  });

  test('is not given to a program with other binaries while somebody holds it, and makes room when nobody does', async () => {
    const postgres = await open(data, LONG_MS);
    const [pid, keeper] = [serverPid(), keeperPid()];
    expect(await askAsOtherVersion(postgres)).toEqual(turnedAway(1));
    expect(isAlive(pid)).toBe(true);
    await postgres.close();
    // The keeper hears of the closed connection in its own time.
    await until('the keeper to count nobody', async () =>
      isDeepStrictEqual(await askAsOtherVersion(postgres), turnedAway(0)),
    );
    await until('server and keeper to go', () => !isAlive(pid) && !isAlive(keeper));
  });

  test.skipIf(!root)(
    'works below a directory that only root may enter, and leaves nothing of another user there',
    async () => {
      const closed = join(data, 'closed');
      mkdirSync(closed, { recursive: true });
      chmodSync(closed, 0o700);
      expect(await query(await open(join(closed, 'data')), 'SELECT 1')).toEqual([1]);
      expect(statSync(join(closed, 'data/postgres/18')).uid).toBeOneOf([0, NOBODY]);
    },
  );

  test.skipIf(!root)(
    'runs as nobody where there are no user namespaces, and takes over what root had made',
    async () => {
      const before = await open();
      await query(before, 'CREATE TABLE kept AS SELECT 9 AS n');
      const inNamespace = statSync(join(data, 'postgres/18')).uid === 0;
      const keeper = keeperPid();
      await before.close();
      await until('the keeper to end', () => !isAlive(keeper));
      const programs = join(scratch, 'without-unshare');
      mkdirSync(programs);
      for (const name of ['sh', 'setpriv', 'chown']) symlinkSync(which(name), join(programs, name));
      process.env['PATH'] = programs;
      const after = await open();
      expect(await query(after, 'SELECT n FROM kept')).toEqual([9]);
      expect(statSync(join(data, 'postgres/18/global')).uid).toBe(NOBODY);
      expect(uidOf(serverPid())).toBe(NOBODY);
      // On a machine without namespaces it was so from the start.
      expect(inNamespace || uidOf(serverPid()) === NOBODY).toBe(true);
    },
  );

  test.skipIf(!root)('says what to do where root has no way to be somebody else', async () => {
    const programs = join(scratch, 'without-anything');
    mkdirSync(programs);
    symlinkSync(which('sh'), join(programs, 'sh'));
    process.env['PATH'] = programs;
    const problem = await refusal();
    expect(problem.message).toContain(join(data, 'postgres'));
    expect(problem.hint).toContain('ordinary user');
  });

  test.skipIf(!root || !readableByAll(moduleFile))(
    'works for an ordinary user, in a directory of their own',
    async () => {
      const home = realpathSync(mkdtempSync(join(tmpdir(), 'faults-user-')));
      try {
        chownSync(home, NOBODY, NOBODY);
        writeFileSync(join(home, 'client.ts'), readFileSync(clientFile));
        chmodSync(join(home, 'client.ts'), 0o644);
        const parameters = [
          `--reuid=${NOBODY}`,
          `--regid=${NOBODY}`,
          '--clear-groups',
          '--inh-caps=-all',
          process.execPath,
        ];
        const user = spawn(
          'setpriv',
          [...parameters, join(home, 'client.ts'), moduleFile, join(home, 'data'), String(SHORT_MS), 'stay'],
          { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: home } },
        );
        startedClients.push(user);
        passOnErrors(user);
        const answer = await new Promise<string>((resolve) =>
          user.stdout.once('data', (line: Buffer) => resolve(line.toString())),
        );
        expect(JSON.parse(answer)).toMatchObject({ ok: true });
        const [pid, keeper] = [serverPid(join(home, 'data')), keeperPid(join(home, 'data'))];
        expect([uidOf(pid), uidOf(keeper)]).toEqual([NOBODY, NOBODY]);
        user.stdin.end();
        await until('server and keeper to go', () => !isAlive(pid) && !isAlive(keeper));

        // And root joining in leaves all of it usable for that user.
        const postgres = await open(join(home, 'data'));
        const roots = keeperPid(join(home, 'data'));
        expect(uidOf(serverPid(join(home, 'data')))).toBe(NOBODY);
        await postgres.close();
        await until('root’s keeper to go', () => !isAlive(roots));
        const owners = execFileSync('find', [home, '-not', '-uid', String(NOBODY)], { encoding: 'utf8' });
        expect(owners.split('\n').filter((path) => path !== '' && !path.endsWith('client.ts'))).toEqual([]);
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
  );

  test('refuses a directory for its sockets that a stranger has laid out for it, and names it', async () => {
    const runtime = join(scratch, 'runtime');
    mkdirSync(runtime, { mode: 0o700 });
    process.env['XDG_RUNTIME_DIR'] = runtime;
    const postgres = await open();
    const { host } = postgres.connection;
    expect(dirname(host)).toBe(runtime);
    const keeper = keeperPid();
    await postgres.close();
    await until('the keeper to end', () => !isAlive(keeper));
    mkdirSync(join(scratch, 'trap'), { mode: 0o700 });
    symlinkSync(join(scratch, 'trap'), host);
    const problem = await refusal();
    expect(problem.message).toContain(host);
    expect(problem.message).toContain('symbolic link');
    rmSync(host);
  });

  test('goes elsewhere with its sockets when the runtime directory is too long for one', async () => {
    const runtime = join(scratch, 'r'.repeat(120));
    mkdirSync(runtime, { mode: 0o700 });
    process.env['XDG_RUNTIME_DIR'] = runtime;
    const deep = join(data, 'deep'.repeat(40), 'deeper'.repeat(20));
    const postgres = await open(deep);
    expect(await query(postgres, 'SELECT 1')).toEqual([1]);
    expect(postgres.connection.host.startsWith(runtime)).toBe(false);
  });

  test('tells a database of another version and a damaged one apart, and what to do about each', async () => {
    mkdirSync(join(data, 'postgres/18'), { recursive: true, mode: 0o700 });
    expect((await refusal()).message).toContain('not a whole database');
    writeFileSync(join(data, 'postgres/18/PG_VERSION'), '17\n');
    const older = await refusal();
    expect(older.message).toContain('of PostgreSQL 17');
    expect(older.hint).toContain('pg_upgrade');
    writeFileSync(join(data, 'postgres/18/PG_VERSION'), '\u0000\u0000\u0000');
    expect((await refusal()).message).toContain('is damaged');
    expect(readdirSync(join(data, 'postgres/18'))).toEqual(['PG_VERSION']);
  });

  test('passes on what PostgreSQL says when it cannot start', async () => {
    const postgres = await open();
    const keeper = keeperPid();
    await postgres.close();
    await until('the keeper to end', () => !isAlive(keeper));
    rmSync(join(data, 'postgres/18/global/pg_control'));
    const problem = await refusal();
    expect(problem.message).toContain('pg_control');
    expect(problem.hint).toContain('postgres.log');
  });

  test('says that the disk is full, and leaves no half-made database', async (context) => {
    const disk = join(scratch, 'small-disk');
    mkdirSync(disk);
    const mounted = root && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=700', 'none', disk]).status === 0;
    if (!mounted) context.skip('needs the right to mount a small file system');
    try {
      const problem = await refusal(join(disk, 'data'));
      expect(problem.message).toContain('No space left on device');
      expect(problem.hint).toContain('Free some room');
      expect(readdirSync(join(disk, 'data/postgres')).filter((name) => name.startsWith('18'))).toEqual([]);
      await until('the keeper to end', () => processesBelow(disk).length === 0);
    } finally {
      // The kernel lets go of a process's files a moment after it has ended.
      await until('the file system to be free', () => spawnSync('umount', [disk]).status === 0);
    }
  });

  test('gives up at the start timeout with a Problem, and reports progress on the way when it is slow', async () => {
    const postgres = await open(data, LONG_MS);
    const keeper = keeperPid();
    await postgres.close();
    process.kill(keeper, 'SIGSTOP');
    const said: string[] = [];
    try {
      const result = await openEmbeddedPostgres({
        dataDirectory: data,
        graceMs: SHORT_MS,
        startTimeoutMs: 2500,
        report: (text) => said.push(text),
      });
      expect(result.ok).toBe(false);
      if (!result.ok) expect(result.problem.hint).toContain(`process ${keeper}`);
      expect(said.length).toBeGreaterThan(0);
    } finally {
      process.kill(keeper, 'SIGCONT');
    }
    expect(await query(await open(), 'SELECT 1')).toEqual([1]);
  });
});

function which(name: string): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`this machine has no ${name}`);
  return found;
}

/** The effective user of a process, as this user namespace sees it. */
function uidOf(pid: number): number {
  const line = /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]);
}

/** Whether an ordinary user may come as far as this file: not where the clone lies below a closed directory. */
function readableByAll(path: string): boolean {
  for (let part = path; ; part = dirname(part)) {
    accessSync(part);
    if ((statSync(part).mode & 0o005) === 0) return false;
    if (part === dirname(part)) return true;
  }
}
