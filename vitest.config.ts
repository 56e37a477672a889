import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // For a machine on which much else runs: no test depends on how fast it is.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Many suites have a PostgreSQL beside them; more workers than this wait for each other's disk.
    maxWorkers: 2,
    globalSetup: ['test/support/shared-clusters.ts'],
    reporters: ['default'],
    projects: [
      // Units share the modules that they import: loading them anew for each of so many files takes longer than the tests.
      // In a process and not in a thread, which Node (24.21) cannot always end: in Environment::CleanupHandles it turns
      // round for ever over a handle that its loop no longer knows as active, and the runner waits for it.
      {
        extends: true,
        test: { name: 'units', include: ['src/**/*.test.ts', 'web/src/**/*.test.ts'], pool: 'forks', isolate: false },
      },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'] } },
    ],
  },
});
