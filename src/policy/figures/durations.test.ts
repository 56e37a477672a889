import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curveOf, durationFigures, endedSpan, openSpan } from './durations.ts';
import type { Span } from './durations.ts';

const MINUTE = 60_000;
const at = (minutes: number): number => minutes * MINUTE;

describe('the interval rule, each case by hand', () => {
  test('seen alive after 20 minutes and dark after 25: it lasted between 20 and 25', () => {
    expect(endedSpan(at(100), at(120), at(125))).toEqual({ shortestMs: at(20), longestMs: at(25), ended: true });
  });

  test('seen alive only before the notice: it may have been dark when the notice left', () => {
    expect(endedSpan(at(100), at(90), at(125))).toEqual({ shortestMs: 0, longestMs: at(25), ended: true });
  });

  test('never seen alive: the same', () => {
    expect(endedSpan(at(100), null, at(125))).toEqual({ shortestMs: 0, longestMs: at(25), ended: true });
  });

  test('dark before the start lasted no time, never less', () => {
    expect(endedSpan(at(100), at(80), at(95))).toEqual({ shortestMs: 0, longestMs: 0, ended: true });
  });

  test('a last live look that another vantage took after the first dark one makes nothing longer', () => {
    expect(endedSpan(at(100), at(130), at(125))).toEqual({ shortestMs: at(25), longestMs: at(25), ended: true });
  });

  test('three servers: the figures are of the first dark looks, and the true median lies above the other end', () => {
    // [0, 10], [20, 25], [30, 60] minutes: by the late ends the second of three ends at 25, by the early ends at 20.
    const figures = durationFigures([
      endedSpan(0, null, at(10)),
      endedSpan(0, at(20), at(25)),
      endedSpan(0, at(30), at(60)),
    ]);
    expect(figures).toMatchObject({
      medianMinutes: 25,
      medianMinutesAtLeast: 20,
      p90Minutes: 60,
      fastestMinutes: 10,
      finished: 3,
      censored: 0,
    });
  });

  test('one of two is still open: half had ended by then, and nobody knows of nine in ten', () => {
    const figures = durationFigures([endedSpan(0, at(4), at(6)), openSpan(0, at(500))]);
    expect(figures).toMatchObject({ medianMinutes: 6, p90Minutes: null, fastestMinutes: 6, finished: 1, censored: 1 });
  });

  test('two of three are still open: there is no median', () => {
    const figures = durationFigures([endedSpan(0, at(4), at(6)), openSpan(0, at(500)), openSpan(0, at(500))]);
    expect(figures).toMatchObject({ medianMinutes: null, medianMinutesAtLeast: null, finished: 1, censored: 2 });
  });
});

const SPANS = fc.array(
  fc.record({
    alive: fc.nat(5000),
    dark: fc.nat(2000),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    ended: fc.boolean(),
  }),
  { maxLength: 40 },
);

const LONGER = 10_000;

test('wherever in its interval each end truly lies, the true median lies between the two, if what is open lasted longer', () => {
  fc.assert(
    fc.property(SPANS, (made) => {
      const spans = made.map(({ alive, dark, ended }): Span =>
        ended ? endedSpan(0, at(alive), at(alive + dark)) : openSpan(0, at(LONGER + alive)),
      );
      const truth = made.map(({ alive, dark, part, ended }): Span => {
        const ms = ended ? Math.round(at(alive + dark * part)) : at(LONGER + alive);
        return { shortestMs: ms, longestMs: ms, ended };
      });
      const known = durationFigures(spans);
      const { medianMinutes } = durationFigures(truth);
      const above = (minutes: number | null): number => minutes ?? Number.POSITIVE_INFINITY;
      expect(above(medianMinutes)).toBeLessThanOrEqual(above(known.medianMinutes));
      expect(above(medianMinutes)).toBeGreaterThanOrEqual(above(known.medianMinutesAtLeast));
    }),
    { numRuns: 500 },
  );
});

// Otherwise not: of one that ended between 0 and 1 minutes and two that were last seen at 0, the early end is one of three, the
// late one all that is left.
test('an end that moves past what was censored weighs more: the early end gives no bound then', () => {
  const figures = durationFigures([endedSpan(0, null, at(1)), openSpan(0, 0), openSpan(0, 0)]);
  expect(figures).toMatchObject({ medianMinutes: 1, medianMinutesAtLeast: null });
});

test('a long curve is thinned to what a chart shows, ends where it ended, and loses nobody', () => {
  const spans = Array.from({ length: 5000 }, (_none, index) => endedSpan(0, null, at(index + 1)));
  const curve = curveOf(spans);
  expect(curve.length).toBeLessThanOrEqual(400);
  expect(curve.at(-1)).toMatchObject({ minutes: 5000, share: 0 });
  expect(curve.reduce((sum, { ended }) => sum + ended, 0)).toBe(5000);
  expect(curve[0]?.atRisk).toBe(5000);
});
