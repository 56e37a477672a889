import type { ListHit } from '../domain/rows.ts';

/** Rule 3: what a list holds goes on with two named approvals. */
export const RELEASES_NEEDED = 2;

/** Who has released one entry of one list. */
export interface ReleaseFact {
  readonly list: string;
  readonly entry: string;
  readonly persons: readonly string[];
}

/** Whether a hit still holds: `never` always does, and `hold` until two different people have released this very entry. */
export function isHolding({ list, entry, effect }: ListHit, releases: readonly ReleaseFact[]): boolean {
  if (effect !== 'hold') return effect === 'never';
  const release = releases.find((each) => each.list === list && each.entry === entry);
  return new Set(release?.persons ?? []).size < RELEASES_NEEDED;
}
