import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Where a user of a clone stands. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const LAUNCHER = join(REPOSITORY, 'bin', 'dismantle.js');
/** Node's own cache of compiled modules, one for all files: a start takes a third as long. */
export const COMPILED = join(tmpdir(), `dismantle-e2e-compiled-${userInfo().uid}`);
const LONGEST_STOP_MS = 10_000;

/** A command that has ended. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ran>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves once standard error has said it; fails when the command ends before. */
  said(pattern: RegExp): Promise<void>;
  /** The first match on standard output, as soon as it is there; fails when the command ends before. */
  printed(pattern: RegExp): Promise<string>;
}

export interface Started {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** A data directory and a folder for files of a test file's own, and the program as its users start it. */
export interface Installation {
  readonly folder: string;
  readonly dataDirectory: string;
  /** Runs a command with this installation's --data-dir. */
  readonly run: (args: readonly string[], started?: Started) => Promise<Ran>;
  /** The same; fails unless it exits with 0. Answers with what stands on standard output. */
  readonly done: (args: readonly string[], started?: Started) => Promise<string>;
  /** The same with --json, its output checked against a schema. */
  readonly json: <Schema extends z.ZodType>(
    schema: Schema,
    args: readonly string[],
    started?: Started,
  ) => Promise<z.infer<Schema>>;
  readonly start: (args: readonly string[], started?: Started) => Running;
  /** Writes a file, with the folders it needs, and answers with its path. */
  readonly write: (name: string, content: string | Uint8Array) => string;
  /** Stops the database and removes everything. */
  readonly close: () => Promise<void>;
}

export function createInstallation(): Installation {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-e2e-')));
  const dataDirectory = join(folder, 'data');
  const start: Installation['start'] = (args, started = {}) =>
    startProgram(
      [...args, '--data-dir', dataDirectory],
      { HOME: folder, NODE_COMPILE_CACHE: COMPILED, ...started.env },
      started,
    );
  const run: Installation['run'] = (args, started) => start(args, started).ended;
  const done: Installation['done'] = async (args, started) => {
    const ran = await run(args, started);
    if (ran.code !== 0) throw new Error(`dismantle ${args.join(' ')} exits with ${ran.code}: ${ran.stderr}`);
    return ran.stdout;
  };
  return {
    folder,
    dataDirectory,
    run,
    done,
    json: async (schema, args, started) => schema.parse(JSON.parse(await done([...args, '--json'], started))),
    start,
    write(name, content) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    async close() {
      await stopKeeper(dataDirectory);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs the program without a data directory of a test's own. */
export function runProgram(args: readonly string[], started: Started = {}): Promise<Ran> {
  return startProgram(args, { NODE_COMPILE_CACHE: COMPILED, ...started.env }, started).ended;
}

function startProgram(args: readonly string[], env: Readonly<Record<string, string>>, started: Started): Running {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: started.cwd ?? REPOSITORY,
    // Nothing of the surroundings may decide what comes out: no settings, no colours, no database.
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(started.stdin ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    async said(pattern) {
      while (!pattern.test(stderr)) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended and said only: ${stderr}`);
        await sleep(20);
      }
    },
    async printed(pattern) {
      for (;;) {
        const found = pattern.exec(stdout)?.[0];
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended and said only: ${stderr}`);
        await sleep(20);
      }
    },
  };
}

const keeperRecord = z.object({ pid: z.int() });

/** Asks the keeper of this data directory, and no other process, to stop its server and end. */
export async function stopKeeper(dataDirectory: string): Promise<void> {
  const file = join(dataDirectory, 'postgres', 'keeper.json');
  if (!existsSync(file)) return;
  const { pid } = keeperRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (let waitedMs = 0; isRunning(pid) && existsSync(file) && waitedMs < LONGEST_STOP_MS; waitedMs += 50) {
    if (waitedMs === 0) process.kill(pid, 'SIGTERM');
    await sleep(50);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
