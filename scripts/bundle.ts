import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { sourcesOf } from '../bin/bundle.js';

/**
 * Builds dist/program/: the command line of this clone in a few files, which start faster than a thousand. The
 * launcher takes it for as long as nothing in src/ has changed since (bin/bundle.js).
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SOURCES = join(ROOT, 'src');
const FOLDER = join(ROOT, 'dist/program');
/** Made aside, as deep as where it will be: whoever starts meanwhile finds the old one, or none. */
const OUT = `${FOLDER}.making`;
/** Of many small files, and written as modules: what takes longest to start. The others stay where they are. */
const BUNDLED = ['zod', 'yaml', 'commander', 'csv-parse', 'hono', '@hono/zod-openapi', '@hono/node-server'];

rmSync(OUT, { recursive: true, force: true });
const before = sourcesOf(SOURCES);
await build({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: BUNDLED },
  build: {
    ssr: join(SOURCES, 'cli/main.ts'),
    outDir: OUT,
    emptyOutDir: true,
    minify: false,
    target: 'node22',
    // All in one folder: what a source looks for is as far from any of them.
    rolldownOptions: { output: { chunkFileNames: '[name]-[hash].js' } },
  },
  plugins: [
    {
      name: 'where-it-came-from',
      enforce: 'pre',
      // What lies beside a source, or is started by itself, is looked for from there.
      transform(code, id) {
        if (!id.startsWith(SOURCES) || !code.includes('import.meta.url')) return null;
        const from = JSON.stringify(relative(OUT, id).replaceAll('\\', '/'));
        return code.replaceAll('import.meta.url', `new URL(${from}, import.meta.url).href`);
      },
    },
  ],
});
writeFileSync(join(OUT, 'made-from.json'), `${JSON.stringify(before)}\n`);
rmSync(FOLDER, { recursive: true, force: true });
renameSync(OUT, FOLDER);
