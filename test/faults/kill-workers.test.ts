import { expect, test } from 'vitest';
import { proveWorkers } from '../support/worker-proof.ts';

// Rule 1 with many machines: whoever dies, worker or PostgreSQL, nothing is lost and nothing doubled. In full: npm run prove:workers.

const IS_FULL = process.env['DISMANTLE_FULL'] === '1';
const SEED = Number(process.env['DISMANTLE_KILL_SEED'] ?? Date.now() % 1_000_000);
const KILLS = Number(process.env['DISMANTLE_KILLS'] ?? (IS_FULL ? 20 : 4));
const STOPS = IS_FULL ? 4 : 1;

test.skipIf(process.platform !== 'linux')(
  `two workers under ${KILLS} kills and ${STOPS} immediate stops of PostgreSQL lose nothing (DISMANTLE_KILL_SEED=${SEED})`,
  { timeout: 1_800_000 },
  async () => {
    const [figures] = await proveWorkers({
      workers: [2],
      kills: KILLS,
      stops: STOPS,
      sending: { operations: 2, notices: 15 },
      small: 60,
      seed: SEED,
      report: () => undefined,
    });
    expect(figures?.findings).toEqual([]);
    expect(figures).toMatchObject({ kills: KILLS, stops: STOPS, notices: 30 });
    expect(figures?.midway).toBeGreaterThan(0);
    expect(figures?.taken).toBeGreaterThanOrEqual(30);
  },
);
