/** One try, as far as it asks whether it may lie in a mailbox. */
interface Tried {
  readonly recipient: string;
  /** `unknown`: lost before the answer; null: begun, and whoever began it died. */
  readonly outcome: 'delivered' | 'failed' | 'unknown' | null;
  readonly isGivenUp: boolean;
}

/** Attempts of which nobody knows whether they arrived, and that no person was told of yet: the oldest first. */
export function doubtsOf<Attempt extends Tried>(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.filter(({ outcome, isGivenUp }) => !isGivenUp && (outcome === 'unknown' || outcome === null));
}

/** For the person who has to look: what is so, and what to do next. */
export function mayHaveArrivedWords(recipient: string, reference: string): string {
  return `it may have arrived at ${recipient} and goes to nobody else by itself: ask there; where it has not: dismantle outgoing --retry ${reference}`;
}
