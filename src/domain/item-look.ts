import type { LookOutcome } from './look.ts';

/** What a look of ours found; never from where. */
export interface ItemLook {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly outcome: LookOutcome;
}
