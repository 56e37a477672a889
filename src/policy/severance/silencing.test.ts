import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeveranceFacts } from '../../domain/severance.ts';
import { anyFacts, configuration, facts, onion, server } from '../../../test/support/severance-facts.ts';
import { remainingServers } from './hanging.ts';
import { silencing } from './silencing.ts';
import { silencingBound } from './silencing-bound.ts';
import { silencingProblem } from './silencing-problem.ts';
import { searchChoice } from './silencing-search.ts';

const isAlive = (verdict: string | null): boolean => verdict === 'live' || verdict === 'c2-live';

/** The twin: for each k the most that any of the 2^n subsets of at most k live servers silences. */
function bruteForce(found: SeveranceFacts): { best: number[]; reaching: number; beyondReach: number; needed: number } {
  const live = found.servers.flatMap((one, index) => (isAlive(one.verdict) && !one.host.includes('onion') && one.hostType !== 'onion' && one.hostType !== 'blockchain-name' ? [index] : []));
  const unseizable = found.servers.map((one) => isAlive(one.verdict) && (one.hostType === 'onion' || one.hostType === 'blockchain-name'));
  const circulating = found.configurations.filter(({ retirement }) => retirement === null);
  const reaching = circulating.filter(({ lists }) => lists.some((index) => isAlive(found.servers[index]?.verdict ?? null)));
  const beyondReach = reaching.filter(({ lists }) => lists.some((index) => unseizable[index]));
  const open = reaching
    .filter((one) => !beyondReach.includes(one))
    .map(({ lists }) => lists.filter((index) => live.includes(index)).reduce((mask, index) => mask | (1 << live.indexOf(index)), 0));
  const best: number[] = Array.from({ length: live.length + 1 }, () => 0);
  for (let chosen = 0; chosen < 2 ** live.length; chosen += 1) {
    const size = chosen.toString(2).replaceAll('0', '').length;
    const silenced = open.filter((mask) => (mask & ~chosen) === 0).length;
    best[size] = Math.max(best[size] ?? 0, silenced);
  }
  for (let k = 1; k <= live.length; k += 1) best[k] = Math.max(best[k] ?? 0, best[k - 1] ?? 0);
  const needed = open.reduce((mask, each) => mask | each, 0).toString(2).replaceAll('0', '').length;
  return { best, reaching: reaching.length, beyondReach: beyondReach.length, needed };
} // prettier-ignore

function silencedBy(found: SeveranceFacts, fallen: readonly { readonly serverId: string }[]): number {
  const ids = new Set(fallen.map(({ serverId }) => serverId));
  return found.configurations.filter(({ retirement, lists }) => {
    const living = lists.flatMap((index) => found.servers[index] ?? []).filter(({ verdict }) => isAlive(verdict));
    return retirement === null && living.length > 0 && living.every(({ serverId }) => ids.has(serverId));
  }).length;
}

describe('the servers to take down next', () => {
  test('are the best of all 2^n subsets for every k, whatever the configurations', () => {
    fc.assert(
      fc.property(anyFacts({ servers: 16, configurations: 14 }), (found) => {
        const twin = bruteForce(found);
        const answer = silencing(found, 50);
        expect(answer).toMatchObject({
          reaching: twin.reaching,
          beyondReach: twin.beyondReach,
          servers: twin.needed,
        });
        expect(answer.steps).toHaveLength(twin.needed);
        for (const { k, servers, silenced, atMost, isExact } of answer.steps) {
          expect(silenced).toBe(twin.best[k]);
          expect([atMost, isExact]).toEqual([silenced, true]);
          expect(servers.length).toBeLessThanOrEqual(k);
          expect(silencedBy(found, servers)).toBe(silenced);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** Live servers alone, densely listed: what the search has to work for. */
  const dense = fc
    .array(fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 40 })
    .map((lists) =>
      facts(
        Array.from({ length: 12 }, (_, index) => server(index, { verdict: 'live', confirmedAt: null })),
        lists.map((list, index) =>
          configuration(
            index,
            list.toSorted((a, b) => a - b),
          ),
        ),
      ),
    );

  test('are found by the search alone, and its bound holds however soon it is stopped', () => {
    fc.assert(
      fc.property(
        dense,
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0, 50, 500, 5_000_000),
        (found, k, effort) => {
          const best = bruteForce(found).best[k] ?? 0;
          const { choice, atMost } = searchChoice(silencingProblem(found), k, effort, { groups: [], silenced: 0 });
          expect(choice.silenced).toBeLessThanOrEqual(best);
          expect(atMost).toBeGreaterThanOrEqual(best);
          if (effort === 5_000_000) expect([choice.silenced, atMost]).toEqual([best, best]);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('are never more in number or effect than the stated bound says, after any number of its steps', () => {
    fc.assert(
      fc.property(dense, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 60 }), (found, k, steps) => {
        expect(silencingBound(silencingProblem(found), k, steps)).toBeGreaterThanOrEqual(
          bruteForce(found).best[k] ?? 0,
        );
      }),
      { numRuns: 400 },
    );
  });

  test('taking the best server each time can be as bad as silencing nothing: the search is not misled', () => {
    // Server 0 stands in most configurations, each with partners of its own; 1 and 2 alone make up five.
    const found = facts(
      Array.from({ length: 33 }, (_, index) => server(index, { verdict: 'live', confirmedAt: null })),
      [
        ...Array.from({ length: 10 }, (_, index) => configuration(index, [0, 3 + 3 * index, 4 + 3 * index, 5 + 3 * index])),
        ...Array.from({ length: 5 }, (_, index) => configuration(100 + index, [1, 2])),
      ],
    ); // prettier-ignore
    expect(silencing(found, 2).steps.map(({ servers, silenced }) => [servers.length, silenced])).toEqual([
      [0, 0],
      [2, 5],
    ]);
    expect(remainingServers(found)[0]?.server).toBe(found.servers[0]);
  });

  test('state how far off they may be where there is too much to look at', () => {
    // 120 servers in 200 configurations of four, by a fixed rule: neither kind of subsets can all be looked at.
    const found = facts(
      Array.from({ length: 120 }, (_, index) => server(index, { verdict: 'live', confirmedAt: null })),
      Array.from({ length: 200 }, (_, index) =>
        configuration(
          index,
          [...new Set([0, 1, 2, 3].map((n) => ((index + 7) * (n + 3) * 31 + n * n * 17 + index * index) % 120))].toSorted((a, b) => a - b),
        ),
      ),
    ); // prettier-ignore
    const { steps } = silencing(found, 12, 100_000);
    expect(steps).toHaveLength(12);
    for (const { k, servers, silenced, atMost, isExact } of steps) {
      expect(servers.length).toBeLessThanOrEqual(k);
      expect(silencedBy(found, servers)).toBe(silenced);
      expect(atMost).toBeGreaterThanOrEqual(silenced);
      expect(isExact).toBe(atMost === silenced);
    }
    expect(steps.some(({ isExact }) => !isExact)).toBe(true);
  });

  test('cannot silence a configuration with a live fallback, which is counted plainly', () => {
    const found = facts(
      [server(0, { verdict: 'live', confirmedAt: null }), onion(1, { verdict: 'live' }), onion(2)],
      [configuration(1, [0]), configuration(2, [0, 1]), configuration(3, [1]), configuration(4, [2])],
    );
    expect(silencing(found, 5)).toMatchObject({
      reaching: 3,
      beyondReach: 2,
      servers: 1,
      steps: [{ k: 1, silenced: 1 }],
    });
    expect(silencing(facts([], []), 5)).toEqual({ reaching: 0, beyondReach: 0, servers: 0, steps: [] });
  });
});

describe('the ranking of what remains', () => {
  test('parts every configuration that reaches a live server among these, and nothing else', () => {
    fc.assert(
      fc.property(anyFacts({ servers: 12, configurations: 20 }), (found) => {
        const ranked = remainingServers(found);
        const { reaching } = bruteForce(found);
        expect(ranked.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(reaching, 6);
        expect(ranked).toHaveLength(found.servers.filter(({ verdict }) => isAlive(verdict)).length);
        for (const { server: one, configurations, only } of ranked) {
          const listing = found.configurations.filter(({ retirement, lists }) => retirement === null && lists.some((index) => found.servers[index] === one));
          expect(configurations).toBe(listing.length);
          expect(only).toBe(silencedBy(found, [one]));
        }
      }),
      { numRuns: 300 },
    ); // prettier-ignore
  });

  test('is the Shapley value: the mean over all orders of falling of what each newly silences', () => {
    const found = facts(
      Array.from({ length: 4 }, (_, index) => server(index, { verdict: 'live', confirmedAt: null })),
      [configuration(1, [0, 1]), configuration(2, [1, 2, 3]), configuration(3, [1]), configuration(4, [0, 3])],
    );
    const orders = (rest: readonly number[]): number[][] =>
      rest.length === 0
        ? [[]]
        : rest.flatMap((first) => orders(rest.filter((one) => one !== first)).map((order) => [first, ...order]));
    const sums = new Map<string, number>();
    for (const order of orders([0, 1, 2, 3])) {
      for (const [place, index] of order.entries()) {
        const fallen = order.slice(0, place).flatMap((each) => found.servers[each] ?? []);
        const one = found.servers[index];
        if (one === undefined) continue;
        const gained = silencedBy(found, [...fallen, one]) - silencedBy(found, fallen);
        sums.set(one.serverId, (sums.get(one.serverId) ?? 0) + gained / 24);
      }
    }
    for (const { server: one, share } of remainingServers(found))
      expect(share).toBeCloseTo(sums.get(one.serverId) ?? 0, 9);
  });
});
