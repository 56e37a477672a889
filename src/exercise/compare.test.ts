import { expect, test } from 'vitest';
import { spreadOf } from './compare.ts';

test('a spread is the median and the deciles around it', () => {
  expect(spreadOf([])).toBeNull();
  expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7 });
  expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 1.4, high: 4.6 });
});
