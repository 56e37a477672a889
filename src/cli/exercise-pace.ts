import type { Instant } from '../domain/instant.ts';
import type { Pause } from '../ports/pause.ts';

const SLICE_MS = 100;

/** How fast the time of an exercise passes for whoever watches it. It may be changed while it passes. */
export class Pace {
  /** Minutes of the exercise in a second; null: as fast as it goes. */
  minutesPerSecond: number | null;
  isPaused = false;
  private shownAt: Instant;
  private readonly signal: AbortSignal;
  private readonly pause: Pause;

  constructor(begins: Instant, minutesPerSecond: number | null, pause: Pause, signal: AbortSignal) {
    this.shownAt = begins;
    this.minutesPerSecond = minutesPerSecond;
    this.pause = pause;
    this.signal = signal;
  }

  /** Resolves when whoever watches may see the moment. */
  async reach(now: Instant): Promise<void> {
    while (!this.signal.aborted) {
      if (this.isPaused) {
        await this.pause(SLICE_MS, this.signal);
        continue;
      }
      const { minutesPerSecond } = this;
      if (minutesPerSecond === null || now <= this.shownAt) break;
      const leftMs = ((now - this.shownAt) / 60_000 / minutesPerSecond) * 1000;
      const waitedMs = Math.min(leftMs, SLICE_MS);
      await this.pause(waitedMs, this.signal);
      if (waitedMs === leftMs) break;
      this.shownAt += (waitedMs / 1000) * minutesPerSecond * 60_000;
    }
    this.shownAt = Math.max(this.shownAt, now);
  }
}
