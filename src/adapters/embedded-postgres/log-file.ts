import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

/** A log is cut when it has grown past this; the cut part stays beside it as `.1`, so twice this is the most on disk. */
const LONGEST_LOG_BYTES = 16 * 1024 * 1024;

const TAIL_BYTES = 16 * 1024;

/** Copied and cut in place rather than renamed: the server holds the file open, in append mode. */
export function boundLog(path: string, longestBytes: number = LONGEST_LOG_BYTES): void {
  if (logSize(path) <= longestBytes) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
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
