import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { postgresEnvironment } from './binaries.ts';
import type { Binaries } from './binaries.ts';
import { ensureCluster, SUPERUSER } from './cluster.ts';
import type { Connection } from './keeper-protocol.ts';
import { chooseLauncher, commandLine } from './launcher.ts';
import type { Launcher } from './launcher.ts';
import { giveToOwner } from './layout.ts';
import type { Layout } from './layout.ts';
import { boundLog, isDiskTooFull, lastLines, logSize } from './log-file.ts';
import { isPostmasterOf, readPostmasterFile, startedWithClusterName } from './postmaster-file.ts';
import { runProgram } from './run-program.ts';
import { clusterNameOf, serverArguments } from './settings.ts';
import { diskFull, explainFailure } from './start-problem.ts';

/** A running server that accepts connections. */
export interface Postmaster {
  readonly pid: number;
  readonly connection: Connection;
  /** Settles when the process has gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends all connections and stops it, so that the next start needs no recovery. */
  stop(): Promise<void>;
}

export interface PostmasterOptions {
  readonly layout: Layout;
  readonly binaries: Binaries;
  /** Null on Windows. */
  readonly socketDirectory: string | null;
  readonly report: (text: string) => void;
}

const POLL_MS = 15;
const ORPHAN_POLL_MS = 500;
const SOCKET_PORT = 5432;

/**
 * Processes of a killed server need a moment to notice and leave; until then a new one cannot have the shared memory.
 * One in the midst of a long statement notices nothing: it is told to leave, and then made to.
 */
const REMAINS_ATTEMPTS = 80;
const REMAINS_PAUSE_MS = 250;
const ATTEMPTS_BEFORE_QUIT = 2;
const ATTEMPTS_BEFORE_KILL = 20;
const REMAINS = /pre-existing shared memory block|lock file .* already exists/;

/** A fast shutdown writes out what is dirty, at most 256 MB of buffers; a disk that takes longer than this is broken. */
const FAST_STOP_MS = 120_000;
const IMMEDIATE_STOP_MS = 10_000;

/**
 * Adopts the server that an earlier keeper left behind, or starts one, making the cluster first where there is none.
 * Only who holds the keeper's lock may call it.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Result<Postmaster>> {
  const orphan = await adoptOrphan(options);
  if (orphan !== null) return success(orphan);
  const { layout, binaries, report } = options;
  const environment = postgresEnvironment(binaries, layout);
  const launcher = await chooseLauncher(layout, binaries, environment);
  if (!launcher.ok) return launcher;
  const cluster = await ensureCluster(layout, binaries, launcher.value, environment, report);
  if (!cluster.ok) return cluster;
  report('starting the server');
  boundLog(layout.log);
  for (let attempt = 1; ; attempt++) {
    removeRemains(options);
    const offset = logSize(layout.log);
    const port = options.socketDirectory === null ? await freePort() : SOCKET_PORT;
    const started = await launch(options, launcher.value, environment, port);
    if (started !== null) return success(started);
    const lines = lastLines(layout.log, offset, 20);
    if (!REMAINS.test(lines.join('\n')) || attempt === REMAINS_ATTEMPTS) {
      if (lines.length === 0 && isDiskTooFull(layout.folder)) return failure(diskFull(layout));
      return failure(explainFailure('PostgreSQL did not start', lines, layout));
    }
    if (attempt === 1) report('waiting for what a killed server has left to end');
    if (attempt >= ATTEMPTS_BEFORE_QUIT)
      endRemains(layout.cluster, attempt < ATTEMPTS_BEFORE_KILL ? 'SIGQUIT' : 'SIGKILL');
    await sleep(REMAINS_PAUSE_MS);
  }
}

/**
 * Ends the processes whose postmaster is dead, as the postmaster itself ends them when one of them crashes: nothing
 * that was not committed counts, and the next start recovers the rest. Where a postmaster is among them, which
 * somebody else has started, all are left alone.
 */
function endRemains(cluster: string, signal: 'SIGQUIT' | 'SIGKILL'): void {
  const found = serverProcesses(cluster);
  if (!found.every(({ title }) => title.startsWith('postgres: '))) return;
  for (const { pid } of found) {
    try {
      process.kill(pid, signal);
    } catch {
      // It went in this very moment, or it is somebody else's.
    }
  }
}

/** Told by where they stand: each works in the cluster's directory. Linux alone shows that; elsewhere they are waited for. */
function serverProcesses(cluster: string): { readonly pid: number; readonly title: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || readlinkSync(`/proc/${name}/cwd`) !== cluster) return [];
      if (basename(readlinkSync(`/proc/${name}/exe`)) !== 'postgres') return [];
      return [{ pid: Number(name), title: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
    } catch {
      return [];
    }
  });
}

/** Starts the server and waits until it accepts connections; null when it ended instead. */
async function launch(
  options: PostmasterOptions,
  launcher: Launcher,
  environment: Record<string, string>,
  port: number,
): Promise<Postmaster | null> {
  const { layout, binaries, socketDirectory } = options;
  const { file, parameters } = commandLine(
    launcher,
    binaries.postgres,
    serverArguments({
      cluster: layout.cluster,
      socketDirectory,
      port,
      clusterName: clusterNameOf(binaries.version),
    }),
  );
  const log = openSync(layout.log, 'a', 0o600);
  giveToOwner(layout, layout.log);
  // A session of its own: it outlives the keeper, and no terminal's signal reaches it.
  const child = spawn(file, parameters, {
    env: environment,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    windowsHide: true,
  });
  closeSync(log);
  let gone = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      gone = true;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  const { pid } = child;
  if (pid === undefined) return null;
  return whenReady(options, pid, ended, () => gone);
}

/**
 * A server of this cluster that runs already. One of other binaries, or whose socket has been swept away, is stopped:
 * the next start is ours.
 */
async function adoptOrphan(options: PostmasterOptions): Promise<Postmaster | null> {
  const { layout, binaries, report } = options;
  const { cluster } = layout;
  const file = readPostmasterFile(cluster);
  if (file === null || !isPostmasterOf(cluster, file.pid)) return null;
  const { pid } = file;
  report('taking over a server that lost its keeper');
  let gone = false;
  const ended = (async () => {
    while (isPostmasterOf(cluster, pid)) await sleep(ORPHAN_POLL_MS);
    gone = true;
  })();
  const postmaster = await whenReady(options, pid, ended, () => gone);
  if (postmaster === null) return null;
  const ours = startedWithClusterName(cluster, clusterNameOf(binaries.version));
  if (ours && (await answers(postmaster.connection))) return postmaster;
  report('stopping a server that another version of this program started');
  await postmaster.stop();
  return null;
}

async function whenReady(
  options: PostmasterOptions,
  pid: number,
  ended: Promise<void>,
  isGone: () => boolean,
): Promise<Postmaster | null> {
  const { layout, report } = options;
  const { cluster } = layout;
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    if (isGone()) return null;
    const file = readPostmasterFile(cluster);
    if (file !== null && file.pid === pid && file.ready) {
      return {
        pid,
        connection: connectionTo(layout, file.socketDirectory, file.port),
        ended,
        stop: () => stop(options, pid, ended),
      };
    }
    if (waitedMs >= 1000 && waitedMs < 1000 + POLL_MS)
      report('waiting for the server, which may be recovering from a crash');
    await sleep(POLL_MS);
  }
}

function connectionTo(layout: Layout, socketDirectory: string | null, port: number): Connection {
  const common = { port, user: SUPERUSER, database: 'postgres' };
  if (socketDirectory !== null) return { ...common, host: socketDirectory };
  return { ...common, host: '127.0.0.1', password: readFileSync(layout.password, 'utf8') };
}

/** pg_ctl's signals: SIGINT is a fast shutdown, SIGQUIT an immediate one, which the next start recovers from. */
async function stop(options: PostmasterOptions, pid: number, ended: Promise<void>): Promise<void> {
  const { layout, binaries } = options;
  if (process.platform === 'win32') {
    const parameters = ['stop', '-D', layout.cluster, '-m', 'fast', '-w', '-t', String(FAST_STOP_MS / 1000)];
    await runProgram(binaries.pgCtl, parameters, postgresEnvironment(binaries, layout));
    return;
  }
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    if (!isPostmasterOf(layout.cluster, pid)) break;
    try {
      process.kill(pid, signal);
    } catch {
      // It went in this very moment.
      break;
    }
    const timer = new AbortController();
    const inTime = await Promise.race([
      ended.then(() => true),
      sleep(patienceMs, false, { signal: timer.signal }).catch(() => false),
    ]);
    timer.abort();
    if (inTime) break;
  }
}

/** What a killed server leaves. Safe under the keeper's lock, and only after adoptOrphan found none alive. */
function removeRemains({ layout, socketDirectory }: PostmasterOptions): void {
  if (socketDirectory !== null) {
    // Its lock file names a pid that may be somebody else's by now, and the server would believe it.
    const socket = join(socketDirectory, `.s.PGSQL.${SOCKET_PORT}`);
    rmSync(socket, { force: true });
    rmSync(`${socket}.lock`, { force: true });
  }
  // postmaster.pid likewise, where the process can be told apart (isPostmasterOf). What may be left of the old server
  // still keeps the new one out by its shared memory, which is found without this file.
  const file = readPostmasterFile(layout.cluster);
  if (file !== null && existsSync(`/proc/${file.pid}`) && !isPostmasterOf(layout.cluster, file.pid)) {
    rmSync(join(layout.cluster, 'postmaster.pid'), { force: true });
  }
}

function answers({ host, port }: Connection): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
