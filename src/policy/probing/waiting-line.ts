import type { Instant } from '../../domain/instant.ts';
import type { LookRates } from '../../domain/watch.ts';
import { DueQueue } from './due-queue.ts';
import { TokenBucket } from './rates.ts';
import { HOUR_MS, MINUTE_MS } from './schedule.ts';

interface Provider {
  readonly bucket: TokenBucket;
  /** Servers that are due, the most urgent first. */
  readonly waiting: DueQueue;
  /** Stands among those that may go now, or that wait for their bucket. */
  isListed: boolean;
}

/** More milliseconds than any moment has: of two servers that are looked at equally often the one goes that was due first. */
const CLASS = 1e13;

/** The more often a server is looked at, the sooner it goes. */
function classOf(everyMs: number): number {
  return everyMs <= MINUTE_MS ? 0 : everyMs < HOUR_MS ? 1 : everyMs <= HOUR_MS ? 2 : 3;
}

/**
 * Who is looked at next. A server waits until it is due; then for its provider's share, where those that are looked at
 * most often go first; then for everybody's share. A provider with ten thousand servers holds up nobody else's.
 *
 * Servers and providers are numbers that the caller gives out, from 0 upwards.
 */
export class WaitingLine {
  private readonly rates: LookRates;
  private readonly total: TokenBucket;
  private readonly due = new DueQueue(4096);
  private readonly providers: (Provider | undefined)[] = [];
  /** Providers whose bucket fills up at a moment. */
  private readonly resting = new DueQueue();
  /** Providers that may go, by their most urgent server; one may stand here twice, and is passed over the second time. */
  private readonly ready = new DueQueue();
  private readonly providerOf: number[] = [];
  private readonly classOf: number[] = [];
  private readonly looksOf: number[] = [];
  private waitingNow = 0;

  constructor(rates: LookRates) {
    this.rates = rates;
    this.total = new TokenBucket(rates.perSecond);
  }

  /** How many are due and wait for their turn. */
  get waiting(): number {
    return this.waitingNow;
  }

  /** All that stand here, due or not. */
  get size(): number {
    return this.due.size + this.waitingNow;
  }

  /** Sends everybody home; what providers have been asked of late stays remembered. */
  clear(): void {
    for (const queue of [this.due, this.resting, this.ready]) queue.clear();
    for (const provider of this.providers) {
      // A number that was given out and never used.
      if (provider === undefined) continue;
      provider.waiting.clear();
      provider.isListed = false;
    }
    this.waitingNow = 0;
  }

  /** A server stands here at most once. */
  add(server: number, provider: number, at: Instant, everyMs: number, looks: number): void {
    this.providerOf[server] = provider;
    this.classOf[server] = classOf(everyMs);
    this.looksOf[server] = looks;
    this.due.push(at, server);
  }

  /** The server whose turn it is; null where nobody's is. */
  next(now: Instant): number | null {
    this.wake(now);
    for (;;) {
      if (this.ready.size === 0) return null;
      // Everybody's share: asked for one look, so that a server with many ends does not stop those with few.
      if (this.total.readyAt(1, now) > now) return null;
      const number = this.ready.pop() ?? 0;
      const provider = this.providerAt(number);
      provider.isListed = false;
      // It stood here twice and has had its turn.
      if (provider.bucket.readyAt(1, now) > now) {
        this.list(number, provider, now);
        continue;
      }
      const server = provider.waiting.pop();
      if (server === null) continue;
      this.waitingNow -= 1;
      const looks = this.looksOf[server] ?? 1;
      provider.bucket.take(looks, now);
      this.total.take(looks, now);
      this.list(number, provider, now);
      return server;
    }
  }

  /** When it is worth asking again; Infinity where nobody waits. */
  wakeAt(now: Instant): Instant {
    this.wake(now);
    if (this.ready.size > 0) return this.total.readyAt(1, now);
    return Math.min(this.due.nextKey, this.resting.nextKey);
  }

  private wake(now: Instant): void {
    while (this.due.nextKey <= now) {
      const at = this.due.nextKey;
      const server = this.due.pop() ?? 0;
      const number = this.providerOf[server] ?? 0;
      const provider = this.providerAt(number);
      const before = provider.waiting.nextKey;
      const key = (this.classOf[server] ?? 0) * CLASS + at;
      provider.waiting.push(key, server);
      this.waitingNow += 1;
      if (!provider.isListed) this.list(number, provider, now);
      else if (key < before && provider.bucket.readyAt(1, now) <= now) this.ready.push(key, number);
    }
    while (this.resting.nextKey <= now) {
      const number = this.resting.pop() ?? 0;
      const provider = this.providerAt(number);
      if (provider.waiting.size > 0) this.ready.push(provider.waiting.nextKey, number);
    }
  }

  private list(number: number, provider: Provider, now: Instant): void {
    if (provider.waiting.size === 0) return;
    provider.isListed = true;
    const readyAt = provider.bucket.readyAt(1, now);
    if (readyAt <= now) this.ready.push(provider.waiting.nextKey, number);
    else this.resting.push(readyAt, number);
  }

  private providerAt(number: number): Provider {
    return (this.providers[number] ??= {
      bucket: new TokenBucket(this.rates.perProviderPerSecond),
      waiting: new DueQueue(1),
      isListed: false,
    });
  }
}
