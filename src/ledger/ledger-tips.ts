import type { LedgerTip } from './signed-act.ts';
import { MAX_SIGNING_MS } from './signed-act.ts';

interface Passed {
  readonly sequence: number;
  readonly at: number;
}

/** An act is recorded within this long of its signing, and signed over what was the newest entry then. */
const KEPT_MS = 2 * MAX_SIGNING_MS;

/**
 * The entries of a ledger that a statement can name as the newest one of when it was signed: those of the last hours, and the one
 * before them. Of a bundle, which has but some entries, others can be named that nobody here knows.
 */
export class LedgerTips {
  readonly #isWhole: boolean;
  /** By sequence. */
  readonly #hashes = new Map<number, string>();
  #passed: Passed[] = [];
  /** Those before it are too old, and forgotten. */
  #first = 0;
  #hasForgotten = false;

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  /** Takes the next entry, once what stands in it has been looked at. */
  pass(sequence: number, hash: string, recordedAt: string | null): void {
    const at = recordedAt === null ? (this.#passed.at(-1)?.at ?? 0) : Date.parse(recordedAt);
    this.#passed.push({ sequence, at });
    this.#hashes.set(sequence, hash);
    for (let old = this.#tooOld(at); old !== null; old = this.#tooOld(at)) {
      this.#hashes.delete(old.sequence);
      this.#first += 1;
      this.#hasForgotten = true;
    }
    if (this.#first < this.#passed.length / 2) return;
    this.#passed = this.#passed.slice(this.#first);
    this.#first = 0;
  }

  /** Whether a statement was made over this ledger, as far as can be told. */
  has(tip: LedgerTip | null): boolean {
    // Of an empty ledger: others may have written meanwhile, but not for hours.
    if (tip === null) return !this.#isWhole || !this.#hasForgotten;
    const hash = this.#hashes.get(tip.sequence);
    return hash === undefined ? !this.#isWhole : hash === tip.hash;
  }

  /** The oldest that is kept, where the one after it is old enough, too. */
  #tooOld(at: number): Passed | null {
    const next = this.#passed[this.#first + 1];
    return next !== undefined && next.at < at - KEPT_MS ? (this.#passed[this.#first] ?? null) : null;
  }
}
