import { MAX_SIGNING_MS } from './signed-act.ts';
import type { LedgerTip } from './signed-act.ts';

/** So far the clocks of two machines that write into one ledger may be apart. */
export const CLOCKS_APART_MS = 600_000;

/**
 * Whether an entry could be the newest one when something was signed over it: the one after it was not there yet. Moments in
 * milliseconds since 1970.
 * @param nextAt when the entry after it was recorded; null: there is none, or nobody knows
 */
export function wasNewest(nextAt: number | null, signedAt: number): boolean {
  return nextAt === null || nextAt >= signedAt - CLOCKS_APART_MS;
}

interface Passed {
  readonly sequence: number;
  readonly hash: string;
  /** Null where it is kept back. */
  readonly at: number | null;
}

/**
 * Entries of a ledger in their order, to hold against what statements name as the newest of them. Of a whole ledger those are
 * forgotten that nothing can name any more: an act is recorded within the hour of its signing. A bundle has each that its statements
 * name, and forgets none; where a line was lost, one can be named that nobody here knows.
 */
export class LedgerTips {
  #isWhole: boolean;
  #isBroken = false;
  /** By sequence. */
  #passed: Passed[] = [];
  /** Those before it are forgotten. */
  #first = 0;
  #earliestAt: number | null = null;

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  /** An entry was there that could not be read. */
  lose(): void {
    this.#isWhole = false;
    this.#isBroken = true;
  }

  /** Takes the next entry, once what stands in it has been looked at. */
  pass(sequence: number, hash: string, recordedAt: string | null): void {
    const at = recordedAt === null ? null : Date.parse(recordedAt);
    this.#earliestAt ??= at;
    this.#passed.push({ sequence, hash, at });
    if (!this.#isWhole || at === null) return;
    while ((this.#passed[this.#first + 1]?.at ?? Infinity) < at - MAX_SIGNING_MS - CLOCKS_APART_MS) this.#first += 1;
    if (this.#first < this.#passed.length / 2) return;
    this.#passed = this.#passed.slice(this.#first);
    this.#first = 0;
  }

  /**
   * Whether what was signed at a moment was signed over this ledger, as far as can be told.
   * @param tip null: over an empty one
   * @param own the sequence of the act
   */
  has(tip: LedgerTip | null, signedAt: number, own: number): boolean {
    if (tip === null) return wasNewest(this.#earliestAt, signedAt);
    if (tip.sequence >= own) return false;
    const place = this.#placeOf(tip.sequence);
    const named = this.#passed[place];
    const isKnown = named?.sequence === tip.sequence;
    if (isKnown ? named.hash !== tip.hash : !this.#isBroken) return false;
    return wasNewest(this.#timeFrom(isKnown ? place + 1 : place), signedAt);
  }

  /** Of the first that is kept and has this sequence, or one behind it. */
  #placeOf(sequence: number): number {
    let [low, high] = [this.#first, this.#passed.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#passed[middle]?.sequence ?? Infinity) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #timeFrom(place: number): number | null {
    for (let index = place; index < this.#passed.length; index++) {
      const at = this.#passed[index]?.at ?? null;
      if (at !== null) return at;
    }
    return null;
  }
}
