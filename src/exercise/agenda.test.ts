import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agenda } from './agenda.ts';

const nothing = (): void => undefined;

test('appointments come by their moment, those of one moment in the order in which they were entered', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (moments) => {
      const agenda = new Agenda();
      for (const [order, at] of moments.entries()) agenda.add(at, String(order), nothing);
      const wanted = [...moments.entries()]
        .toSorted(([a, x], [b, y]) => x - y || a - b)
        .map(([order]) => String(order));
      const came: string[] = [];
      for (let next = agenda.take(); next !== null; next = agenda.take()) came.push(next.what);
      expect(came).toEqual(wanted);
      expect([agenda.size, agenda.nextAt]).toEqual([0, null]);
    }),
  );
});

test('what is entered while others are taken comes in its place', () => {
  const agenda = new Agenda();
  agenda.add(10, 'ten', nothing);
  agenda.add(30, 'thirty', nothing);
  expect(agenda.nextAt).toBe(10);
  expect(agenda.take()?.what).toBe('ten');
  agenda.add(20, 'twenty', nothing);
  // A moment is a whole number of milliseconds, never sooner than asked for.
  agenda.add(20.2, 'a little later', nothing);
  expect([agenda.take(), agenda.take()].map((each) => [each?.at, each?.what])).toEqual([
    [20, 'twenty'],
    [21, 'a little later'],
  ]);
  expect(agenda.take()?.what).toBe('thirty');
});
