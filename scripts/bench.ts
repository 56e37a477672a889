import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

/**
 * Runs every bench in bench/, one after the other, or those whose name contains an argument. Numbers are handed on to
 * them: `npm run bench import 1000000 1`.
 */
const wanted = process.argv.slice(2).filter((word) => !/^\d+$/.test(word));
const numbers = process.argv.slice(2).filter((word) => /^\d+$/.test(word));
let failed = 0;
for (const file of globSync('bench/*.ts').sort()) {
  if (wanted.length > 0 && !wanted.some((word) => file.includes(word))) continue;
  console.log(`\n${file}`);
  if (spawnSync(process.execPath, [file, ...numbers], { stdio: 'inherit' }).status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
