import { chmodSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import type { Result } from '../../domain/result.ts';
import { locateBinaries } from './binaries.ts';
import { takeKeeperLock } from './keeper-lock.ts';
import {
  EXIT_DISK_FULL,
  EXIT_HELD,
  onMessages,
  PROTOCOL,
  readHello,
  send,
  writeKeeperRecord,
} from './keeper-protocol.ts';
import type { Hello } from './keeper-protocol.ts';
import { giveToOwner, layoutOf } from './layout.ts';
import { boundLog, isDiskFull } from './log-file.ts';
import { startPostmaster } from './postmaster.ts';
import type { Postmaster } from './postmaster.ts';
import { chooseSocketDirectory } from './socket-directory.ts';

// The program of the keeper: a detached process that owns the server of one folder. It starts the server for the first
// client, keeps it while any client's connection is open, starts it again when it crashes, and stops it and ends when
// the last client has been gone for the grace time. Clients may be killed in any way: their connection closes.
//
//   node keeper.ts FOLDER SOCKET NAME-OF-THE-BINARIES'-PACKAGE [SOCKET-DIRECTORY]

/** A keeper that ends lets go of the lock within moments of its socket; a longer wait would wait for one that stays. */
const LOCK_WAIT_MS = 500;
/** For the first client to arrive; one that looks for a keeper asks several times a second. */
const FIRST_CLIENT_MS = 5000;
const HELLO_MS = 10_000;
/** After a start that failed there is no server worth keeping. */
const GRACE_AFTER_FAILURE_MS = 500;
const HOUSEKEEPING_MS = 60_000;
const FOLDER_CHECK_MS = 2000;
/** A server that ends again and again, or cannot start, is tried so often at once, and then at this pace. */
const MOST_QUICK_RESTARTS = 5;
const QUICK_WITHIN_MS = 60_000;
const RESTART_PAUSE_MS = 5000;

const [folder = '', socketPath = '', packageName = '', socketDirectory = null] = process.argv.slice(2);
const layout = layoutOf(folder);
const log = (text: string) => process.stdout.write(`${new Date().toISOString()} [${process.pid}] ${text}\n`);
// On a full disk the log gets no more lines; that must not end the keeper.
process.stdout.on('error', () => undefined);

process.umask(0o077);
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);

const found = locateBinaries(packageName);
if (!found.ok) {
  log(found.problem.message);
  process.exit(1);
}
const binaries = found.value;

if (!takeKeeperLock(layout.keeperLock, LOCK_WAIT_MS)) process.exit(EXIT_HELD);
giveToOwner(layout, layout.keeperLock);
const lockFile = statSync(layout.keeperLock).ino;

const clients = new Set<Socket>();
let graceMs = FIRST_CLIENT_MS;
let graceTimer = setTimeout(leave, graceMs);
let current: Promise<Result<Postmaster>> | null = null;
let restarts: number[] = [];
/** Starting and stopping never overlap: each waits for the one before. */
let last: Promise<unknown> = Promise.resolve();

function inOrder<Value>(task: () => Promise<Value>): Promise<Value> {
  const done = last.then(task);
  last = done.catch(() => undefined);
  return done;
}

/** The running server, or one that is started now for all who ask meanwhile. */
function ensureServer(): Promise<Result<Postmaster>> {
  if (current !== null) return current;
  const starting = inOrder(() =>
    startPostmaster({
      layout,
      binaries,
      socketDirectory,
      report: (text) => {
        log(text);
        for (const client of clients) send(client, { type: 'progress', text });
      },
    }),
  );
  current = starting;
  void starting.then((started) => {
    if (!started.ok) {
      log(`${started.problem.message} ${started.problem.hint ?? ''}`);
      if (current === starting) {
        current = null;
        bringBack();
      }
      return;
    }
    log(`the server runs (process ${started.value.pid})`);
    void started.value.ended.then(() => {
      // A stop takes the server from `current` first; what ends while it stands there has crashed.
      if (current !== starting) return;
      log(`the server (process ${started.value.pid}) has ended unasked`);
      current = null;
      bringBack();
    });
  });
  return starting;
}

/**
 * Clients that hold the server get it back as soon as it can be had, for as long as they hold it: a service that is
 * already connected asks no second time. Whoever comes meanwhile causes a try of its own.
 */
function bringBack(): void {
  if (clients.size === 0) return;
  const now = performance.now();
  restarts = [...restarts.filter((at) => now - at < QUICK_WITHIN_MS), now];
  setTimeout(
    () => {
      if (clients.size > 0) void ensureServer();
    },
    restarts.length <= MOST_QUICK_RESTARTS ? 0 : RESTART_PAUSE_MS,
  );
}

async function stopServer(): Promise<void> {
  const stopping = current;
  current = null;
  await inOrder(async () => {
    const started = await stopping;
    if (started?.ok === true) {
      log(`stopping the server (process ${started.value.pid})`);
      await started.value.stop();
    }
  });
}

function awaitGrace(waitMs: number): void {
  clearTimeout(graceTimer);
  graceTimer = setTimeout(leave, waitMs);
}

function leave(): void {
  void (async () => {
    await stopServer();
    // Somebody may have come meanwhile; whoever comes later than this finds no keeper and starts the next.
    if (clients.size === 0) end();
  })();
}

function end(): never {
  rmSync(layout.keeperRecord, { force: true });
  if (socketDirectory !== null) removeSocketDirectory(socketDirectory);
  log('the keeper ends');
  process.exit(0);
}

function removeSocketDirectory(directory: string): void {
  rmSync(socketPath, { force: true });
  try {
    rmdirSync(directory);
  } catch {
    // Something of a server that could not be stopped is left in it; the next keeper uses it again.
  }
}

function greet(socket: Socket): void {
  clients.add(socket);
  clearTimeout(graceTimer);
  const impatience = setTimeout(() => socket.destroy(), HELLO_MS);
  socket.on('error', () => undefined);
  socket.once('close', () => {
    clearTimeout(impatience);
    clients.delete(socket);
    if (clients.size === 0) awaitGrace(current === null ? Math.min(graceMs, GRACE_AFTER_FAILURE_MS) : graceMs);
  });
  onMessages(socket, (message) => {
    clearTimeout(impatience);
    const hello = readHello(message);
    if (hello === null) socket.destroy();
    else void serve(socket, hello);
  });
}

async function serve(socket: Socket, hello: Hello): Promise<void> {
  if (hello.protocol !== PROTOCOL || hello.binaries !== binaries.version) {
    const others = clients.size - 1;
    log(`a program with ${hello.binaries}, protocol ${hello.protocol}, asked; ${others} others hold the server`);
    send(socket, { type: 'other-version', binaries: binaries.version, others });
    if (others > 0) {
      socket.end();
      return;
    }
    await stopServer();
    end();
  }
  graceMs = Math.max(0, hello.graceMs);
  const started = await ensureServer();
  if (started.ok) {
    send(socket, { type: 'ready', connection: started.value.connection });
  } else {
    send(socket, { type: 'failed', problem: started.problem });
    socket.end();
  }
}

process.on('SIGTERM', () => {
  void stopServer().then(end);
});

setInterval(() => {
  boundLog(layout.log);
  boundLog(layout.keeperLog);
}, HOUSEKEEPING_MS).unref();

/** A folder that was removed, or removed and made anew, is no longer ours to keep. */
setInterval(() => {
  if (statSync(layout.keeperLock, { throwIfNoEntry: false })?.ino === lockFile) return;
  log('the folder has gone');
  void stopServer().then(() => {
    // The record and the lock at the old path may be another keeper's by now; the sockets are ours.
    if (socketDirectory !== null) removeSocketDirectory(socketDirectory);
    process.exit(1);
  });
}, FOLDER_CHECK_MS).unref();

if (socketDirectory !== null) {
  // The keeper before us may have removed it when it ended, after our client had made it.
  const place = chooseSocketDirectory([dirname(socketDirectory)], basename(socketDirectory), process.geteuid?.() ?? 0);
  if (!place.ok) {
    log(place.problem.message);
    process.exit(1);
  }
}

// Under the lock, a socket that is there is a dead keeper's.
if (process.platform !== 'win32') rmSync(socketPath, { force: true });
const server = createServer(greet);
server.listen(socketPath, () => {
  if (process.platform !== 'win32') chmodSync(socketPath, 0o600);
  try {
    writeKeeperRecord(layout, { pid: process.pid, socket: socketPath });
  } catch (error) {
    // Our client could not read of it in the log either.
    if (isDiskFull(error)) process.exit(EXIT_DISK_FULL);
    throw error;
  }
  log(`the keeper listens, binaries ${binaries.version}`);
});
