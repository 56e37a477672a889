import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';

/**
 * Builds dist/: JavaScript for the published package, where Node cannot strip types, the texts beside it, the pages for people, and what
 * this clone itself starts (bundle.ts).
 */
rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' });
cpSync('src/texts/notices', 'dist/texts/notices', {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || path.endsWith('.txt'),
});
cpSync('src/texts/replies/replies.yaml', 'dist/texts/replies/replies.yaml');
execFileSync('node', ['scripts/bundle.ts'], { stdio: 'inherit', shell: process.platform === 'win32' });
execFileSync('vite', ['build', 'web', '--logLevel', 'warn'], { stdio: 'inherit', shell: process.platform === 'win32' });
console.log('dist/ is built');
