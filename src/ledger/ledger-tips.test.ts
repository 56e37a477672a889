import { describe, expect, test } from 'vitest';
import { LedgerTips } from './ledger-tips.ts';

const HOUR_MS = 3_600_000;
const hash = (sequence: number): string => sequence.toString(16).padStart(64, '0');
const tip = (sequence: number): { sequence: number; hash: string } => ({ sequence, hash: hash(sequence) });

/** Entries by the hours at which they were recorded; null: kept back. */
function passed(isWhole: boolean, hours: readonly (number | null)[], first = 1): LedgerTips {
  const tips = new LedgerTips(isWhole);
  for (const [index, hour] of hours.entries()) {
    const at = hour === null ? null : new Date(hour * HOUR_MS).toISOString();
    tips.pass(first + index, hash(first + index), at);
  }
  return tips;
}

describe('of a whole ledger', () => {
  const tips = passed(true, [0, 1, 5, 5.05, 5.9]);
  const holds = (sequence: number, hour: number): boolean => tips.has(tip(sequence), hour * HOUR_MS, 6);

  test('what was the newest when it was signed, but for how far clocks may be apart', () => {
    expect([1, 2, 3, 4, 5].map((sequence) => holds(sequence, 6))).toEqual([false, false, false, true, true]);
    expect([2, 3, 4].map((sequence) => holds(sequence, 5.1))).toEqual([true, true, true]);
    expect(tips.has({ sequence: 4, hash: hash(5) }, 6 * HOUR_MS, 6)).toBe(false);
  });

  test('nothing from behind the act', () => {
    expect([5, 6, 7].map((own) => tips.has(tip(5), 6 * HOUR_MS, own))).toEqual([false, true, true]);
  });

  test('that it was empty is true as long as it was', () => {
    expect(passed(true, []).has(null, 0, 1)).toBe(true);
    expect(passed(true, [0, 1]).has(null, 0.1 * HOUR_MS, 3)).toBe(true);
    expect(passed(true, [0, 0.9]).has(null, HOUR_MS, 3)).toBe(false);
  });

  test('however many there are, what nothing can name is forgotten, and nothing else', () => {
    const many = passed(
      true,
      Array.from({ length: 10_000 }, (_, index) => index / 10),
    );
    const at = 999.9 * HOUR_MS;
    expect(many.has(tip(10_000), at, 10_001)).toBe(true);
    expect(many.has(tip(9_999), at, 10_001)).toBe(true);
    expect(many.has(tip(9_990), at - 0.9 * HOUR_MS, 10_001)).toBe(true);
    expect(many.has(tip(9_900), at, 10_001)).toBe(false);
  });

  test('where an entry was lost, it may be the one that is named', () => {
    const broken = passed(true, [0, 1]);
    expect(broken.has(tip(3), HOUR_MS, 4)).toBe(false);
    broken.lose();
    expect(broken.has(tip(3), HOUR_MS, 4)).toBe(true);
    expect(broken.has({ sequence: 2, hash: hash(3) }, HOUR_MS, 4)).toBe(false);
  });
});

describe('of a bundle', () => {
  test('none is named that it does not have, and those that it has must be theirs, however long ago', () => {
    const tips = passed(false, [0, null, 1, 400], 5);
    expect(tips.has(tip(4), 0, 9)).toBe(false);
    expect(tips.has({ sequence: 5, hash: hash(6) }, 0, 9)).toBe(false);
    expect(tips.has(tip(6), HOUR_MS, 9)).toBe(true);
    expect(tips.has(tip(7), 400 * HOUR_MS, 9)).toBe(true);
  });

  test('none that others prove not to have been the newest, and none from behind the act', () => {
    const tips = passed(false, [0, null, 1], 5);
    tips.lose();
    expect(tips.has(tip(4), 0, 8)).toBe(true);
    expect(tips.has(tip(4), HOUR_MS, 8)).toBe(false);
    expect(tips.has(tip(6), 2 * HOUR_MS, 8)).toBe(false);
    expect(tips.has(tip(9), HOUR_MS, 8)).toBe(false);
    expect(tips.has(null, HOUR_MS, 8)).toBe(false);
    expect(tips.has(null, 0, 8)).toBe(true);
  });
});
