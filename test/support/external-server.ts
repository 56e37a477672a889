import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { locateBinaries, postgresEnvironment } from '../../src/adapters/embedded-postgres/binaries.ts';
import type { Binaries } from '../../src/adapters/embedded-postgres/binaries.ts';
import { chooseLauncher, commandLine, handOver } from '../../src/adapters/embedded-postgres/launcher.ts';
import { layoutOf } from '../../src/adapters/embedded-postgres/layout.ts';
import type { Layout } from '../../src/adapters/embedded-postgres/layout.ts';
import { runProgram } from '../../src/adapters/embedded-postgres/run-program.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import type { Result } from '../../src/domain/result.ts';
import { passOnErrors } from './children.ts';

/**
 * A PostgreSQL as somebody else runs it: TCP on loopback, a password (scram-sha-256) for everybody, default settings,
 * texts sorted as English sorts them. It goes with its folder when it is stopped and when this process ends, however
 * it ends.
 */
export interface ExternalServer {
  /** "postgres (PostgreSQL) 18.4", and where it comes from. */
  readonly program: string;
  /** Its superuser. */
  readonly administrator: ClientConfig & { readonly user: string; readonly password: string };
  /** The connection string for one of its users. */
  urlOf(user: string, password: string, database: string, further?: string): string;
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
/** Of ours: the oldest that dismantle works with. */
const OLDEST_VERSION = 16;
const LONGEST_START_MS = 60_000;

/**
 * The server is this shell's child. The end of its input says that we have stopped or died: then it ends the server at
 * once (SIGINT, without waiting for clients), and removes the folder.
 */
const CARETAKER =
  'folder=$1; shift; "$@" </dev/null >"$folder/log" 2>&1 & server=$!; ' +
  'cat >/dev/null; kill -INT $server; wait $server; rm -rf "$folder"';

export async function startExternalServer(): Promise<ExternalServer> {
  const { binaries, fromNpm } = findBinaries();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'external-postgres-')));
  const layout = layoutOf(folder);
  const environment = fromNpm
    ? postgresEnvironment(binaries, layout)
    : { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  const launcher = unwrap(await chooseLauncher(layout, binaries, environment));
  mkdirSync(layout.cluster, { mode: 0o700 });
  handOver(launcher, layout.cluster);

  const password = randomBytes(12).toString('base64url');
  writeFileSync(layout.password, password, { mode: 0o600 });
  handOver(launcher, layout.password);
  const making = [
    `--pgdata=${layout.cluster}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${layout.password}`,
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=icu',
    '--icu-locale=en-US',
    '--no-instructions',
  ];
  const make = commandLine(launcher, binaries.initdb, making);
  const made = await runProgram(make.file, make.parameters, environment);
  if (made.code !== 0) throw new Error(`initdb failed: ${made.output}`);

  const port = await freePort();
  // Nobody shall come in but over TCP: there is no socket.
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
  const serving = ['-D', layout.cluster, ...settings.flatMap((setting) => ['-c', setting])];
  const serve = commandLine(launcher, binaries.postgres, serving);
  const caretaker = spawn('sh', ['-c', CARETAKER, 'sh', folder, serve.file, ...serve.parameters], {
    env: environment,
    cwd: '/',
    // Of its own session: a Ctrl-C in the terminal is for us, and our end is what it waits for.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  passOnErrors(caretaker);
  const gone = new Promise<void>((resolve) => caretaker.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    caretaker.stdin.end();
    await gone;
  };
  const administrator = { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' };
  try {
    await whenReady(administrator, layout);
  } catch (error) {
    await stop();
    throw error;
  }
  const version = await runProgram(binaries.postgres, ['--version'], environment);
  return {
    program: `${version.output.trim()}, ${fromNpm ? 'from npm' : `from ${DEBIAN}`}`,
    administrator,
    urlOf(user, secret, database, further = '') {
      const [name, word, path] = [user, secret, database].map(encodeURIComponent);
      return `postgres://${name}:${word}@127.0.0.1:${port}/${path}${further}`;
    },
    stop,
  };
}

/** Debian's, the newest, where they are new enough; otherwise those that npm brought. */
function findBinaries(): { readonly binaries: Binaries; readonly fromNpm: boolean } {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  const newest = Math.max(
    0,
    ...versions.filter((version) => existsSync(join(DEBIAN, String(version), 'bin/postgres'))),
  );
  if (newest < OLDEST_VERSION) return { binaries: unwrap(locateBinaries()), fromNpm: true };
  const native = join(DEBIAN, String(newest));
  const program = (name: string) => join(native, 'bin', name);
  return {
    binaries: {
      version: String(newest),
      native,
      initdb: program('initdb'),
      postgres: program('postgres'),
      pgCtl: program('pg_ctl'),
    },
    fromNpm: false,
  };
}

async function whenReady(administrator: ClientConfig, layout: Layout): Promise<void> {
  const deadline = performance.now() + LONGEST_START_MS;
  for (;;) {
    try {
      await withClient(administrator, (session) => session.run('select'));
      return;
    } catch (error) {
      const log = join(layout.folder, 'log');
      const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
      if (/ FATAL: /.test(said.replaceAll(/FATAL: {2}the database system is starting up/g, '')))
        throw new Error(`PostgreSQL did not start: ${said}`, { cause: error });
      if (performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
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

function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}
