/** One bucket is 5 % wide: what is read out of it is at most that much too high. */
const WIDTH = Math.log(1.05);
const BUCKETS = 512;

export interface LatenessFigures {
  readonly rounds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How long after their due time rounds began: of any number of them in 4 KB. */
export class Lateness {
  private readonly buckets = new Float64Array(BUCKETS);
  private rounds = 0;
  private maxMs = 0;

  add(lateMs: number): void {
    const late = Math.max(0, lateMs);
    const bucket = Math.min(BUCKETS - 1, Math.ceil(Math.log1p(late) / WIDTH));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.rounds += 1;
    if (late > this.maxMs) this.maxMs = late;
  }

  figures(): LatenessFigures {
    return {
      rounds: this.rounds,
      p50Ms: this.quantile(0.5),
      p99Ms: this.quantile(0.99),
      maxMs: Math.round(this.maxMs),
    };
  }

  private quantile(share: number): number {
    let left = Math.ceil(this.rounds * share);
    for (const [bucket, count] of this.buckets.entries()) {
      left -= count;
      if (left <= 0) return Math.min(Math.round(Math.expm1(bucket * WIDTH)), Math.round(this.maxMs));
    }
    return Math.round(this.maxMs);
  }
}
