import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Instant } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { Pause } from '../ports/pause.ts';
import type { Store } from '../ports/store.ts';

/**
 * The time of an exercise: it passes when somebody waits for it, and only while nothing is being read or written. So the same
 * things happen at the same moments however fast the machine is.
 */
export class VirtualTime implements Clock {
  private instant: Instant;
  private busy = 0;
  private turns = 0;
  private readonly sleepers = new Set<{ readonly until: Instant; readonly wake: () => void; readonly order: number }>();
  private slept = 0;
  private isPumping = false;
  /** Who waits until nothing is under way any more: asking at each turn of the event loop would keep a processor busy. */
  private readonly idle: (() => void)[] = [];

  constructor(begin: Instant) {
    this.instant = begin;
  }

  now(): Instant {
    return this.instant;
  }

  /** Time never goes back. */
  advanceTo(instant: Instant): void {
    this.instant = Math.max(this.instant, instant);
  }

  readonly pause: Pause = (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { until: this.instant + Math.max(1, Math.ceil(milliseconds)), wake, order: this.slept++ };
      this.sleepers.add(sleeper);
      signal.addEventListener('abort', wake);
      this.pump();
    });

  /** Counts what is under way in a store, so that no time passes meanwhile. */
  watching(store: Store): Store {
    const counted = async <Value>(work: () => Promise<Value>): Promise<Value> => {
      this.busy += 1;
      this.turns += 1;
      try {
        return await work();
      } finally {
        this.busy -= 1;
        this.turns += 1;
        if (this.busy === 0) for (const goOn of this.idle.splice(0)) goOn();
      }
    };
    // `exclusively` holds a lock over other work that pauses: only what it does inside counts.
    return {
      read: (work) => counted(() => store.read(work)),
      asOf: (moment, work) => counted(() => store.asOf(moment, work)),
      write: (work) => counted(() => store.write(work)),
      readAsPartner: (partner, work) => counted(() => store.readAsPartner(partner, work)),
      readAtDoor: (noticeId, work) => counted(() => store.readAtDoor(noticeId, work)),
      exclusively: (key, work) => store.exclusively(key, work),
      close: () => store.close(),
    };
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    void this.wakeInOrder().finally(() => {
      this.isPumping = false;
      if (this.sleepers.size > 0) this.pump();
    });
  }

  private async wakeInOrder(): Promise<void> {
    while (this.sleepers.size > 0) {
      // Whoever was woken comes to rest first: two turns of the event loop in which nothing began.
      for (let quiet = 0; quiet < 2; quiet++) {
        const before = this.turns;
        await nextTurn();
        if (this.busy > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
        if (this.busy > 0 || this.turns !== before) quiet = -1;
      }
      const [next] = [...this.sleepers].toSorted((a, b) => a.until - b.until || a.order - b.order);
      if (next === undefined) return;
      this.advanceTo(next.until);
      next.wake();
    }
  }
}
