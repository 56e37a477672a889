import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import { abortable } from '../guarded-http/abortable.ts';

/** Waits; rejects when the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface TokenBuckets {
  /** Waits for the host's turn; the first to come goes first. Fails where the host has asked for a longer pause than we wait. */
  take(host: string, signal: AbortSignal): Promise<Result<void, string>>;
  /** The host asked to be left alone for so long. */
  pause(host: string, milliseconds: number): void;
}

interface Bucket {
  tokens: number;
  filledAt: Instant;
  pausedUntil: Instant;
  /** Settles when the one before has had its turn. */
  queue: Promise<unknown>;
}

/** Longer than this nobody waits for a registry that wants a pause. */
export const MAX_PAUSE_MS = 120_000;
const MINUTE_MS = 60_000;

/**
 * A token bucket a host. Of the limit a minute a fifth may go at once and the rest refills, so that no 60 seconds, wherever
 * they begin, see more requests than the limit says.
 */
export function createTokenBuckets(
  clock: Clock,
  sleep: Sleep,
  requestsPerMinute: (host: string) => number,
): TokenBuckets {
  const buckets = new Map<string, Bucket>();

  function bucketOf(host: string): Bucket {
    const known = buckets.get(host);
    if (known !== undefined) return known;
    const bucket: Bucket = {
      tokens: burstOf(requestsPerMinute(host)),
      filledAt: clock.now(),
      pausedUntil: 0,
      queue: Promise.resolve(),
    };
    buckets.set(host, bucket);
    return bucket;
  }

  async function turn(host: string, bucket: Bucket, signal: AbortSignal): Promise<Result<void, string>> {
    const limit = requestsPerMinute(host);
    const burst = burstOf(limit);
    const tokensPerMs = Math.max(limit - burst, 0.5) / MINUTE_MS;
    for (;;) {
      signal.throwIfAborted();
      const now = clock.now();
      const pauseMs = bucket.pausedUntil - now;
      if (pauseMs > MAX_PAUSE_MS) {
        return failure(`it asked to be left alone for another ${Math.ceil(pauseMs / 1000)} s`);
      }
      // A clock that was set back refills nothing.
      bucket.tokens = Math.min(burst, bucket.tokens + Math.max(now - bucket.filledAt, 0) * tokensPerMs);
      bucket.filledAt = now;
      const waitMs = Math.max(pauseMs, Math.ceil((1 - bucket.tokens) / tokensPerMs));
      if (waitMs <= 0) {
        bucket.tokens -= 1;
        return success(undefined);
      }
      await sleep(waitMs, signal);
    }
  }

  return {
    take(host, signal) {
      const bucket = bucketOf(host);
      const mine = bucket.queue.then(() => turn(host, bucket, signal));
      // Who gives up must not hold up those behind.
      bucket.queue = mine.catch(() => undefined);
      return abortable(mine, signal);
    },
    pause(host, milliseconds) {
      const bucket = bucketOf(host);
      bucket.pausedUntil = Math.max(bucket.pausedUntil, clock.now() + milliseconds);
    },
  };
}

function burstOf(requestsPerMinute: number): number {
  return Math.max(1, Math.floor(requestsPerMinute / 5));
}
