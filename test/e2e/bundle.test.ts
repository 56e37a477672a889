import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { currentBundle, sourcesOf } from '../../bin/bundle.js';

/* The launcher of a clone takes the bundle for the program only while it is what the sources say. */

let clone: string;
const at = (...names: readonly string[]): string => join(clone, ...names);

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  mkdirSync(at('src', 'cli'), { recursive: true });
  mkdirSync(at('dist', 'program'), { recursive: true });
  writeFileSync(at('src', 'app.ts'), 'export {};\n');
  writeFileSync(at('src', 'cli', 'main.ts'), 'export {};\n');
  writeFileSync(at('dist', 'program', 'made-from.json'), JSON.stringify(sourcesOf(at('src'))));
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

test('as it was made it is current', () => {
  expect(currentBundle(clone)).toBe(at('dist', 'program', 'main.js'));
});

test.each([
  ['a file is written', () => writeFileSync(at('src', 'cli', 'main.ts'), 'export { };')],
  [
    'a file is written as long as before',
    () => utimesSync(at('src', 'app.ts'), new Date(), new Date(Date.now() + 5000)),
  ],
  ['a file comes', () => writeFileSync(at('src', 'cli', 'more.ts'), '')],
  ['a file goes', () => rmSync(at('src', 'app.ts'))],
  [
    'an older one is laid in its place',
    () => {
      for (const file of ['app.ts', join('cli', 'main.ts')]) utimesSync(at('src', file), new Date(0), new Date(0));
    },
  ],
  ['what it was made from is not there', () => rmSync(at('dist', 'program', 'made-from.json'))],
  ['what it was made from cannot be read', () => writeFileSync(at('dist', 'program', 'made-from.json'), '{"files": ')],
])('it is not where %s', (_what, change) => {
  change();
  expect(currentBundle(clone)).toBe(null);
});
