import type { OperationReport } from '../domain/report.ts';
import { STALE_DAYS } from '../domain/severance.ts';
import type { Strategy } from '../domain/strike.ts';
import { operationReport } from '../flow/report.ts';
import type { Exercise } from './play.ts';
import { tallyOf } from './tally.ts';
import type { ExerciseTally } from './tally.ts';

/** What really happened, which only an exercise can know. Servers are those of the botnet, whether we ever heard of them or not. */
export interface ExerciseTruth extends Readonly<ExerciseTally['truth']> {
  readonly replacements: number;
  readonly configurationsPushed: number;
  /** Machines and names of people who have nothing to do with it, taken down because of a notice of ours. */
  readonly innocentsHit: number;
}

/** The figures of an exercise: those of `dismantle report`, and what they came from. */
export interface ExerciseResult extends OperationReport {
  readonly scenario: string;
  readonly seed: number;
  readonly strategy: Strategy;
  /** The method table that it was played with; the hash is that of its file (SHA-256). */
  readonly playbook: { readonly name: string; readonly sha256: string };
  /** Of the ledger at the end: the same for the same scenario, seed, strategy, playbook and version. */
  readonly ledgerRoot: string;
  readonly truth: ExerciseTruth;
  /** What feeds named wrongly, and how much of it stood in a notice that left: by the messages themselves. */
  readonly decoys: ExerciseTally['decoys'];
  /** What feeds named rightly, and how much of it stood in a notice that left. */
  readonly true: ExerciseTally['true'];
  /** People who have nothing to do with it and share ground with the botnet. */
  readonly innocents: ExerciseTally['innocents'];
  /** What the product refused the team although it did not expect that, and the first of it, a sentence each. */
  readonly troubles: { readonly total: number; readonly first: readonly string[] };
}

const MOST_TROUBLES = 20;

/** Read once the exercise has been played. */
export async function exerciseResult(exercise: Exercise): Promise<ExerciseResult> {
  const { scenario, seed, strategy, team } = exercise;
  const report = await operationReport(exercise.world, scenario.name, { asOf: null, staleDays: STALE_DAYS });
  const { name, sha256 } = exercise.desktop.sources.methodTable;
  const { decoys, true: named, innocents, truth } = await tallyOf(exercise);
  return {
    ...report,
    decoys,
    true: named,
    innocents,
    troubles: { total: team.troubles.length, first: team.troubles.slice(0, MOST_TROUBLES) },
    scenario: scenario.name,
    seed,
    strategy,
    playbook: { name, sha256 },
    ledgerRoot: report.ledger.root,
    truth: {
      ...truth,
      replacements: exercise.internet.controllers().filter(({ wave }) => wave === 'replacement').length,
      configurationsPushed: exercise.operators.pushed.length,
      innocentsHit: exercise.desks.innocentsHit.size,
    },
  };
}
