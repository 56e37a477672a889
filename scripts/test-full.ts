import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The everyday suite with its long parts: tests that take a count or an hour read DISMANTLE_FULL. Without arguments the
 * whole contract suite on an external PostgreSQL follows.
 */
const given = process.argv.slice(2);
const external = fileURLToPath(new URL('test-external.ts', import.meta.url));
const env = { ...process.env, DISMANTLE_FULL: '1' };
const runs = [
  spawnSync('vitest', ['run', ...given], { stdio: 'inherit', env, shell: process.platform === 'win32' }),
  ...(given.length > 0 ? [] : [spawnSync(process.execPath, [external], { stdio: 'inherit', env })]),
];
process.exitCode = runs.find(({ status }) => status !== 0) === undefined ? 0 : 1;
