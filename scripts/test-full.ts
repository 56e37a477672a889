import { spawnSync } from 'node:child_process';

/** The everyday suite with its long parts: tests that take a count or an hour read DISMANTLE_FULL. */
const run = spawnSync('vitest', ['run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, DISMANTLE_FULL: '1' },
  shell: process.platform === 'win32',
});
process.exitCode = run.status ?? 1;
