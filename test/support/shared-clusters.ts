import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopKeeper } from './cli.ts';

/**
 * Around all test files: a folder for the PostgreSQL servers that they share, one for each worker. The first file that
 * needs one starts it (database.ts), so that a run of unit tests has none. After a run that was killed the keepers end
 * their servers themselves.
 */
let folder: string | undefined;

export function setup(): void {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'databases-')));
  process.env['TEST_SHARED_CLUSTERS'] = folder;
}

export async function teardown(): Promise<void> {
  if (folder === undefined) return;
  for (const name of readdirSync(folder)) await stopKeeper(join(folder, name));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
