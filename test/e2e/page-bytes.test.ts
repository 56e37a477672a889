import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildPages } from '../support/built-pages.ts';
import { REPOSITORY } from '../support/cli.ts';

/* What a browser has to fetch before the first page is there: bytes, the same on every machine. */

const FOLDER = join(REPOSITORY, 'dist/pages');
const MOST_BYTES = 250_000;

beforeAll(() => buildPages());

const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** The scripts that the page names, and what each of them names without being asked (static imports). */
function firstScripts(): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...read('index.html').matchAll(/(?:src|href)="\/static\/app\/([^"]+\.js)"/g)].map(([, name = '']) => name); // prettier-ignore
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    // `import('./x.js')` comes later; `import{a}from"./x.js"`, `import"./x.js"` and `export*from"./x.js"` come with it.
    for (const [, name = ''] of read(next).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g))
      waiting.push(name);
  }
  return found;
}

test('at most 250 kB of packed script come before the first page', () => {
  const first = firstScripts();
  expect(first.size).toBeGreaterThan(0);
  const bytes = [...first].reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
  process.stdout.write(`${bytes} bytes of packed script before the first page\n`);
  expect(bytes).toBeLessThan(MOST_BYTES);
  // The other pages come when somebody goes there.
  expect(readdirSync(FOLDER).filter((name) => name.endsWith('.js')).length).toBeGreaterThan(first.size + 8);
});

test('nothing comes from elsewhere, and nothing stands inside the page', () => {
  const page = read('index.html');
  for (const [, address = ''] of page.matchAll(/(?:src|href)="([^"]+)"/g)) expect(address).toMatch(/^\/static\//);
  expect(page).not.toMatch(/<style|<script(?![^>]* src=)| style=| on\w+=/);
});
