import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server says of itself in postmaster.pid (PostgreSQL's miscadmin.h lists the lines). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** The first directory with its socket; null where it has none. */
  readonly socketDirectory: string | null;
  readonly ready: boolean;
}

/** Null where there is none, or where it is only half written. */
export function readPostmasterFile(cluster: string): PostmasterFile | null {
  const text = readIfThere(join(cluster, 'postmaster.pid'));
  return text === null ? null : parsePostmasterFile(text);
}

export function parsePostmasterFile(text: string): PostmasterFile | null {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const socketDirectory = lines[4] ?? '';
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketDirectory: socketDirectory === '' ? null : socketDirectory,
    ready: (lines[7] ?? '').trim() === 'ready',
  };
}

/** Whether the server that last started here was given this cluster name (postmaster.opts is its command line). */
export function startedWithClusterName(cluster: string, clusterName: string): boolean {
  return readIfThere(join(cluster, 'postmaster.opts'))?.includes(`"cluster_name=${clusterName}"`) ?? false;
}

/**
 * Whether the process is this cluster's postmaster. A pid alone proves nothing: after a restart of the machine or of
 * a container it is soon somebody else's. Linux tells the command line; elsewhere any living process is believed.
 */
export function isPostmasterOf(cluster: string, pid: number): boolean {
  if (process.platform === 'linux') {
    return readIfThere(`/proc/${pid}/cmdline`)?.split('\0').includes(cluster) ?? false;
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
