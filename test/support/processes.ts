import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// What runs for a data directory, told by its files and by /proc.

/** Generous, because it only ends what would not end by itself: a machine may be busy with many other tests. */
const LONGEST_WAIT_MS = 30_000;

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  longestMs: number = LONGEST_WAIT_MS,
): Promise<void> {
  const deadline = performance.now() + longestMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${longestMs / 1000} seconds for ${what}`);
    await sleep(25);
  }
}

/** One that has ended, and whose parent has only not yet asked how, is dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return statOf(pid)?.state !== 'Z';
}

/** kill -9; a process that has gone already is dead enough. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Of the postmaster, as it says itself; fails where there is none. */
export function serverPid(dataDirectory: string): number {
  return Number(readFileSync(join(dataDirectory, 'postgres/18/postmaster.pid'), 'utf8').split('\n')[0]);
}

export function keeperPid(dataDirectory: string): number {
  const record: unknown = JSON.parse(readFileSync(join(dataDirectory, 'postgres/keeper.json'), 'utf8'));
  if (typeof record !== 'object' || record === null || !('pid' in record)) throw new Error('no keeper');
  return Number(record.pid);
}

/** The same; null where there is none, or none yet. */
export function orNull<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch {
    return null;
  }
}

/** Those whose command line names the path. */
export function processesBelow(path: string): number[] {
  return processes().flatMap(({ pid, title }) => (title.includes(path) && pid !== process.pid ? [pid] : []));
}

/** The server's processes for its clients, with their titles: "postgres: NAME: USER DATABASE [local] COPY". */
export function backendsOf(postmaster: number): { readonly pid: number; readonly title: string }[] {
  return processes().filter(({ parent, title }) => parent === postmaster && title.includes('[local]'));
}

export function titleOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
}

function processes(): { readonly pid: number; readonly parent: number; readonly title: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const pid = Number(name);
    const title = orNull(() => titleOf(pid));
    const parent = statOf(pid)?.parent;
    return title === null || parent === undefined ? [] : [{ pid, parent, title }];
  });
}

/** Null where there is no such process, or no /proc. */
function statOf(pid: number): { readonly state: string; readonly parent: number } | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name, in brackets, may hold anything; the state and the parent's number come behind it.
  const [, state, parent] = /\) (\w) (\d+) [^)]*$/.exec(text ?? '') ?? [];
  return state === undefined ? null : { state, parent: Number(parent) };
}
