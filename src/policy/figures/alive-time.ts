import type { DarkRun } from '../../domain/figure-facts.ts';
import type { Instant } from '../../domain/instant.ts';

/** How long one server was alive after it was identified, in milliseconds. */
export interface AliveTime {
  /** Every span to the first dark look of a confirmed run, from the look that found it alive again; open ones to the end. */
  readonly ms: number;
  /** Every span to the last look that found it alive: what looks prove. */
  readonly lowMs: number;
  /** As `ms`, with a return at the earliest that it may have been: right after the looks that had confirmed it dark. */
  readonly highMs: number;
}

/**
 * @param until The moment of the report, or since when the server has answered as what a person says it is by now.
 * @param lastLiveAt Of all looks; null: none has found it alive.
 */
export function aliveTime(
  identifiedAt: Instant,
  runs: readonly DarkRun[],
  { until, lastLiveAt }: { readonly until: Instant; readonly lastLiveAt: Instant | null },
): AliveTime {
  const time = { ms: 0, lowMs: 0, highMs: 0 };
  let [from, earliestFrom]: [Instant | null, Instant] = [identifiedAt, identifiedAt];
  for (const run of runs) {
    if (from !== null) {
      time.ms += between(from, run.darkAt);
      time.highMs += between(earliestFrom, run.darkAt);
      time.lowMs += between(from, Math.min(run.lastLiveAt ?? from, run.darkAt));
    }
    if (run.returnedAt === null) {
      // A run that follows without a return goes on with the same darkness.
      from = null;
    } else {
      from = Math.max(run.returnedAt, identifiedAt);
      earliestFrom = Math.max(run.confirmedAt, identifiedAt);
    }
  }
  if (from === null) return time;
  return {
    ms: time.ms + between(from, until),
    lowMs: time.lowMs + between(from, Math.min(lastLiveAt ?? from, until)),
    highMs: time.highMs + between(earliestFrom, until),
  };
}

function between(from: Instant, to: Instant): number {
  return Math.max(0, to - from);
}
