import { createHash } from 'node:crypto';
import type { Spread } from '../domain/scenario.ts';
import type { Random } from '../ports/random.ts';

/** How many standard deviations above its middle a normal distribution has nine tenths below it. */
const P90_DEVIATIONS = 1.281_551_565_544_6;

/**
 * Chance from a seed: the same seed gives the same numbers on every machine (sfc32, seeded by SHA-256). Whoever draws has
 * a stream of his own by name, so that one more draw here changes nothing elsewhere.
 */
export class Chance implements Random {
  private readonly name: string;
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(name: string) {
    this.name = name;
    const seed = createHash('sha256').update(name).digest();
    this.a = seed.readUInt32LE(0);
    this.b = seed.readUInt32LE(4);
    this.c = seed.readUInt32LE(8);
    this.counter = 1;
    for (let turn = 0; turn < 12; turn++) this.next();
  }

  static ofSeed(seed: number): Chance {
    return new Chance(`seed ${seed}`);
  }

  /** Another stream, which follows from the seed and this name alone. */
  fork(name: string): Chance {
    return new Chance(`${this.name}/${name}`);
  }

  /** From 0 up to but not including 1. */
  unit(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** Whether something of this likelihood (0 to 1) happens. */
  happens(likelihood: number): boolean {
    return this.unit() < likelihood;
  }

  /** A whole number from 0 up to but not including `count`. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  /** One of these, each as likely as its weight is among all weights. */
  weighted<Item>(items: readonly Item[], weightOf: (item: Item) => number): Item {
    const total = items.reduce((sum, item) => sum + weightOf(item), 0);
    let rest = this.unit() * total;
    for (const item of items) {
      rest -= weightOf(item);
      if (rest < 0) return item;
    }
    return this.pick(items);
  }

  /** In an order of its own. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const mixed = [...items];
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const [one, two] = [mixed[last], mixed[other]];
      if (one === undefined || two === undefined) continue;
      mixed[last] = two;
      mixed[other] = one;
    }
    return mixed;
  }

  /** A wait of an exponential distribution with this mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.unit()) * mean;
  }

  /** A wait of this spread, in its unit. */
  wait({ median, p90 }: Spread): number {
    if (median <= 0) return 0;
    return median * Math.exp(this.normal() * (Math.log(Math.max(p90, median) / median) / P90_DEVIATIONS));
  }

  bytes(size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 4) {
      const word = this.next();
      for (let part = 0; part < 4 && at + part < size; part++) bytes[at + part] = (word >>> (8 * part)) & 0xff;
    }
    return bytes;
  }

  /** Standard normal, by Box and Muller. */
  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  private next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return sum >>> 0;
  }
}
