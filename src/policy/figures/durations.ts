import type { Instant } from '../../domain/instant.ts';
import type { CurveStep, DurationFigures } from '../../domain/report.ts';
import { medianBounds, quantile, survivalSteps } from './kaplan-meier.ts';
import type { SurvivalStep } from './kaplan-meier.ts';
import { minutesOf } from './units.ts';

/** From a start to its end, of which only an interval is known, or to when it was last known to go on. Milliseconds. */
export interface Span {
  /** Where every end lies as early as it can: at the last live look. */
  readonly shortestMs: number;
  /** Where it lies at the first dark look. The figures are of this one, which never makes us look faster than we were. */
  readonly longestMs: number;
  readonly ended: boolean;
}

/** The interval rule: it went dark at some time after the last live look, and at the first dark one at the latest. */
export function endedSpan(start: Instant, lastLiveAt: Instant | null, darkAt: Instant): Span {
  const longestMs = Math.max(0, darkAt - start);
  // Where nobody has seen it alive after the start, it may have been dark from the start on.
  const shortestMs = Math.min(longestMs, Math.max(0, (lastLiveAt ?? start) - start));
  return { shortestMs, longestMs, ended: true };
}

/** What has one moment only, such as a notice that left. */
export function exactSpan(start: Instant, end: Instant): Span {
  const ms = Math.max(0, end - start);
  return { shortestMs: ms, longestMs: ms, ended: true };
}

export function openSpan(start: Instant, until: Instant): Span {
  return { ...exactSpan(start, until), ended: false };
}

export function durationFigures(spans: readonly Span[]): DurationFigures {
  const steps = survivalSteps(spans.map(({ longestMs, ended }) => ({ time: longestMs, ended })));
  const early = survivalSteps(spans.map(({ shortestMs, ended }) => ({ time: shortestMs, ended })));
  const minutes = (ms: number | null): number | null => (ms === null ? null : minutesOf(ms));
  const finished = spans.filter(({ ended }) => ended).length;
  const bounds = medianBounds(steps);
  return {
    medianMinutes: minutes(quantile(steps, 0.5)),
    p90Minutes: minutes(quantile(steps, 0.9)),
    fastestMinutes: minutes(steps.find(({ ended }) => ended > 0)?.time ?? null),
    finished,
    censored: spans.length - finished,
    medianMinutesAtLeast: minutes(quantile(early, 0.5)),
    medianMinutesBounds: { low: minutes(bounds.low), high: minutes(bounds.high) },
  };
}

/** A chart has no more points across than that. */
const MOST_STEPS = 400;

/** The curve for charts: where it has more steps than a chart shows, neighbours stand together at the time of the last. */
export function curveOf(spans: readonly Span[]): readonly CurveStep[] {
  const steps = survivalSteps(spans.map(({ longestMs, ended }) => ({ time: longestMs, ended })));
  const together = Math.ceil(steps.length / MOST_STEPS);
  const curve: CurveStep[] = [];
  for (let from = 0; from < steps.length; from += together) curve.push(curveStep(steps.slice(from, from + together)));
  return curve;
}

function curveStep(steps: readonly SurvivalStep[]): CurveStep {
  const last = steps.at(-1);
  if (last === undefined) throw new Error('a curve has no step without any');
  const sum = (count: (step: SurvivalStep) => number): number => steps.reduce((total, step) => total + count(step), 0);
  return {
    minutes: minutesOf(last.time),
    share: fourDecimals(last.share),
    atRisk: steps[0]?.atRisk ?? 0,
    ended: sum(({ ended }) => ended),
    censored: sum(({ censored }) => censored),
    ...(last.bounds === null
      ? {}
      : { shareLow: fourDecimals(last.bounds.low), shareHigh: fourDecimals(last.bounds.high) }),
  };
}

function fourDecimals(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
