import { describe, expect, test } from 'vitest';
import { Chance } from './chance.ts';

const draws = (chance: Chance, count = 20): readonly number[] => Array.from({ length: count }, () => chance.unit());

describe('chance from a seed', () => {
  test('is the same for the same seed, on every machine', () => {
    expect(draws(Chance.ofSeed(7))).toEqual(draws(Chance.ofSeed(7)));
    expect(draws(Chance.ofSeed(7))).not.toEqual(draws(Chance.ofSeed(8)));
    // Written down once: a history that was played before has to come out again.
    const known = Chance.ofSeed(20_201_012);
    expect(Buffer.from(known.bytes(8)).toString('hex')).toBe('504a86dc8e5056b1');
  });

  test('forks by name, whatever was drawn before and elsewhere', () => {
    const one = Chance.ofSeed(7);
    draws(one, 100);
    const other = Chance.ofSeed(7);
    draws(other.fork('feeds'), 3);
    expect(draws(one.fork('desks'))).toEqual(draws(other.fork('desks')));
    expect(draws(one.fork('desks'))).not.toEqual(draws(one.fork('feeds')));
    expect(draws(one.fork('a').fork('b'))).not.toEqual(draws(one.fork('b').fork('a')));
  });

  test('is even, and two forks have nothing to do with each other', () => {
    const [one, other] = [Chance.ofSeed(1).fork('one'), Chance.ofSeed(1).fork('other')];
    const pairs = Array.from({ length: 20_000 }, () => [one.unit(), other.unit()] as const);
    const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
    expect(mean(pairs.map(([a]) => a))).toBeCloseTo(0.5, 1);
    // Covariance of independent draws, against 1/12 where they are the same.
    expect(Math.abs(mean(pairs.map(([a, b]) => (a - 0.5) * (b - 0.5))))).toBeLessThan(0.003);
  });
});

describe('a wait', () => {
  const waits = (spread: { readonly median: number; readonly p90: number }, count = 20_000): readonly number[] => {
    const chance = Chance.ofSeed(3).fork('waits');
    return Array.from({ length: count }, () => chance.wait(spread)).toSorted((a, b) => a - b);
  };

  test.each([
    [12, 45],
    [1500, 9000],
    [60, 61],
  ])('has its median at %i and nine of ten below %i', (median, p90) => {
    const sorted = waits({ median, p90 });
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    expect(at(0.5) / median).toBeGreaterThan(0.95);
    expect(at(0.5) / median).toBeLessThan(1.05);
    expect(at(0.9) / p90).toBeGreaterThan(0.93);
    expect(at(0.9) / p90).toBeLessThan(1.07);
    expect(sorted[0]).toBeGreaterThan(0);
  });

  test('of nothing is nothing, and one without spread is always the same', () => {
    expect(new Set(waits({ median: 0, p90: 10 }, 100))).toEqual(new Set([0]));
    expect(new Set(waits({ median: 5, p90: 5 }, 100))).toEqual(new Set([5]));
  });

  test('of an exponential distribution has the mean that was asked for', () => {
    const chance = Chance.ofSeed(4);
    const sum = Array.from({ length: 20_000 }, () => chance.exponential(90)).reduce((all, each) => all + each, 0);
    expect(sum / 20_000 / 90).toBeCloseTo(1, 1);
  });
});

describe('choices', () => {
  test('stay within what there is', () => {
    const chance = Chance.ofSeed(5);
    const seen = new Set(Array.from({ length: 1000 }, () => chance.below(7)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(() => chance.pick([])).toThrow('nothing to pick from');
  });

  test('happen as often as they are likely', () => {
    const chance = Chance.ofSeed(6);
    const count = Array.from({ length: 20_000 }, () => chance.happens(0.3)).filter(Boolean).length;
    expect(count / 20_000).toBeCloseTo(0.3, 1);
    expect([chance.happens(0), chance.happens(1)]).toEqual([false, true]);
  });

  test('by weight are as likely as the weight says; what weighs nothing is never taken', () => {
    const chance = Chance.ofSeed(7);
    const taken = Array.from({ length: 8000 }, () => chance.weighted([1, 0, 3], (weight) => weight));
    expect(taken.includes(0)).toBe(false);
    expect(taken.filter((each) => each === 3).length / 8000).toBeCloseTo(0.75, 1);
  });

  test('of an order lose and add nothing', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const mixed = Chance.ofSeed(8).shuffled(items);
    expect(mixed).not.toEqual(items);
    expect(mixed.toSorted((a, b) => a - b)).toEqual(items);
  });
});
