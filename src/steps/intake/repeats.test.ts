import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Repeats } from './repeats.ts';

const random = (seed: number) => ({ bytes: (size: number) => new Uint8Array(size).fill(seed) });
const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

describe('Repeats', () => {
  test('knows a row again, and no other: as a plain set of texts does', () => {
    const value = fc.oneof(fc.constant(null), fc.nat(70_000), fc.string({ maxLength: 6 }));
    const row = fc.record({
      host: fc.constantFrom('a', 'b', 'c'),
      said: fc.array(value, { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), fc.nat(255), (rows, seed) => {
        const repeats = new Repeats(random(seed));
        const known = new Set<string>();
        for (const { host, said } of rows) {
          const text = JSON.stringify([host, said.map((part) => (typeof part === 'number' ? String(part) : part))]);
          expect(repeats.has(idOf(host), said)).toBe(known.has(text));
          known.add(text);
        }
      }),
    );
  });

  test('parts that run into each other are not the same', () => {
    const repeats = new Repeats(random(3));
    for (const said of [
      ['ab', 'c'],
      ['a', 'bc'],
      ['', 'abc'],
      ['abc', ''],
      ['abc', null],
      [null, 'abc'],
    ]) {
      expect(repeats.has(idOf('x'), said)).toBe(false);
    }
  });

  test('strings made to meet under a polynomial hash of any key do not meet', () => {
    const morse = (length: number, [zero, one]: readonly [string, string]): string =>
      Array.from({ length }, (_, index) => (index.toString(2).replaceAll('0', '').length % 2 === 0 ? zero : one)).join(
        '',
      );
    for (const length of [64, 256, 1024, 2048]) {
      for (let seed = 1; seed < 30; seed++) {
        const repeats = new Repeats(random(seed));
        expect(repeats.has(idOf('x'), [morse(length, ['a', 'b'])])).toBe(false);
        expect(repeats.has(idOf('x'), [morse(length, ['b', 'a'])])).toBe(false);
      }
    }
  });

  test('a million different rows are all different, and all known again', () => {
    const repeats = new Repeats(random(9));
    const id = idOf('one host');
    let known = 0;
    for (let row = 0; row < 1_000_000; row++) if (repeats.has(id, [row])) known += 1;
    expect(known).toBe(0);
    for (let row = 0; row < 1_000_000; row += 9973) expect(repeats.has(id, [row])).toBe(true);
  });

  test('forgets the oldest beyond twice its limit, never the newest', () => {
    const repeats = new Repeats(random(1), 10);
    for (let row = 0; row < 30; row++) repeats.has(idOf('x'), [row]);
    expect(repeats.has(idOf('x'), [29])).toBe(true);
    expect(repeats.has(idOf('x'), [20])).toBe(true);
    expect(repeats.has(idOf('x'), [0])).toBe(false);
  });

  test('takes for new what is said again after it was told to forget', () => {
    const repeats = new Repeats(random(1));
    repeats.has(idOf('x'), [1]);
    repeats.forget();
    expect(repeats.has(idOf('x'), [1])).toBe(false);
  });
});
