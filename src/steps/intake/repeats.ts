import type { Random } from '../../ports/random.ts';

/**
 * Knows whether a row says the very same as one before it in the file, so that repeats cost no row. It remembers 64 bits
 * a row, in plain memory that no garbage collector has to look at: half of the server's id, which is a SHA-256 and so
 * never the same for two hosts, mixed with a keyed hash of the rest, whose key is drawn at run time. That two rows which
 * differ pass for the same is a matter of 2⁻⁶⁴ for each pair; and it can only cost a server a further path or date.
 *
 * Memory is bounded: of a very long file the oldest rows are forgotten, and a repeat of such a row counts as a row of its
 * own, which adds nothing to what is known.
 */
export class Repeats {
  readonly #limit: number;
  readonly #key: readonly [number, number];
  #young = new Fingerprints();
  #old = new Fingerprints();

  /** Remembers at least the last `limit` different rows, and at most twice as many. */
  constructor(random: Random, limit = 2_000_000) {
    this.#limit = limit;
    const key = Buffer.from(random.bytes(8));
    // Odd, so that multiplying loses nothing.
    this.#key = [key.readUInt32LE(0) | 1, key.readUInt32LE(4) | 1];
  }

  /** Whether this row was seen; it is from now on. `id` is 128 bits in hexadecimal, dashes allowed. */
  has(id: string, said: readonly (string | number | null)[]): boolean {
    let high = Number.parseInt(id.slice(0, 8), 16);
    let low = Number.parseInt(id.slice(24, 32), 16);
    const [first, second] = this.#key;
    for (const value of said) {
      // A mark behind each value, so that "a" and "bc" are not "ab" and "c"; null is like no text.
      const text = value === null ? '\uffff' : typeof value === 'number' ? String(value) : value;
      for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index) + 1;
        // With the shifts, or strings of a certain pattern (Thue-Morse) would meet whatever the key.
        high = Math.imul(high ^ code, first);
        high ^= high >>> 15;
        low = Math.imul(low + code, second);
        low ^= low >>> 13;
      }
      high = Math.imul(high ^ 0x9e37_79b9, first);
      low = Math.imul(low, second) + 0x85eb_ca6b;
    }
    high = mixed(high ^ (low >>> 16));
    low = mixed(low ^ (high >>> 16));
    if (this.#young.has(high, low) || this.#old.has(high, low)) return true;
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Fingerprints();
    }
    this.#young.add(high, low);
    return false;
  }

  /** What is said again after the source has taken something back is said anew. */
  forget(): void {
    if (this.#young.size > 0) this.#young = new Fingerprints();
    if (this.#old.size > 0) this.#old = new Fingerprints();
  }
}

/** The finish of MurmurHash3: every bit of the input reaches every bit of the output. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85eb_ca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

const FIRST_SLOTS = 1024;

/** A set of 64-bit numbers, open addressing with linear steps; two zeros stand for an empty slot. */
class Fingerprints {
  #slots = new Int32Array(FIRST_SLOTS * 2);
  #mask = FIRST_SLOTS - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(high: number, low: number): boolean {
    return this.#find(high, low) < 0;
  }

  add(high: number, low: number): void {
    if (this.#size * 2 > this.#mask) this.#grow();
    this.#put(high, low);
    this.#size += 1;
  }

  #put(high: number, low: number): void {
    const slot = this.#find(high, low);
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
  }

  /** Where the number belongs; -1 where it stands already. */
  #find(high: number, low: number): number {
    for (let slot = (low & this.#mask) * 2; ; slot = (slot + 2) & (this.#mask * 2 + 1)) {
      const thisHigh = this.#slots[slot] ?? 0;
      const thisLow = this.#slots[slot + 1] ?? 0;
      if (thisHigh === 0 && thisLow === 0) return slot;
      if (thisHigh === high && thisLow === low) return -1;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let slot = 0; slot < before.length; slot += 2) {
      const high = before[slot] ?? 0;
      const low = before[slot + 1] ?? 0;
      if (high !== 0 || low !== 0) this.#put(high, low);
    }
  }
}
