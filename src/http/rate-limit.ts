/*
 * How often somebody may come. In memory: each process counts for itself, and forgets what is over.
 */

export interface RateLimit {
  /** So many at once … */
  readonly burst: number;
  /** … and so many a minute after that. */
  readonly perMinute: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** More keys than that are not remembered: the least recently used goes first. */
const MOST_KEYS = 50_000;
const MINUTE_MS = 60_000;

/** Token buckets by key. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one; answers 0 where it may, otherwise after how many whole seconds it may again. */
  take(key: string, limit: RateLimit): number {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { left: limit.burst, at: now };
    const left = Math.min(limit.burst, bucket.left + ((now - bucket.at) * limit.perMinute) / MINUTE_MS);
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    if (this.#buckets.size > MOST_KEYS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return left >= 1 ? 0 : Math.ceil(((1 - left) * MINUTE_MS) / limit.perMinute / 1000);
  }

  /** How many it may at once just now, without taking one. */
  isEmpty(key: string, limit: RateLimit): boolean {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return false;
    return Math.min(limit.burst, bucket.left + ((this.#now() - bucket.at) * limit.perMinute) / MINUTE_MS) < 1;
  }
}

/** Who is counted as one: an IPv4 address, or the /64 that one IPv6 line has to itself. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = address.includes('::')
    ? Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
    : [];
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
