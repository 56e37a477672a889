import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

/**
 * After `npm ci` in a clone: builds the pages for people, and the program in the few files that start fast. Whoever installs without
 * what only builders need does without the pages, and starts the sources.
 */
try {
  createRequire(import.meta.url).resolve('vite');
} catch {
  console.log('vite is not installed: the pages for people are not built');
  process.exit();
}
for (const script of ['build:pages', 'build:program']) {
  execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' });
}
