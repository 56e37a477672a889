import type { LookOutcome } from './look.ts';

/** What a look of ours found; never from where. */
export interface ItemLook {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly outcome: LookOutcome;
  /** Where it was found so, ascending; absent in what was drafted before this was kept, or where no port was looked at. */
  readonly ports?: readonly number[];
}
