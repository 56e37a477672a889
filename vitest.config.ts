import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // For a machine on which much else runs: no test depends on how fast it is.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Many suites run a PostgreSQL of their own; more workers than this wait for each other's disk.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
