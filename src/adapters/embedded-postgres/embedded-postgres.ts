import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Problem } from '../../domain/problem.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { locateBinaries, platformPackage } from './binaries.ts';
import type { Binaries } from './binaries.ts';
import { askKeeper } from './keeper-client.ts';
import { EXIT_DISK_FULL, EXIT_HELD, PROTOCOL, readKeeperRecord } from './keeper-protocol.ts';
import type { Connection, Hello } from './keeper-protocol.ts';
import { giveToOwner, prepareLayout } from './layout.ts';
import type { Layout } from './layout.ts';
import { boundLog, isDiskFull, isDiskTooFull, lastLines, logSize } from './log-file.ts';
import { chooseSocketDirectory, socketBases, socketDirectoryName } from './socket-directory.ts';
import { diskFull, explainLoss } from './start-problem.ts';

/** A hold on the PostgreSQL server of a data directory. */
export interface EmbeddedPostgres {
  /**
   * For pg's Pool. `host` is the directory with the server's socket (127.0.0.1 on Windows); `user` is the cluster's
   * superuser.
   */
  readonly connection: Connection;
  /** What the server said of its end in the last minute, where a person can see to it: a full disk. Null otherwise. */
  whyGone(): Problem | null;
  /** Lets go of the server. It goes on for the grace time, then stops, unless another client holds it. */
  close(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Everything lies in `postgres/` below it; made where it does not exist. */
  readonly dataDirectory: string;
  /** How long the server waits for the next client when the last has gone. */
  readonly graceMs: number;
  readonly startTimeoutMs: number;
  /** Told what is going on when the start takes longer than two seconds. */
  report(text: string): void;
}

const SLOW_MS = 2000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
const MOST_KEEPER_FAILURES = 3;
const CLOSE_MS = 2000;
const RECENT_MS = 60_000;
const RECENT_LINES = 50;

/**
 * Starts the PostgreSQL 18 of this data directory, or joins it where it runs already, and holds it until `close()` or
 * until this process ends, however it ends. The hold does not keep the process from ending.
 *
 * Fails (code `database`) where the platform's package is missing, where another user or another version of the
 * program has the database, where it is of another major version or damaged, where PostgreSQL says why it cannot
 * start, and after `startTimeoutMs`.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<Result<EmbeddedPostgres>> {
  const binaries = locateBinaries();
  if (!binaries.ok) return binaries;
  const layout = prepareLayout(options.dataDirectory);
  if (!layout.ok) return layout;
  const held = await hold(layout.value, binaries.value, options, true);
  if (!held.ok) return held;

  let { socket } = held.value;
  let closing = false;
  const release = () => {
    socket.unref();
    socket.once('close', () => {
      if (!closing) void holdAgain();
    });
  };
  /** The keeper was killed: the server runs on without one, and a new keeper takes it over for us. */
  const holdAgain = async () => {
    const again = await hold(layout.value, binaries.value, options, false);
    if (!again.ok) {
      options.report(`the database lost its keeper: ${again.problem.message}`);
      return;
    }
    socket = again.value.socket;
    if (closing) socket.destroy();
    else release();
  };
  release();
  return success({
    connection: held.value.connection,
    whyGone: () => whyGone(layout.value),
    close: async () => {
      if (closing) return;
      closing = true;
      if (socket.destroyed) return;
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.ref();
      socket.end();
      await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
      socket.destroy();
    },
  });
}

function whyGone(layout: Layout): Problem | null {
  return explainLoss(recentLines(layout), layout) ?? (isDiskTooFull(layout.folder) ? diskFull(layout) : null);
}

/** Lines of the server's log begin with their time (log_line_prefix), in UTC. */
function recentLines(layout: Layout): string[] {
  const since = new Date(Date.now() - RECENT_MS).toISOString().replace('T', ' ');
  return lastLines(layout.log, 0, RECENT_LINES).filter((line) => line >= since);
}

interface Hold {
  readonly connection: Connection;
  readonly socket: Socket;
}

/**
 * Asks the keeper, and starts one where there is none, again and again until one answers. Of several keepers started
 * at once, one gets the lock and the others end; all clients then find that one. Where it does not keep the process
 * alive, it ends unfinished with it.
 */
async function hold(
  layout: Layout,
  binaries: Binaries,
  options: EmbeddedPostgresOptions,
  keepsProcessAlive: boolean,
): Promise<Result<Hold>> {
  const hello: Hello = { type: 'hello', protocol: PROTOCOL, binaries: binaries.version, graceMs: options.graceMs };
  const deadline = performance.now() + options.startTimeoutMs;
  const progress = slowProgress((text) => options.report(text));
  let keeper: StartedKeeper | null = null;
  let failures = 0;
  let forbidden = false;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return failure(timedOut(layout, options, progress.latest(), forbidden));
      const record = readKeeperRecord(layout);
      if (record !== null) {
        const answer = await askKeeper(record, hello, leftMs, keepsProcessAlive, progress.tell);
        if (answer.kind === 'ready') return success({ connection: answer.connection, socket: answer.socket });
        if (answer.kind === 'failed') return failure(answer.problem);
        forbidden = answer.kind === 'forbidden';
      }
      const code = keeper?.exitCode();
      if (keeper === null || code !== undefined) {
        if (code === EXIT_DISK_FULL) return failure(diskFull(layout));
        if (keeper !== null && code !== EXIT_HELD && code !== 0 && ++failures === MOST_KEEPER_FAILURES) {
          return failure(keeperFailed(layout, keeper.logOffset));
        }
        const started = startKeeper(layout);
        if (!started.ok) return started;
        keeper = started.value;
      }
      await sleep(pauseMs, undefined, { ref: keepsProcessAlive });
    }
  } finally {
    progress.end();
  }
}

/** Says nothing of a quick start. */
function slowProgress(report: (text: string) => void) {
  let latest = 'starting the database';
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    report(latest);
  }, SLOW_MS);
  timer.unref();
  return {
    tell: (text: string) => {
      if (text === latest) return;
      latest = text;
      if (slow) report(text);
    },
    latest: () => latest,
    end: () => clearTimeout(timer),
  };
}

interface StartedKeeper {
  /** Undefined while it runs; null when a signal ended it or it could not be started. */
  exitCode(): number | null | undefined;
  /** Where in the keeper's log its words begin, in bytes. */
  readonly logOffset: number;
}

/** The same file name with the same suffix as this module: sources run as .ts, the published package as .js. */
const KEEPER_PROGRAM = fileURLToPath(
  new URL(`./keeper${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** Starts a keeper that has nothing of ours: its own session, no terminal, next to no environment, the root as cwd. */
function startKeeper(layout: Layout): Result<StartedKeeper> {
  const uid = process.geteuid?.();
  const places = uid === undefined ? success(null) : socketPlaces(layout, uid);
  if (!places.ok) return places;
  const socket =
    places.value === null ? `\\\\.\\pipe\\${socketDirectoryName(layout, 0)}` : join(places.value, 'keeper.sock');
  let logOffset: number;
  let log: number;
  try {
    boundLog(layout.keeperLog);
    logOffset = logSize(layout.keeperLog);
    log = openSync(layout.keeperLog, 'a', 0o600);
    giveToOwner(layout, layout.keeperLog);
  } catch (error) {
    if (isDiskFull(error)) return failure(diskFull(layout));
    throw error;
  }
  const child = spawn(
    process.execPath,
    [
      // node:sqlite and the running of .ts files warn in some versions of Node; that is no news for a log.
      '--disable-warning=ExperimentalWarning',
      KEEPER_PROGRAM,
      layout.folder,
      socket,
      platformPackage(process.platform, process.arch),
      ...(places.value === null ? [] : [places.value]),
    ],
    { detached: true, cwd: '/', env: keeperEnvironment(), stdio: ['ignore', log, log], windowsHide: true },
  );
  closeSync(log);
  let code: number | null | undefined;
  child.once('exit', (exitCode) => {
    code = exitCode;
  });
  child.once('error', () => {
    code = null;
  });
  child.unref();
  return success({ exitCode: () => code, logOffset });
}

function socketPlaces(layout: Layout, uid: number): Result<string> {
  return chooseSocketDirectory(socketBases(process.env), socketDirectoryName(layout, uid), uid);
}

function keeperEnvironment(): Record<string, string> {
  const environment: Record<string, string> = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
  const systemRoot = process.env['SystemRoot'];
  if (systemRoot !== undefined) environment['SystemRoot'] = systemRoot;
  return environment;
}

function keeperFailed(layout: Layout, logOffset: number) {
  const lines = lastLines(layout.keeperLog, logOffset, 8);
  return {
    code: 'database' as const,
    message: `the process that keeps the database ended at once: ${lines.length === 0 ? 'it said nothing' : lines.join(' / ')}`,
    hint: `Read ${layout.keeperLog} for more, or set DATABASE_URL to a PostgreSQL 18 that you run.`,
  };
}

function timedOut(layout: Layout, options: EmbeddedPostgresOptions, latest: string, forbidden: boolean) {
  if (forbidden) {
    return {
      code: 'database' as const,
      message: `the database in ${layout.folder} is in use by another user's dismantle`,
      hint: 'Wait until it has finished, or run as that user.',
    };
  }
  const record = readKeeperRecord(layout);
  const keeper = record === null ? '' : ` Its keeper is process ${record.pid}.`;
  return {
    code: 'database' as const,
    message: `the database was not ready within ${options.startTimeoutMs / 1000} s (${latest})`,
    hint: `A recovery after a crash may go on in the background: run again, or read ${layout.log}.${keeper}`,
  };
}
