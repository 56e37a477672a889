import type { OperationReport } from '../domain/report.ts';
import type { Strategy } from '../domain/strike.ts';
import { operationReport } from '../flow/report.ts';
import type { Exercise } from './play.ts';
import { isUp } from './world/internet.ts';

const HOUR_MS = 3_600_000;

/** What really happened, which only an exercise can know. Servers are those of the botnet, whether we ever heard of them or not. */
export interface ExerciseTruth {
  readonly servers: number;
  readonly replacements: number;
  readonly aliveAtEnd: number;
  readonly neverIdentified: number;
  /** Hours of life of all servers, from the beginning of the exercise on. */
  readonly serverHours: number;
  /** ISO 8601 UTC: when no server was left for any bot to reach; null: that did not happen. */
  readonly lostAt: string | null;
  readonly configurationsPushed: number;
  /** Machines of people who have nothing to do with it, taken down because of a notice of ours. */
  readonly innocentsHit: number;
}

/** The figures of an exercise: those of `dismantle report`, and what they came from. */
export interface ExerciseResult extends OperationReport {
  readonly scenario: string;
  readonly seed: number;
  readonly strategy: Strategy;
  /** Of the ledger at the end: the same for the same scenario, seed, strategy and version. */
  readonly ledgerRoot: string;
  readonly truth: ExerciseTruth;
}

/** Read once the exercise has been played. */
export async function exerciseResult(exercise: Exercise, staleDays: number): Promise<ExerciseResult> {
  const { scenario, seed, strategy } = exercise;
  const report = await operationReport(exercise.world, scenario.name, { asOf: null, staleDays });
  return {
    ...report,
    scenario: scenario.name,
    seed,
    strategy,
    ledgerRoot: report.ledger.root,
    truth: truthOf(exercise, new Set(report.servers.map(({ host }) => host))),
  };
}

function truthOf({ scenario, internet, operators, desks }: Exercise, identified: ReadonlySet<string>): ExerciseTruth {
  const { begins, ends } = scenario;
  const stood = internet.controllers().filter(({ upAt }) => upAt <= ends);
  const hours = stood.map(({ upAt, downAt }) => Math.max(0, Math.min(downAt ?? ends, ends) - Math.max(upAt, begins)));
  return {
    servers: stood.length,
    replacements: stood.filter(({ wave }) => wave === 'replacement').length,
    aliveAtEnd: stood.filter((machine) => isUp(machine, ends)).length,
    neverIdentified: stood.filter(({ name, address }) => !identified.has(name ?? address)).length,
    serverHours: Math.round((hours.reduce((sum, each) => sum + each, 0) / HOUR_MS) * 10) / 10,
    lostAt: operators.lostAt === null ? null : new Date(operators.lostAt).toISOString(),
    configurationsPushed: operators.pushed.length,
    innocentsHit: desks.innocentsHit.size,
  };
}
