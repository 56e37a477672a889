import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareHarm, harmOf } from './harm.ts';
import type { HarmFacts } from './harm.ts';

const facts = (change: Partial<HarmFacts> = {}): HarmFacts => ({
  newestConfigurations: [],
  reported: null,
  look: null,
  sightings: 1,
  ...change,
});
const order = (...servers: readonly HarmFacts[]): number[] =>
  servers
    .map((each, index) => ({ index, harm: harmOf(each) }))
    .toSorted((one, other) => compareHarm(one.harm, other.harm))
    .map(({ index }) => index);

test('what every fresh bot asks comes first, then what lives, then what many have seen, and what is gone last', () => {
  expect(
    order(
      facts({ look: 'dark', newestConfigurations: ['lab1', 'lab2'], sightings: 99 }),
      facts({ sightings: 3 }),
      facts({ reported: 'online' }),
      facts({ look: 'c2-live' }),
      facts({ newestConfigurations: ['lab1'], reported: 'offline' }),
      facts({ newestConfigurations: ['lab1'], look: 'live' }),
      facts({ newestConfigurations: ['lab1', 'lab2'] }),
    ),
  ).toEqual([6, 5, 4, 3, 2, 1, 0]);
});

test('it says what it is made of', () => {
  expect(harmOf(facts({ newestConfigurations: ['lab1'], reported: 'online', sightings: 14 })).reasons).toEqual([
    'in a newest configuration (lab1)',
    'reported online',
    '14 sightings',
  ]);
});

test('the order is one: antisymmetric, and the same however the servers come', () => {
  const any = fc.record({
    newestConfigurations: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
    reported: fc.constantFrom('online' as const, 'offline' as const, null),
    look: fc.constantFrom('c2-live' as const, 'live' as const, 'answers-other' as const, 'dark' as const, null),
    sightings: fc.nat(50),
  });
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      const [one, two, three] = [harmOf(a), harmOf(b), harmOf(c)];
      expect(Math.sign(compareHarm(one, two))).toBe(-Math.sign(compareHarm(two, one)) + 0);
      if (compareHarm(one, two) <= 0 && compareHarm(two, three) <= 0) expect(compareHarm(one, three)).toBeLessThanOrEqual(0);
    }),
  ); // prettier-ignore
});
