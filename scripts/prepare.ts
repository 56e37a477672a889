import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** After `npm ci` in a clone: builds the pages for people. Whoever installs without what only builders need does without them. */
try {
  createRequire(import.meta.url).resolve('vite');
} catch {
  console.log('vite is not installed: the pages for people are not built');
  process.exit();
}
execFileSync('npm', ['run', '--silent', 'build:pages'], { stdio: 'inherit', shell: process.platform === 'win32' });
