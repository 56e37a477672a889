import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { independentVantages } from './vantage.ts';

interface Place {
  readonly network: string | null;
  readonly country: string | null;
}

const differ = (left: Place, right: Place): boolean => left.network !== right.network && left.country !== right.country;

/** The largest number there is, by trying all. */
function mostOf(places: readonly Place[]): number {
  const [first, ...rest] = places;
  if (first === undefined) return 0;
  const without = mostOf(rest);
  if (first.network === null || first.country === null) return without;
  return Math.max(without, 1 + mostOf(rest.filter((other) => differ(first, other))));
}

test('as many vantages as can be, each in a network and a country of its own, both known', () => {
  const place = fc.record({
    network: fc.option(fc.constantFrom('AS64500', 'AS64501', 'AS64502', 'AS64503')),
    country: fc.option(fc.constantFrom('DE', 'NL', 'FR', 'SE')),
  });
  fc.assert(
    fc.property(fc.array(place, { maxLength: 9 }), (places) => {
      const chosen = independentVantages(places);
      expect(chosen).toHaveLength(mostOf(places));
      for (const [index, one] of chosen.entries())
        for (const other of chosen.slice(index + 1)) expect(differ(one, other)).toBe(true);
    }),
  );
});
