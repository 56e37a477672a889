import type { Instant } from '../../domain/instant.ts';

/**
 * A token bucket over a clock value that the caller brings. A twentieth of the rate may go at once and the rest refills, so
 * that no second, wherever it begins, sees more than the rate says. Taking more than it holds is a debt that the next ones
 * wait for: a server with many endpoints goes as well, and slows down what follows.
 */
export class TokenBucket {
  private readonly perMs: number;
  private readonly capacity: number;
  private tokens: number;
  private filledAt: Instant | null = null;

  constructor(perSecond: number) {
    this.capacity = Math.max(perSecond / 20, 1);
    this.perMs = Math.max(perSecond - this.capacity, perSecond / 2) / 1000;
    this.tokens = this.capacity;
  }

  /** The earliest moment at which `count` may be taken: `now` where they are there. */
  readyAt(count: number, now: Instant): Instant {
    this.fill(now);
    const missing = Math.min(count, this.capacity) - this.tokens;
    // A hundred-millionth of a token is rounding.
    return missing <= 1e-8 ? now : now + Math.ceil(missing / this.perMs);
  }

  take(count: number, now: Instant): void {
    this.fill(now);
    this.tokens -= count;
  }

  private fill(now: Instant): void {
    // A clock that was set back refills nothing, and does not stop the bucket until it has caught up.
    const passed = Math.max(0, now - (this.filledAt ?? now));
    this.tokens = Math.min(this.capacity, this.tokens + passed * this.perMs);
    this.filledAt = now;
  }
}
