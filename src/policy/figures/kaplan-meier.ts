/*
 * The product-limit estimate: E. L. Kaplan and P. Meier, Nonparametric Estimation from Incomplete Observations, J. Am. Stat.
 * Assoc. 53 (1958) 457-481. Its variance by M. Greenwood (1926); bounds on the scale of log(-log S), which stay between 0 and 1
 * (J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure Time Data, 2nd ed. 2002, section 1.4).
 */

/** One observation. `time` in any one unit, not negative; not ended: it still lasted then, and nobody knows how much longer. */
export interface Observed {
  readonly time: number;
  readonly ended: boolean;
}

/** At each time at which anything ended or was censored. */
export interface SurvivalStep {
  readonly time: number;
  /** Not ended and not censored before this time. */
  readonly atRisk: number;
  readonly ended: number;
  /** At this time; those count as at risk for what ended at the same time. */
  readonly censored: number;
  /** S(time): the share that lasts longer. */
  readonly share: number;
  /** Of 95 %; null where Greenwood's variance says nothing (nothing or everything has ended). */
  readonly bounds: { readonly low: number; readonly high: number } | null;
}

/** The standard normal distribution leaves 2.5 % above it. */
const NORMAL_975 = 1.959964;

/** Products of fractions stray from one half in the sixteenth digit. */
const ROUNDING = 1e-12;

export function survivalSteps(observed: readonly Observed[]): readonly SurvivalStep[] {
  const sorted = observed.toSorted((one, other) => one.time - other.time);
  const steps: SurvivalStep[] = [];
  let share = 1;
  let greenwood = 0;
  for (let index = 0; index < sorted.length;) {
    const time = sorted[index]?.time ?? 0;
    const atRisk = sorted.length - index;
    let [ended, censored] = [0, 0];
    for (let same = sorted[index]; same?.time === time; same = sorted[index]) {
      if (same.ended) ended += 1;
      else censored += 1;
      index += 1;
    }
    share *= (atRisk - ended) / atRisk;
    if (ended > 0) greenwood += ended / (atRisk * (atRisk - ended));
    steps.push({ time, atRisk, ended, censored, share, bounds: boundsOf(share, greenwood) });
  }
  return steps;
}

function boundsOf(share: number, greenwood: number): SurvivalStep['bounds'] {
  if (share <= 0 || share >= 1) return null;
  const spread = (NORMAL_975 * Math.sqrt(greenwood)) / Math.abs(Math.log(share));
  return { low: share ** Math.exp(spread), high: share ** Math.exp(-spread) };
}

/** The standard error of S by Greenwood's formula, for each step. */
export function standardErrors(steps: readonly SurvivalStep[]): readonly number[] {
  let greenwood = 0;
  return steps.map(({ share, atRisk, ended }) => {
    if (ended > 0) greenwood += ended / (atRisk * (atRisk - ended));
    return share === 0 ? 0 : share * Math.sqrt(greenwood);
  });
}

/** The first time by which at least this part has ended (0.5: the median); null where it never came to that. */
export function quantile(steps: readonly SurvivalStep[], part: number): number | null {
  return steps.find(({ share }) => share <= 1 - part + ROUNDING)?.time ?? null;
}

/** Between which times the median lies, by where the bounds of S pass one half; null: it is open on that side. */
export function medianBounds(steps: readonly SurvivalStep[]): { low: number | null; high: number | null } {
  const firstBelow = (bound: 'low' | 'high'): number | null =>
    steps.find(({ share, bounds }) => (bounds === null ? share <= 0 : bounds[bound] <= 0.5 + ROUNDING))?.time ?? null;
  return { low: firstBelow('low'), high: firstBelow('high') };
}
