import { expect, test } from 'vitest';
import { spreadOf, wilson } from './compare.ts';

test('a spread is the median and the deciles around it', () => {
  expect(spreadOf([])).toBeNull();
  expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7 });
  expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 1.4, high: 4.6 });
});

test('the interval of a share agrees with worked examples', () => {
  // Brown, Cai, DasGupta (2001) and any statistics package: 2 of 10, and none of 10.
  expect(wilson(2, 10)).toEqual({ share: 0.2, low: 0.057, high: 0.51 });
  expect(wilson(0, 10)).toEqual({ share: 0, low: 0, high: 0.278 });
  expect(wilson(10, 10)).toEqual({ share: 1, low: 0.722, high: 1 });
  expect(wilson(0, 0)).toEqual({ share: 0, low: 0, high: 1 });
});
