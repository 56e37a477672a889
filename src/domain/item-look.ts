import type { LookOutcome } from './look.ts';

/** What a look of ours found; never from where. */
export interface ItemLook {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly outcome: LookOutcome;
  /** The item's own ports at which it was found so, ascending; absent where there are none, and in what was drafted before they were told. */
  readonly ports?: readonly number[];
}
