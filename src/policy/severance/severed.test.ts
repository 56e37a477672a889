import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoInstant } from '../../domain/instant.ts';
import type { SeveranceFacts } from '../../domain/severance.ts';
import { anyFacts, configuration, DAY, facts, NOW, onion, server } from '../../../test/support/severance-facts.ts';
import { liveNotInLatest, severed } from './severed.ts';

const SETUP = { asOf: NOW, staleDays: 7 };
const live = { verdict: 'live', confirmedAt: null } as const;

/** The twin: the design's sentence, read off one configuration and server at a time. */
function plainly({ servers, configurations }: SeveranceFacts, staleDays: number, asOf: number): string {
  const isUnseizable = (index: number): boolean => ['onion', 'blockchain-name'].includes(servers[index]?.hostType ?? '');
  const outcomes: (string | null)[] = [];
  let isFresh = false;
  for (const one of configurations) {
    for (const [at, known] of [[one.collectedAt, one.recordedAt], [one.lastCollectedAt, one.lastListedAt]] as const) {
      if (at === null || at - known > DAY) continue;
      if (asOf - Math.min(at, known) <= staleDays * DAY) isFresh = true;
    }
    if (one.retirement !== null) continue;
    for (const index of one.lists) outcomes.push(servers[index]?.verdict ?? null);
  }
  for (const index of servers.keys()) if (isUnseizable(index) && servers[index]?.isNamedElsewhere) outcomes.push(servers[index].verdict);
  if (outcomes.some((one) => one === 'live' || one === 'c2-live')) return 'no';
  if (!isFresh || outcomes.some((one) => one === null || one === 'inconclusive')) return 'unknown';
  return 'none-observed-live';
} // prettier-ignore

/** The facts as they stood at an earlier moment, by what had happened by then. */
function asTheyStood(found: SeveranceFacts, moment: number): SeveranceFacts {
  const verdicts = new Map<number, SeveranceFacts['changes'][number]['to']>();
  const last = new Map<number, number>();
  for (const change of found.changes) {
    const at = Math.max(change.at, last.get(change.server) ?? 0);
    last.set(change.server, at);
    if (at <= moment) verdicts.set(change.server, change.to);
  }
  return {
    changes: [],
    servers: found.servers.map((one, index) => ({ ...one, verdict: verdicts.get(index) ?? null })),
    configurations: found.configurations
      .filter(({ recordedAt }) => recordedAt <= moment)
      .map((one) => {
        const wasOut =
          (one.retirement !== null && one.retirement.at <= moment) ||
          one.earlierRetirements.some(({ from, until }) => from <= moment && moment < until);
        return {
          ...one,
          ...(one.lastListedAt <= moment ? {} : { lastCollectedAt: one.collectedAt, lastListedAt: one.recordedAt }),
          retirement: wasOut ? { at: moment, by: 'Ada', reason: 'gone' } : null,
        };
      }),
  };
}

describe('severed', () => {
  test('is what the sentence of the design says, whatever the facts', () => {
    fc.assert(
      fc.property(anyFacts({ servers: 8, configurations: 8 }), fc.integer({ min: 1, max: 20 }), (found, staleDays) => {
        const figure = severed(found, { asOf: NOW, staleDays });
        expect(figure.state).toBe(plainly(found, staleDays, NOW));
        expect(figure.reasons.length).toBeGreaterThan(0);
        const { listedServers, live: alive, dark, provisionallyDark, answersOther, inconclusive } = figure.coverage;
        expect(alive + dark + provisionallyDark + answersOther + inconclusive).toBe(listedServers);
      }),
      { numRuns: 500 },
    );
  });

  test('has been so since the last moment at which the answer was another', () => {
    fc.assert(
      fc.property(anyFacts({ servers: 4, configurations: 4 }), fc.integer({ min: 1, max: 9 }), (found, staleDays) => {
        const { state, since } = severed(found, { asOf: NOW, staleDays });
        const at = (moment: number): string => plainly(asTheyStood(found, moment), staleDays, moment);
        const hours = Array.from({ length: 500 }, (_, back) => NOW - back * 3_600_000);
        const start = since === null ? 0 : Date.parse(since);
        for (const moment of hours) if (moment >= start) expect(at(moment)).toBe(state);
        if (since !== null) expect(at(start - 1)).not.toBe(state);
      }),
      { numRuns: 300 },
    );
  });

  test('says no with the configurations that still reach a live server', () => {
    const found = facts(
      [server(1, live), server(2), server(3, { verdict: 'c2-live', confirmedAt: null })],
      [configuration(1, [0, 1], { daysAgo: 3 }), configuration(2, [1], { daysAgo: 2 }), configuration(3, [0, 2])],
    );
    expect(severed(found, SETUP)).toMatchObject({
      state: 'no',
      reasons: ['2 of 3 configurations in circulation list a live server (2 such servers in all), the newest of them 3 (lab1)'],
      coverage: { newestConfiguration: { version: '3' }, daysSinceNewest: 1, sources: ['Lab'], live: 2, dark: 1 },
    }); // prettier-ignore
  });

  test('does not count what a retired configuration lists, nor live servers that no configuration lists', () => {
    const gone = { at: NOW - DAY, by: 'Ada', reason: 'replaced' };
    const found = facts([server(1, live), server(2)], [configuration(1, [0], { retirement: gone }), configuration(2, [1])]);
    expect(severed(found, SETUP).state).toBe('none-observed-live');
    // Distributed anew under another tag it is another configuration.
    const anew = configuration(1, [0], { tag: 'lab2', configurationId: 'anew' });
    expect(severed({ ...found, configurations: [...found.configurations, anew] }, SETUP).state).toBe('no');
  }); // prettier-ignore

  test('names a retired configuration that a source tells again, and leaves it retired', () => {
    const retirement = { at: NOW - DAY, by: 'Ada', reason: 'replaced' };
    const { state, coverage } = severed(
      facts(
        [server(1, live)],
        [configuration(1, [0], { retirement, lastListedAt: NOW - 60_000 }), configuration(2, [])],
      ),
      SETUP,
    );
    expect(state).toBe('none-observed-live');
    expect(coverage.gaps).toContain('1 retired configuration was told by a source again since: 1 (lab1)');
  });

  test.each([
    ['a listed server is inconclusive', [server(1, { verdict: 'inconclusive', confirmedAt: null })], 1, 'unknown'],
    ['nobody has looked at a listed server', [server(1, { verdict: null, confirmedAt: null })], 1, 'unknown'],
    ['a fallback is unresolved', [onion(1)], 1, 'unknown'],
    ['somebody has found a fallback alive', [onion(1, { verdict: 'live' })], 1, 'no'],
    ['somebody has found a fallback dark', [onion(1, { verdict: 'dark' })], 1, 'none-observed-live'],
    ['it answers as something else', [server(1, { verdict: 'answers-other', confirmedAt: null })], 1, 'none-observed-live'],
    ['it is provisionally dark', [server(1, { confirmedAt: null })], 1, 'none-observed-live'],
    ['the newest configuration is seven days old', [server(1)], 7, 'none-observed-live'],
    ['the newest configuration is more than seven days old', [server(1)], 7.01, 'unknown'],
  ])('answers by the one thing where %s', (_, [one = server(1)], daysAgo, state) => {
    expect(severed(facts([one], [configuration(1, [0], { daysAgo })]), SETUP).state).toBe(state);
  }); // prettier-ignore

  test('minds a fallback that a source names outside of any configuration, and not one of a retired configuration', () => {
    const retirement = { at: NOW, by: 'Ada', reason: 'replaced' };
    const configurations = [configuration(1, [1], { retirement }), configuration(2, [0])];
    const told = (isNamedElsewhere: boolean) => severed(facts([server(1), onion(2, { isNamedElsewhere })], configurations), SETUP);
    expect(told(true)).toMatchObject({ state: 'unknown', coverage: { fallbacks: 1 } });
    expect(told(false)).toMatchObject({ state: 'none-observed-live', coverage: { fallbacks: 0 } });
  }); // prettier-ignore

  test('is unknown where there is no configuration at all, or none says when it was collected', () => {
    expect(severed(facts([], []), SETUP)).toMatchObject({ state: 'unknown', since: null, reasons: ['no configuration was ever collected'] });
    const undated = { collectedAt: null, lastCollectedAt: null };
    const { state, reasons, coverage } = severed(facts([server(1)], [configuration(1, [0], undated)]), SETUP);
    expect([state, reasons]).toEqual(['unknown', ['no configuration says when it was collected']]);
    expect(coverage.gaps).toContain('1 configuration in circulation does not say when it was collected: 1 (lab1)');
  }); // prettier-ignore

  test('does not believe a date after the import: one from the future keeps nothing fresh and is not the newest', () => {
    const future = { collectedAt: NOW + 300 * DAY, lastCollectedAt: NOW + 300 * DAY, recordedAt: NOW - 9 * DAY, lastListedAt: NOW - 9 * DAY };
    const found = facts([server(1, live)], [configuration(9, [], future), configuration(1, [0], { daysAgo: 9 })]);
    expect(severed(found, SETUP).coverage).toMatchObject({ newestConfiguration: { version: '1' }, daysSinceNewest: 9 });
    expect(severed(found, SETUP).coverage.gaps.join()).toContain('is dated after it was imported, which is not believed: 9 (lab1)');
    expect(liveNotInLatest(found, 1)).toEqual([]);
  }); // prettier-ignore

  test('goes on counting as collected what is collected again, though nothing in it is new', () => {
    const again = configuration(1, [0], { daysAgo: 30, lastCollectedAt: NOW - DAY, lastListedAt: NOW - DAY + 60_000 });
    expect(severed(facts([server(1)], [again]), SETUP)).toMatchObject({
      state: 'none-observed-live',
      coverage: { daysSinceNewest: 1, gaps: ['no configuration was collected for 29 days, from 2026-10-24 to 2026-11-22'] },
    });
  }); // prettier-ignore

  test('tells entries that nobody could read, and configurations that hold nothing else', () => {
    const { state, coverage } = severed(
      facts([server(1)], [configuration(1, [0], { entries: 5, accepted: 3 }), configuration(2, [], { entries: 2, accepted: 0 })]),
      SETUP,
    );
    expect(state).toBe('none-observed-live');
    expect(coverage.unreadableEntries).toBe(4);
    expect(coverage.gaps).toContain('1 configuration in circulation has no entry that could be read: 2 (lab1)');
  }); // prettier-ignore

  test('begins with the look that found the last live server dark', () => {
    const at = NOW - 5 * 3_600_000;
    const changes = [
      { server: 0, at: NOW - 20 * 3_600_000, to: 'live' as const },
      { server: 0, at, to: 'dark' as const },
    ];
    expect(severed(facts([server(1)], [configuration(1, [0], { daysAgo: 2 })], changes), SETUP)).toMatchObject({
      state: 'none-observed-live',
      since: isoInstant(at),
    });
  });
});

test('live servers in none of the newest configurations are found, those in no configuration among them', () => {
  fc.assert(
    fc.property(anyFacts({ servers: 10, configurations: 10 }), fc.integer({ min: 0, max: 6 }), (found, newest) => {
      const date = (one: SeveranceFacts['configurations'][number]): number =>
        one.collectedAt === null || one.collectedAt - one.recordedAt > DAY ? -1 : Math.min(one.collectedAt, one.recordedAt);
      const recent = found.configurations
        .filter(({ retirement }) => retirement === null)
        .toSorted((a, b) => date(b) - date(a) || Number(b.version) - Number(a.version))
        .slice(0, newest);
      const twin = found.servers.filter(
        (one, index) => (one.verdict === 'live' || one.verdict === 'c2-live') && !recent.some(({ lists }) => lists.includes(index)),
      );
      expect(liveNotInLatest(found, newest)).toEqual(twin);
    }),
    { numRuns: 300 },
  ); // prettier-ignore
});
