import { readFile, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { BuiltPages, PageFile } from '../../ports/pages.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.html': 'text/html; charset=utf-8',
};

/** Where `npm run build:pages` leaves them, seen from the sources and from what is published. */
const FOLDERS = ['../../../dist/pages/', '../../pages/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** The pages that were built; null where nobody has built them. Read once: a version's files do not change under it. */
export async function readBuiltPages(): Promise<BuiltPages | null> {
  const folder = FOLDERS.find((each) => existsSync(join(each, 'index.html')));
  if (folder === undefined) return null;
  const assets = new Map<string, PageFile>();
  for (const name of await readdir(folder)) {
    const type = TYPES[extname(name)];
    if (type !== undefined && name !== 'index.html') assets.set(name, packed(type, await readFile(join(folder, name))));
  }
  return { index: packed(TYPES['.html'] ?? '', await readFile(join(folder, 'index.html'))), assets };
}

function packed(type: string, bytes: Buffer): PageFile {
  return { type, bytes: new Uint8Array(bytes), gzipped: new Uint8Array(gzipSync(bytes, { level: 9 })) };
}
