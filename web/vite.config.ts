import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The war room: built to dist/pages, served by `dismantle serve`. It knows the service by its HTTP interface alone. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Beside the other static files: an operation may have any name below /app.
  base: '/static/app/',
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: fileURLToPath(new URL('../dist/pages', import.meta.url)),
    emptyOutDir: true,
    assetsDir: '',
    // The policy of the service allows files of its own and nothing inside a page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // Libraries say "use client" for servers that render pages; ours renders none.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: 'es', rolldownOptions: { checks: { moduleLevelDirective: false } } },
});
