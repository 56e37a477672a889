import { execFile } from 'node:child_process';
import { mkdir, readdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const INDEX = join(REPOSITORY, 'dist/pages/index.html');
const LOCK = join(REPOSITORY, 'dist/pages.building');
const WAIT_MS = 200;

/** Builds the war room's pages where they are missing or older than what they are made of. One test file at a time does. */
export async function buildPages(): Promise<void> {
  await mkdir(join(REPOSITORY, 'dist'), { recursive: true });
  for (;;) {
    try {
      await mkdir(LOCK);
      break;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      // Whoever began it so long ago has died of it.
      const begun = await changedAt(LOCK);
      if (Date.now() - begun > 180_000) await rmdir(LOCK).catch(() => undefined);
      else await sleep(WAIT_MS);
    }
  }
  try {
    if ((await changedAt(INDEX)) >= (await newestBelow(join(REPOSITORY, 'web')))) return;
    const vite = join(REPOSITORY, 'node_modules/vite/bin/vite.js');
    await promisify(execFile)(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], {
      cwd: REPOSITORY,
      // A test runner's own would build the pages as they are for whoever writes them: other bytes than are shipped.
      env: { ...process.env, NODE_ENV: 'production' },
    });
  } finally {
    await rmdir(LOCK);
  }
}

/** 0: not there. */
async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

async function newestBelow(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => changedAt(join(file.parentPath, file.name))),
  );
  return Math.max(0, ...times);
}
