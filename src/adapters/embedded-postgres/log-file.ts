import { closeSync, copyFileSync, openSync, readSync, rmSync, statfsSync, statSync, truncateSync } from 'node:fs';

/** A log is cut when it has grown past this; the cut part stays beside it as `.1`, so twice this is the most on disk. */
const LONGEST_LOG_BYTES = 16 * 1024 * 1024;

/** PostgreSQL's wal_segment_size, as initdb sets it. */
const LOG_PIECE_BYTES = 16 * 1024 * 1024;

const TAIL_BYTES = 16 * 1024;

/** Copied and cut in place rather than renamed: the server holds the file open, in append mode. */
export function boundLog(path: string, longestBytes: number = LONGEST_LOG_BYTES): void {
  if (logSize(path) <= longestBytes) return;
  try {
    copyFileSync(path, `${path}.1`);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    // The newest lines tell why; half a copy of older ones only takes room. Cut another time.
    rmSync(`${path}.1`, { force: true });
    return;
  }
  truncateSync(path, 0);
}

/** Whether a write failed for want of room. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/**
 * Whether the disk has too little room for a server that writes: its log grows by pieces of 16 MB. A full disk may keep
 * it from writing down that the disk is full.
 */
export function isDiskTooFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LOG_PIECE_BYTES;
}

/** In bytes; 0 where there is no log yet. */
export function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines written behind `offset` (bytes), at most `count`, oldest first. */
export function lastLines(path: string, offset: number, count: number): string[] {
  const size = logSize(path);
  const from = Math.max(offset, size - TAIL_BYTES);
  if (size <= from) return [];
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(size - from);
    const length = readSync(file, buffer, 0, buffer.length, from);
    return buffer
      .toString('utf8', 0, length)
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .slice(-count);
  } finally {
    closeSync(file);
  }
}
