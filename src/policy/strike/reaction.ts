import type { Trust } from '../../domain/provider.ts';
import type { ProviderHistory } from '../../domain/strike.ts';

/** How long a provider takes from a notice to dark: log-normal, or never. */
export interface Reaction {
  readonly medianHours: number;
  /** Standard deviation of the logarithm. */
  readonly sigma: number;
  readonly neverChance: number;
  /** Finished cases that it rests on; 0: its class alone. */
  readonly fromCases: number;
}

type Class = Omit<Reaction, 'fromCases'>;

/**
 * By class, where a provider has no record of its own:
 *
 * - cooperative: Microsoft identified, notified and disabled within 3 hours, one provider within 6 minutes (20 October 2020);
 *   NCSC UK's median is 3 h, of phishing. Spread and the chance of nothing are our assumption.
 * - unknown: with a median of 24 h and this spread 86 % act within five days, as in Operation Morpheus (593 of 690).
 * - unresponsive: URLhaus 2019 measured a mean of 8 days and 10 hours, of malware URLs; the rest is our assumption.
 * - bulletproof: our assumption.
 * - device: seven of TrickBot's 69 were devices and still alive after a week; the figures are our assumption.
 */
export const REACTIONS: Readonly<Record<Trust | 'device', Class>> = {
  cooperative: { medianHours: 3, sigma: 1, neverChance: 0.02 },
  unknown: { medianHours: 24, sigma: 1.5, neverChance: 0.06 },
  unresponsive: { medianHours: 120, sigma: 1, neverChance: 0.35 },
  bulletproof: { medianHours: 240, sigma: 1, neverChance: 0.8 },
  device: { medianHours: 96, sigma: 1.2, neverChance: 0.3 },
};

/** So many finished cases of a provider's own go before its class. */
export const OWN_RECORD = 3;
/** For the chance of nothing the class weighs as much as so many cases. */
const CLASS_WEIGHT = 2;
const BOUNDS = { medianHours: [0.05, 2160], sigma: [0.3, 2] } as const;

export function reactionOf(trust: Trust, isDevice: boolean, { finishedHours, ignored }: ProviderHistory): Reaction {
  const usual = REACTIONS[isDevice ? 'device' : trust];
  const finished = finishedHours.length;
  if (finished < OWN_RECORD) return { ...usual, fromCases: 0 };
  const logs = finishedHours.map((hours) => Math.log(Math.max(hours, BOUNDS.medianHours[0])));
  const mean = logs.reduce((sum, log) => sum + log, 0) / finished;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (finished - 1);
  return {
    medianHours: within(Math.exp(mean), BOUNDS.medianHours),
    sigma: within(Math.sqrt(variance), BOUNDS.sigma),
    neverChance: (ignored + CLASS_WEIGHT * usual.neverChance) / (finished + ignored + CLASS_WEIGHT),
    fromCases: finished,
  };
}

function within(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max(value, low), high);
}
