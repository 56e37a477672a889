import type { Instant } from '../../domain/instant.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import type { Prober } from '../../ports/prober.ts';
import { isVantageFailure } from './take-round.ts';

/** So many different servers in a row: then it is the vantage. */
const FAILURES = 5;
const TRY_AGAIN_MS = 10_000;

interface Health {
  /** Servers at which it failed since it last worked. */
  readonly failedAt: Set<string>;
  isOut: boolean;
  tryAt: Instant;
}

/** Sits out a vantage that fails, tries it now and then, and says so once and not for every server. */
export class VantageHealth {
  private readonly probers: readonly Prober[];
  private readonly states = new Map<string, Health>();
  private readonly told: (name: string, message: string | null) => void;

  /** @param told called with a message when a vantage is given up for now, with null when it is back */
  constructor(probers: readonly Prober[], told: (name: string, message: string | null) => void) {
    this.probers = probers;
    this.told = told;
    for (const { vantage } of probers) this.states.set(vantage.name, { failedAt: new Set(), isOut: false, tryAt: 0 });
  }

  /** Those to look with now: what works, and what is to be tried again. */
  usable(now: Instant): readonly Prober[] {
    return this.probers.filter(({ vantage }) => {
      const state = this.states.get(vantage.name);
      if (state === undefined || !state.isOut) return true;
      if (state.tryAt > now) return false;
      state.tryAt = now + TRY_AGAIN_MS;
      return true;
    });
  }

  /** Until when nobody can look; null where somebody can. */
  allOutUntil(now: Instant): Instant | null {
    let until = Infinity;
    for (const { isOut, tryAt } of this.states.values()) {
      if (!isOut || tryAt <= now) return null;
      until = Math.min(until, tryAt);
    }
    return until === Infinity ? null : until;
  }

  note(serverId: string, look: LookTaken, now: Instant): void {
    const { name } = look.vantage;
    const state = this.states.get(name);
    if (state === undefined) return;
    if (!isVantageFailure(look)) {
      if ('failure' in look.result) return;
      state.failedAt.clear();
      if (state.isOut) this.told(name, null);
      state.isOut = false;
      return;
    }
    state.failedAt.add(serverId);
    if (state.isOut || state.failedAt.size < Math.min(FAILURES, this.fewest)) return;
    state.isOut = true;
    state.tryAt = now + TRY_AGAIN_MS;
    this.told(name, 'message' in look.result ? look.result.message : 'it cannot connect');
  }

  /** How many servers there are: of two no five can fail. */
  fewest = FAILURES;
}
