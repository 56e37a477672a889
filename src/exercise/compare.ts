import type { Strategy } from '../domain/strike.ts';
import { wilson } from '../policy/strike/predict.ts';
import type { ExerciseResult } from './result.ts';

/** A figure over several exercises: its median, and between which values the middle eight of ten lie. */
export interface SpreadFigure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** How one strategy fared over several seeds. Exposure and victim-hours stand together: who lowers one may raise the other. */
export interface StrategyOutcome {
  readonly strategy: Strategy;
  readonly seeds: readonly number[];
  readonly disabledPercent: SpreadFigure;
  /** Minutes from the first dark target to the last, of those exercises in which it closed; null: it closed in none. */
  readonly exposureMinutes: SpreadFigure | null;
  /** Exercises in which a target still lived at the end, so that the exposure is open. */
  readonly exposureOpen: number;
  readonly victimHours: SpreadFigure;
  readonly identifyToDarkMinutes: SpreadFigure | null;
  readonly replacements: SpreadFigure;
  readonly liveAtEnd: SpreadFigure;
  /** Share of exercises in which no server was left to any bot, with its 95 % interval (Wilson). */
  readonly noneLeft: { readonly share: number; readonly low: number; readonly high: number };
}

export function outcomeOf(strategy: Strategy, results: readonly ExerciseResult[]): StrategyOutcome {
  const of = (read: (result: ExerciseResult) => number | null): SpreadFigure | null =>
    spreadOf(results.flatMap((result) => read(result) ?? []));
  const always = (read: (result: ExerciseResult) => number): SpreadFigure =>
    spreadOf(results.map(read)) ?? { median: 0, low: 0, high: 0 };
  const noneLeft = wilson(results.filter(({ truth }) => truth.lostAt !== null).length, results.length);
  return {
    strategy,
    seeds: results.map(({ seed }) => seed),
    disabledPercent: always(({ total }) => total.percent),
    exposureMinutes: of(({ exposure }) => (exposure.open ? null : exposure.minutes)),
    exposureOpen: results.filter(({ exposure }) => exposure.open).length,
    victimHours: always(({ victimHours }) => victimHours),
    identifyToDarkMinutes: of(({ identifyToDark }) => identifyToDark.medianMinutes),
    replacements: always(({ truth }) => truth.replacements),
    liveAtEnd: always(({ truth }) => truth.aliveAtEnd),
    noneLeft: { share: noneLeft.chance, low: noneLeft.low, high: noneLeft.high },
  };
}

/** Median, first and last decile; between two values by their distance (R's type 7). */
export function spreadOf(values: readonly number[]): SpreadFigure | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = (sorted.length - 1) * share;
    const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
    return Math.round((below + (above - below) * (place - Math.floor(place))) * 10) / 10;
  };
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}
