import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { introduceKey, openKeyOf } from '../../src/adapters/ledger-key/rotate-key.ts';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { openExerciseDatabase } from '../../src/adapters/postgres/exercise-database.ts';
import { openPostgresStore } from '../../src/adapters/postgres/postgres-store.ts';
import { createApp } from '../../src/app.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { simulate } from '../../src/exercise/simulation/simulate.ts';
import type { SimulationOutcome } from '../../src/exercise/simulation/simulate.ts';
import type { SimulationPlan } from '../../src/exercise/simulation/small-scenario.ts';
import type { Sabotage } from '../../src/exercise/simulation/trouble.ts';
import { auditExport } from '../../src/ledger/audit.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import type { World } from '../../src/ports/world.ts';
import type { ExerciseParts } from '../../src/exercise/play.ts';

/** Plays simulations, each over a database of its own in one cluster. */
export interface Laboratory {
  play(plan: SimulationPlan, options?: PlayOptions): Promise<SimulationOutcome>;
  close(): Promise<void>;
}

export interface PlayOptions {
  readonly sabotage?: Sabotage;
  /** Parts that are broken on purpose. */
  readonly parts?: (parts: ExerciseParts) => ExerciseParts;
}

/** @param folder where the cluster lies; another laboratory may use it at the same time. Null: one of its own, which goes with it */
export async function openLaboratory(folder: string | null): Promise<Laboratory> {
  const own = folder ?? (await mkdtemp(join(tmpdir(), 'dismantle-simulate-')));
  const signal = new AbortController().signal;
  const app = await createApp({
    dataDirectory: own,
    configFile: null,
    environment: {},
    offline: true,
    progress: { step: () => undefined },
    signal,
    overrides: {},
  });
  const opened = await openEmbeddedPostgres({
    dataDirectory: own,
    graceMs: 1000,
    startTimeoutMs: 120_000,
    report: () => undefined,
  });
  if (!opened.ok) throw new ProblemError(opened.problem);
  const exercise = await app.openExercise(null);
  const { parts } = exercise;
  // Its own database is not needed: each simulation gets another.
  await exercise.close();
  return {
    async play(plan, options = {}) {
      const database = await openExerciseDatabase(opened.value.connection);
      const keys = await mkdtemp(join(tmpdir(), 'dismantle-simulation-key-'));
      try {
        const made: ExerciseParts = {
          ...parts,
          openStore: (random) => openPostgresStore(database.access, parts.organisationId, random),
        };
        return await simulate(options.parts?.(made) ?? made, plan, {
          ...(options.sabotage === undefined ? {} : { sabotage: options.sabotage }),
          audit: (world) => audit(world, keys),
        });
      } finally {
        await database.drop();
        await rm(keys, { recursive: true, force: true });
      }
    },
    async close() {
      await app.close();
      await opened.value.close();
      if (folder === null) await rm(own, { recursive: true, force: true });
    },
  };
}

async function audit(world: World, keys: string): Promise<readonly string[]> {
  await introduceKey(world, keys);
  return world.store.read(async (transaction) => {
    const signer = await openKeyOf(transaction, keys, world.random);
    const { findings } = await auditExport(exportLedger(transaction.ledgerReader(), signer));
    return findings.map(({ kind, sequence, message }) => `audit: ${kind} at ${sequence ?? '-'}: ${message}`);
  });
}
