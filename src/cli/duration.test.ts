import { expect, test } from 'vitest';
import { duration, timeLeft } from './duration.ts';

const minutes = (count: number): number => count * 60_000;

test('a duration is said in its two largest units', () => {
  expect([0.5, 1, 59, 60, 130, 1440, 1500, 1470].map((count) => duration(minutes(count)))).toEqual([
    'under a minute', '1 min', '59 min', '1 h', '2 h 10 min', '1 d', '1 d 1 h', '1 d',
  ]); // prettier-ignore
});

test('what is over says so in words', () => {
  expect(timeLeft(minutes(130), 0)).toBe('in 2 h 10 min');
  expect(timeLeft(0, minutes(130))).toBe('2 h 10 min over');
});
