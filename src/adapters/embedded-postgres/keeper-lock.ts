import { DatabaseSync } from 'node:sqlite';

/**
 * Takes the lock that makes a process the one keeper of a folder, waiting at most `waitMs` (the process stands still
 * meanwhile). Answers false when somebody else holds it. It is let go of when the process ends, however it ends.
 *
 * Node has no flock(2), and a lock made of files that exist or do not (a socket's bind, O_EXCL, link) outlives a
 * kill -9: telling a stale one from a live one and taking its place is a race. SQLite, which Node carries, takes a
 * true lock of the kernel's on the file (fcntl, LockFileEx), for which this file is an otherwise empty database. It
 * lies in the folder that it guards, so that users and environments with other socket directories meet at the same one.
 */
export function takeKeeperLock(path: string, waitMs: number): boolean {
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    // No journal file: nothing is ever written, and one left behind would be one more to look after.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    // SQLITE_BUSY
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return false;
    throw error;
  }
  held.push(database);
  return true;
}

/** Keeps the connection from being collected, which would free the lock. */
const held: DatabaseSync[] = [];
