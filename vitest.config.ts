import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Many suites run a PostgreSQL of their own; more workers than this wait for each other's disk.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
