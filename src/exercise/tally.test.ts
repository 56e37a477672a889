import { describe, expect, test } from 'vitest';
import type { Planted } from './world/feeds.ts';
import type { Machine, Provider } from './world/internet.ts';
import { tally } from './tally.ts';
import type { TallyFacts } from './tally.ts';

const HOUR_MS = 3_600_000;
const BEGINS = Date.parse('2026-01-05T08:00:00Z');

// A machine's provider plays no part in what is counted.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing asks it
const provider = {} as Provider;

let number = 0;
const machine = (more: Partial<Machine> = {}): Machine => ({
  id: `m${(number += 1)}`, address: `127.66.0.${number}`, port: 443, name: null, provider, kind: 'unknown', isC2: true,
  wave: 'initial', upAt: BEGINS - HOUR_MS, innocents: 0, downAt: null, downBy: null, ...more,
}); // prettier-ignore

const domain = machine({ isC2: false, name: 'dyn.example', innocents: 1000 });
const ground = machine({ isC2: false, address: '127.66.1.1', innocents: 500 });
const named = machine({ name: 'c2.dyn.example', address: '127.66.1.1' });
const dead = machine({ downAt: BEGINS + 2 * HOUR_MS, downBy: 'suspend' });
const late = machine({
  wave: 'replacement',
  upAt: BEGINS + 6 * HOUR_MS,
  downAt: BEGINS + 7 * HOUR_MS,
  downBy: 'clean',
});
const machines = [domain, ground, named, dead, late];

const planted = (host: string, kind: Planted['kind']): Planted => ({ host, port: 443, kind, feeds: ['one'], seen: 0 });

const report = (host: string, asks: readonly string[] = ['preserve'], sourceIdentifier = host) => ({
  host,
  sourceIdentifier,
  asks,
});

const count = (more: Partial<TallyFacts> = {}) =>
  tally({
    begins: BEGINS,
    ends: BEGINS + 10 * HOUR_MS,
    internet: {
      machines,
      shared: [domain, ground],
      controllers: () => machines.filter(({ isC2 }) => isC2),
      groundOf: ({ name, address }) => ({
        domain: name?.endsWith('.dyn.example') === true ? domain : null,
        address: address === ground.address ? ground : null,
      }),
    },
    planted: [],
    innocentsHit: new Set(),
    reports: [],
    identified: new Set(),
    ...more,
  });

const truthOf = (controllers: readonly Machine[]) =>
  count({
    internet: {
      machines: [...controllers],
      shared: [],
      controllers: () => controllers,
      groundOf: () => ({ domain: null, address: null }),
    },
  }).truth;

describe('decoys', () => {
  const decoys = [planted('127.66.9.1', 'dead'), planted('127.66.9.2', 're-let'), planted('127.66.9.2', 're-let')];

  test('count once a host, whoever and however often names it', () => {
    expect(count({ planted: decoys }).decoys).toMatchObject({ total: 2, noticed: 0 });
  });

  test('are noticed where a report that left is about them, by source or by what is to be acted on', () => {
    const { decoys: found } = count({ planted: decoys, reports: [report('a.example', [], '127.66.9.2')] });
    expect(found).toEqual({
      total: 2,
      noticed: 1,
      byKind: { dead: { total: 1, noticed: 0 }, 're-let': { total: 1, noticed: 1 } },
      hosts: ['127.66.9.2'],
    });
  });

  test('a name below a shared address is no notice of the address', () => {
    const shared = [planted('127.66.1.1', 'shared-address')];
    expect(count({ planted: shared, reports: [report('c2.dyn.example')] }).decoys.noticed).toBe(0);
    expect(count({ planted: shared, reports: [report('c2.dyn.example', [], '127.66.1.1')] }).decoys.noticed).toBe(0);
    expect(count({ planted: shared, reports: [report('127.66.1.1')] }).decoys.noticed).toBe(1);
  });
});

test('controllers are noticed and identified by name or address', () => {
  const counted = count({ reports: [report('c2.dyn.example')], identified: new Set([dead.address, 'c2.dyn.example']) });
  expect(counted.true).toEqual({ total: 3, noticed: 1 });
  expect(counted.truth.neverIdentified).toBe(1);
});

test('hours are those of the exercise, each server’s from its beginning, and together without overlap', () => {
  expect(count({ ends: BEGINS + 4 * HOUR_MS }).truth).toMatchObject({
    servers: 3,
    aliveAtEnd: 1,
    victimHours: 6,
    hoursWithALivingServer: 4,
  });
  const gone = { ...named, downAt: BEGINS + HOUR_MS };
  expect(truthOf([gone, dead, late])).toMatchObject({ victimHours: 4, hoursWithALivingServer: 3 });
});

describe('the last server is lost', () => {
  const hours = (from: number, to: number | null): Machine =>
    machine({ upAt: BEGINS + from * HOUR_MS, downAt: to === null ? null : BEGINS + to * HOUR_MS });

  test.each<[string, readonly Machine[], string | null]>([
    ['never while one is up', [hours(-9, 2), hours(1, 5), hours(4, null)], null],
    ['at the first moment at which none is up', [hours(-9, 2), hours(-1, 3)], '2026-01-05T11:00:00.000Z'],
    ['also where one comes up after it', [hours(-9, 2), hours(6, null)], '2026-01-05T10:00:00.000Z'],
    ['not where one goes as the next one comes', [hours(-9, 2), hours(2, null)], null],
    ['at the beginning where those of before are gone', [hours(-9, -1)], '2026-01-05T08:00:00.000Z'],
    ['never by what goes with the end', [hours(-9, 10)], null],
  ])('%s', (_, controllers, lostAt) => {
    expect(truthOf(controllers).lostAt).toBe(lostAt);
  });
});

describe('innocents', () => {
  test('on shared ground are counted, with those whom a whole domain would have taken', () => {
    expect(count().innocents).toEqual({
      onSharedGround: 1000,
      hit: 0,
      wholeDomain: [{ domain: 'dyn.example', innocents: 1000 }],
      wholeDomainTotal: 1000,
      asksBeyondHostname: 0,
    });
  });

  test('that were hit count with all who live there', () => {
    expect(count({ innocentsHit: new Set([domain.id, ground.id]) }).innocents.hit).toBe(1500);
  });

  test('asks for more than a host name count where others share the ground, and nowhere else', () => {
    const asksOf = (...reports: ReturnType<typeof report>[]) => count({ reports }).innocents.asksBeyondHostname;
    expect(asksOf(report('c2.dyn.example', ['preserve', 'block-hostname']))).toBe(0);
    expect(asksOf(report('c2.dyn.example', ['preserve', 'suspend-domain']))).toBe(1);
    expect(asksOf(report('c2.dyn.example', ['null-route', 'suspend'], '127.66.1.1'))).toBe(2);
    expect(asksOf(report('dyn.example', ['suspend-domain']), report('127.66.1.1', ['isolate']))).toBe(2);
    expect(asksOf(report('127.66.0.77', ['null-route']))).toBe(0);
    // What nobody knows counts against us.
    expect(asksOf(report('c2.dyn.example', ['explode']))).toBe(1);
  });
});
