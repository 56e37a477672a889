import { describe, expect, test } from 'vitest';
import { LedgerTips } from './ledger-tips.ts';

const hash = (sequence: number): string => sequence.toString(16).padStart(64, '0');
const tip = (sequence: number): { sequence: number; hash: string } => ({ sequence, hash: hash(sequence) });

/** Entries by the hours at which they were recorded. */
function passed(isWhole: boolean, hours: readonly number[], first = 1): LedgerTips {
  const tips = new LedgerTips(isWhole);
  for (const [index, hour] of hours.entries())
    tips.pass(first + index, hash(first + index), new Date(hour * 3_600_000).toISOString());
  return tips;
}

describe('of a whole ledger', () => {
  test('those of two hours are known, and the one before them', () => {
    const tips = passed(true, [0, 1, 5, 6, 7]);
    expect([1, 2, 3, 4, 5].map((sequence) => tips.has(tip(sequence)))).toEqual([false, true, true, true, true]);
    expect(passed(true, [0, 1, 8]).has(tip(2))).toBe(true);
    expect(passed(true, [0, 1, 8]).has(tip(1))).toBe(false);
  });

  test('that it was empty is true as long as nothing is older', () => {
    expect(passed(true, []).has(null)).toBe(true);
    expect(passed(true, [0, 1, 2]).has(null)).toBe(true);
    expect(passed(true, [0, 1, 5]).has(null)).toBe(false);
  });

  test('however many there are, what is forgotten is forgotten', () => {
    const tips = passed(
      true,
      Array.from({ length: 10_000 }, (_, index) => index / 10),
    );
    expect(tips.has(tip(10_000))).toBe(true);
    expect(tips.has(tip(9_981))).toBe(true);
    expect(tips.has(tip(9_900))).toBe(false);
    expect(tips.has(null)).toBe(false);
  });
});

test('of a bundle others may be named, and those that it has must be theirs', () => {
  const tips = passed(false, [0, 1], 5);
  expect(tips.has(tip(4))).toBe(true);
  expect(tips.has(tip(6))).toBe(true);
  expect(tips.has({ sequence: 6, hash: hash(7) })).toBe(false);
  expect(tips.has(null)).toBe(true);
});
