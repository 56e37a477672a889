import type { Instant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { WatchCounts } from './watch-list.ts';
import type { LatenessFigures } from './lateness.ts';

/** What a watch tells while it goes on. */
export type WatchEvent =
  | ({ readonly kind: 'watching' } & WatchCounts)
  | {
      readonly kind: 'changed' | 'confirmed-dark' | 'returned';
      readonly serverId: string;
      readonly host: string;
      readonly from: LookOutcome | null;
      readonly to: LookOutcome;
    }
  /** A message: it is given up for now. Null: it is back. */
  | { readonly kind: 'vantage'; readonly vantage: string; readonly message: string | null };

export interface WatchTelling {
  readonly at: Instant;
  readonly event: WatchEvent;
}

/** Why a watch ended. */
export type WatchEnd =
  /** Somebody switched probing off, or closed the operation. */
  | 'stopped'
  | 'interrupted'
  /** Everything that was due has been looked at. */
  | 'done';

export interface WatchSummary {
  readonly end: WatchEnd;
  readonly counts: WatchCounts;
  /** How long after their due times rounds began. */
  readonly lateness: LatenessFigures;
  /** Rounds written down, and their looks. */
  readonly rounds: number;
  readonly looks: number;
  /** Rounds that were begun and given up: the watch was stopped meanwhile. */
  readonly givenUp: number;
  readonly changes: number;
}
