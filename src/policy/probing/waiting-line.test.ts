import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DueQueue } from './due-queue.ts';
import { TokenBucket } from './rates.ts';
import { HOUR_MS, MINUTE_MS } from './schedule.ts';
import { WaitingLine } from './waiting-line.ts';

const T0 = Date.UTC(2026, 10, 23, 12);

test('the queue gives back what was put in, in the order of the keys', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), (keys) => {
      const queue = new DueQueue(1);
      for (const [item, key] of keys.entries()) queue.push(key, item);
      const out: number[] = [];
      for (let item = queue.pop(); item !== null; item = queue.pop()) out.push(keys[item] ?? -1);
      expect(out).toEqual(keys.toSorted((one, other) => one - other));
      expect(queue.size).toBe(0);
    }),
  );
});

test('no second, wherever it begins, sees more of single looks than the rate says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.nat(50), { maxLength: 300 }), (perSecond, steps) => {
      const bucket = new TokenBucket(perSecond);
      const taken: number[] = [];
      let now = T0;
      for (const step of steps) {
        now += step;
        while (bucket.readyAt(1, now) <= now) {
          bucket.take(1, now);
          taken.push(now);
        }
      }
      for (const from of taken) {
        // One look a second needs a bucket of one: two may stand at both ends of a second.
        const most = Math.max(perSecond, 2);
        expect(taken.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(most);
      }
    }),
  );
});

test('a bucket does not stop when the clock is set back', () => {
  const bucket = new TokenBucket(10);
  bucket.take(1, T0);
  bucket.take(0, T0 - 3_600_000);
  expect(bucket.readyAt(1, T0 - 3_600_000)).toBeLessThanOrEqual(T0 - 3_600_000 + 200);
});

describe('the waiting line', () => {
  /** Everybody who goes, with the moment; asks only when it was told to. */
  function letAllGo(
    line: WaitingLine,
    from: number,
    until: number,
  ): { readonly server: number; readonly at: number }[] {
    const gone: { server: number; at: number }[] = [];
    let now = from;
    while (now <= until) {
      for (let server = line.next(now); server !== null; server = line.next(now)) gone.push({ server, at: now });
      const next = line.wakeAt(now);
      if (next === Infinity) break;
      expect(next).toBeGreaterThan(now);
      now = Math.ceil(next);
    }
    return gone;
  }

  test('lets everybody go once, nobody before the time, whatever the rates', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            provider: fc.nat(5),
            due: fc.nat(5000),
            every: fc.constantFrom(MINUTE_MS, HOUR_MS),
            looks: fc.integer({ min: 1, max: 30 }),
          }),
          { maxLength: 60 },
        ),
        fc.integer({ min: 1, max: 50 }),
        (servers, rate) => {
          const line = new WaitingLine({ perSecond: rate, perProviderPerSecond: 5, concurrency: 1 });
          for (const [number, { provider, due, every, looks }] of servers.entries()) {
            line.add(number, provider, T0 + due, every, looks);
          }
          const gone = letAllGo(line, T0, Infinity);
          expect(gone.map(({ server }) => server).toSorted((one, other) => one - other)).toEqual([...servers.keys()]);
          for (const { server, at } of gone) expect(at).toBeGreaterThanOrEqual(T0 + (servers[server]?.due ?? 0));
          expect(line.size).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a provider with many servers holds up nobody else, and its own more urgent ones go first', () => {
    const line = new WaitingLine({ perSecond: 100, perProviderPerSecond: 5, concurrency: 1 });
    for (let server = 0; server < 500; server++) line.add(server, 0, T0, HOUR_MS, 1);
    line.add(500, 1, T0 + 1000, HOUR_MS, 1);
    line.add(501, 0, T0 + 10_000, MINUTE_MS, 1);
    const gone = letAllGo(line, T0, Infinity);
    const at = (server: number): number => gone.find((each) => each.server === server)?.at ?? Infinity;
    expect(at(500) - T0).toBeLessThan(1100);
    expect(at(501) - T0).toBeLessThan(10_400);
    const ofFirst = gone.filter(({ server }) => server !== 500);
    expect((ofFirst.at(-1)?.at ?? 0) - T0).toBeGreaterThan(99_000);
  });

  test('keeps to both rates over any second', () => {
    const line = new WaitingLine({ perSecond: 40, perProviderPerSecond: 5, concurrency: 1 });
    for (let server = 0; server < 600; server++) line.add(server, server % 20, T0, HOUR_MS, 1);
    const gone = letAllGo(line, T0, Infinity);
    expect(gone).toHaveLength(600);
    for (const { at } of gone) {
      const second = gone.filter((each) => each.at >= at && each.at < at + 1000);
      expect(second.length).toBeLessThanOrEqual(40);
      for (let provider = 0; provider < 20; provider++) {
        expect(second.filter(({ server }) => server % 20 === provider).length).toBeLessThanOrEqual(5);
      }
    }
  });

  test('forgets whom it was told of, and not whom it has asked', () => {
    const line = new WaitingLine({ perSecond: 100, perProviderPerSecond: 1, concurrency: 1 });
    line.add(0, 0, T0, HOUR_MS, 1);
    expect(line.next(T0)).toBe(0);
    line.add(1, 0, T0, HOUR_MS, 1);
    line.clear();
    expect(line.size).toBe(0);
    line.add(1, 0, T0, HOUR_MS, 1);
    expect(line.next(T0)).toBeNull();
  });
});
