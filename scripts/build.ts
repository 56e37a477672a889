import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';

/** Builds dist/: JavaScript for the published package, where Node cannot strip types, and the texts beside it. */
rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' });
for (const name of readdirSync('src/texts/notices').filter((entry) => entry.endsWith('.txt'))) {
  cpSync(`src/texts/notices/${name}`, `dist/texts/notices/${name}`);
}
console.log('dist/ is built');
