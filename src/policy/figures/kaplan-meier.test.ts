import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { medianBounds, quantile, standardErrors, survivalSteps } from './kaplan-meier.ts';
import type { Observed } from './kaplan-meier.ts';

/*
 * Weeks in remission of 21 children under 6-mercaptopurine; "+": still in remission when last seen. E. J. Freireich et al., The
 * Effect of 6-Mercaptopurine on the Duration of Steroid-induced Remissions in Acute Leukemia, Blood 21 (1963) 699-716. The estimate
 * and its standard errors are worked out in J. P. Klein and M. L. Moeschberger, Survival Analysis, 2nd ed. 2003, table 4.1, and
 * the estimate in D. G. Kleinbaum and M. Klein, Survival Analysis: A Self-Learning Text, 3rd ed. 2012, chapter 2.
 */
const REMISSIONS = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+';

function observed(text: string): readonly Observed[] {
  return text.split(' ').map((word) => ({ time: Number.parseInt(word, 10), ended: !word.endsWith('+') }));
}

describe('the remissions of 1963', () => {
  const steps = survivalSteps(observed(REMISSIONS));
  const endings = steps.filter(({ ended }) => ended > 0);

  test('give the published estimate, with as many at risk', () => {
    expect(endings.map(({ time, atRisk, ended, share }) => [time, atRisk, ended, share.toFixed(3)])).toEqual([
      [6, 21, 3, '0.857'],
      [7, 17, 1, '0.807'],
      [10, 15, 1, '0.753'],
      [13, 12, 1, '0.690'],
      [16, 11, 1, '0.627'],
      [22, 7, 1, '0.538'],
      [23, 6, 1, '0.448'],
    ]);
  });

  test('give the published standard errors', () => {
    const errors = standardErrors(steps).filter((_error, index) => (steps[index]?.ended ?? 0) > 0);
    expect(errors.map((error) => error.toFixed(3))).toEqual([
      '0.076', '0.087', '0.096', '0.107', '0.114', '0.128', '0.135',
    ]); // prettier-ignore
  });

  test('have the published median of 23 weeks, and no 90th percentile, since the curve ends at 0.448', () => {
    expect(quantile(steps, 0.5)).toBe(23);
    expect(quantile(steps, 0.9)).toBeNull();
  });

  test('leave the median open above: the upper bound of the curve never falls to one half', () => {
    // By hand at 16 weeks: ln S = ln 0.6275 = -0.4661; standard error / S = 0.1141 / 0.6275 = 0.1818; 1.96 x 0.1818 / 0.4661 =
    // 0.7646; S to the power exp(0.7646) = 2.148 is 0.367, to the power 0.4655 is 0.805.
    const at16 = steps.find(({ time }) => time === 16);
    expect(at16?.bounds?.low).toBeCloseTo(0.3675, 3);
    expect(at16?.bounds?.high).toBeCloseTo(0.8049, 3);
    // At 10 weeks the lower bound is 0.503, at 13 weeks 0.432: there it passes one half.
    expect(medianBounds(steps)).toEqual({ low: 13, high: null });
  });

  test('count what is censored at the same time as at risk: 6+ is among the 21 at 6 weeks', () => {
    expect(steps[0]).toMatchObject({ time: 6, atRisk: 21, ended: 3, censored: 1 });
  });
});

test('of nothing there is no curve, and of what has not ended no time', () => {
  expect(survivalSteps([])).toEqual([]);
  expect(quantile([], 0.5)).toBeNull();
  expect(quantile(survivalSteps(observed('3+ 9+')), 0.5)).toBeNull();
  expect(medianBounds(survivalSteps(observed('3+ 9+')))).toEqual({ low: null, high: null });
});

test('a share of one half that is a product of fractions counts as one half', () => {
  // 4/5 x 3/4 x 2/3 x 5/... : 1 - 1/10 five times in a row, without ties, is 5/10 and not 0.5000000000000001.
  const steps = survivalSteps(observed('1 2 3 4 5 6 7 8 9 10'));
  expect(quantile(steps, 0.5)).toBe(5);
  expect(quantile(steps, 0.9)).toBe(9);
});

const OBSERVED = fc.array(fc.record({ time: fc.integer({ min: 0, max: 30 }), ended: fc.boolean() }), { maxLength: 60 });

test('without censored ones it is the plain share of what lasts longer', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 }), (times) => {
      for (const { time, share } of survivalSteps(times.map((each) => ({ time: each, ended: true })))) {
        expect(share).toBeCloseTo(times.filter((each) => each > time).length / times.length, 10);
      }
    }),
  );
});

test('whatever was observed, the curve falls, stays between its bounds, and loses nobody', () => {
  fc.assert(
    fc.property(OBSERVED, (all) => {
      const steps = survivalSteps(all);
      let before = 1;
      for (const { share, bounds } of steps) {
        expect(share).toBeLessThanOrEqual(before);
        expect(share).toBeGreaterThanOrEqual(0);
        if (bounds !== null) {
          expect(bounds.low).toBeLessThanOrEqual(share);
          expect(bounds.high).toBeGreaterThanOrEqual(share);
        }
        before = share;
      }
      expect(steps.reduce((sum, { ended, censored }) => sum + ended + censored, 0)).toBe(all.length);
    }),
  );
});

test('it agrees with the definition spelled out: a product over all earlier endings', () => {
  fc.assert(
    fc.property(OBSERVED, (all) => {
      const endings = [...new Set(all.filter(({ ended }) => ended).map(({ time }) => time))];
      for (const { time, share } of survivalSteps(all)) {
        const product = endings
          .filter((ending) => ending <= time)
          .map((ending) => {
            const atRisk = all.filter((each) => each.time >= ending).length;
            return 1 - all.filter((each) => each.ended && each.time === ending).length / atRisk;
          })
          .reduce((result, factor) => result * factor, 1);
        expect(share).toBeCloseTo(product, 10);
      }
    }),
  );
});
