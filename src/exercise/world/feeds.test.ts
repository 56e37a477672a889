import { describe, expect, test } from 'vitest';
import { littleFeed, littleProvider, littleScenario, playUntil } from '../../../test/support/little-scenario.ts';
import type { Scenario, ScenarioFeed } from '../../domain/scenario.ts';
import { Agenda } from '../agenda.ts';
import { Chance } from '../chance.ts';
import { Feeds } from './feeds.ts';
import type { Edition } from './feeds.ts';
import { Internet } from './internet.ts';
import type { Machine } from './internet.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** These feeds over a world with so many controllers. */
function feedsOf(feeds: readonly Partial<ScenarioFeed>[], servers = 3, more: Partial<Scenario> = {}) {
  const scenario = littleScenario({
    feeds: feeds.map(littleFeed),
    providers: [littleProvider({ networks: 2 })],
    ...more,
  });
  const chance = Chance.ofSeed(scenario.seed);
  const internet = new Internet(scenario);
  const [provider] = internet.providers;
  if (provider === undefined) throw new Error('a world without providers');
  const time = { now: scenario.begins };
  const agenda = new Agenda();
  const editions: Edition[] = [];
  const made = new Feeds(scenario, internet, agenda, chance, () => time.now, (edition) => editions.push(edition)); // prettier-ignore
  const place = (id: string, upAt: number, name: string | null = null): Machine =>
    internet.place({ id, port: 443, name, provider, kind: 'dedicated', isC2: true, wave: 'initial', upAt });
  const machines = Array.from({ length: servers }, (_, index) => place(`c${index + 1}`, scenario.begins - 9 * DAY_MS));
  const until = (hours: number): void => playUntil(agenda, time, scenario.begins + hours * HOUR_MS);
  const of = (name: string): readonly Edition[] => editions.filter(({ feed }) => feed.name === name);
  return { feeds: made, internet, agenda, machines, editions, of, until, place, begins: scenario.begins };
}

const hosts = (editions: readonly Edition[]): readonly string[] =>
  editions.flatMap((edition) => edition.hosts).toSorted();
const addresses = (machines: readonly Machine[]): readonly string[] =>
  machines.map(({ address }) => address).toSorted();

describe('a feed', () => {
  test('names what stands at the beginning in its first edition', () => {
    const { feeds, machines, editions, until } = feedsOf([{}]);
    feeds.begin();
    until(0);
    expect(hosts(editions)).toEqual(addresses(machines));
    expect(editions[0]?.text.split('\n')[0]).toBe('host,port,last_seen,evidence,malware');
  });

  test('hears of a later server after its lag, and names it in the next edition', () => {
    const { feeds, editions, until, place, begins } = feedsOf([{ lagMinutes: { median: 70, p90: 70 } }], 0);
    feeds.begin();
    const late = place('late', begins + 30 * 60_000);
    feeds.appeared(late);
    until(1.9);
    expect(editions).toEqual([]);
    until(2);
    expect(hosts(editions)).toEqual([late.address]);
  });

  test('dates whatever it names with a moment that can be read', () => {
    const { feeds, editions, until, place, begins } = feedsOf([{ lagMinutes: { median: 20, p90: 90 } }]);
    feeds.begin();
    for (let number = 1; number <= 10; number++) feeds.appeared(place(`late-${number}`, begins + number * 60_000));
    until(30);
    const dates = editions
      .flatMap(({ text }) => text.trim().split('\n').slice(1))
      .map((row) => row.split(',')[2] ?? '');
    expect(dates.length).toBeGreaterThanOrEqual(23);
    expect(dates.filter((date) => new Date(date).toISOString() !== date)).toEqual([]);
  });

  test('hears of nothing that had gone before it looked', () => {
    const { feeds, internet, editions, until, place, begins } = feedsOf([{ lagMinutes: { median: 70, p90: 70 } }], 0);
    feeds.begin();
    const late = place('late', begins + 30 * 60_000);
    feeds.appeared(late);
    internet.takeDown(late, begins + 40 * 60_000, 'suspend');
    until(6);
    expect(editions).toEqual([]);
  });

  test('says once a day again what still lives, with a newer date', () => {
    const { feeds, internet, machines, editions, until, begins } = feedsOf([{}], 2);
    feeds.begin();
    until(12);
    const [first, second] = machines;
    if (second !== undefined) internet.takeDown(second, begins + 12 * HOUR_MS, 'suspend');
    until(24);
    expect(editions).toHaveLength(2);
    expect(editions[1]?.hosts).toEqual([first?.address]);
    expect(editions[1]?.text).toContain('2026-01-06T07:30');
  });

  test.each([
    ['name', 'c.dyn.example', 'host,port,last_seen,evidence,malware'],
    ['address', '127.66.0.10', 'host,port,last_seen,evidence,malware'],
    ['both', '127.66.0.10', 'host,port,last_seen,evidence,malware,also_named'],
  ] as const)('says of a server with a name its %s', (says, host, head) => {
    const { feeds, editions, until, place, begins } = feedsOf([{ says }], 0);
    place('named', begins - DAY_MS, 'c.dyn.example');
    feeds.begin();
    until(0);
    expect(hosts(editions)).toEqual([host]);
    expect(editions[0]?.text.split('\n')[0]).toBe(head);
    expect(editions[0]?.text.includes('c.dyn.example')).toBe(says !== 'address');
  });

  test('that learns from configurations gives out what the operators push, old ones at once', () => {
    const { feeds, machines, editions, until, begins } = feedsOf([{ learnsFrom: 'configurations' }]);
    feeds.begin();
    feeds.pushed({ version: 1, tag: 'rob1', at: begins - HOUR_MS, machines: machines.slice(0, 2) });
    until(0);
    expect(hosts(editions)).toEqual(addresses(machines.slice(0, 2)));
    feeds.pushed({ version: 2, tag: 'rob2', at: begins + 1, machines: machines.slice(2) });
    until(1);
    expect(editions).toHaveLength(2);
    expect(editions[1]?.text).toContain('<gtag>rob2</gtag>');
  });

  test('cannot be read in as many rows as it is broken', () => {
    const { feeds, editions, until } = feedsOf([{ broken: 1 }], 2);
    feeds.begin();
    until(0);
    expect(editions[0]?.text).toMatch(/^127,66\.0\.\d+,,/m);
  });
});

describe('a mirror', () => {
  const MIRROR = { name: 'mirror', mirrors: 'one' };

  test('repeats the other after its lag, in an edition of its own', () => {
    const { feeds, machines, of, until } = feedsOf([{}, { ...MIRROR, lagMinutes: { median: 90, p90: 90 } }]);
    feeds.begin();
    until(1.9);
    expect(of('mirror')).toEqual([]);
    until(2);
    expect(hosts(of('mirror'))).toEqual(addresses(machines));
  });

  test('without a lag does so in the same moment', () => {
    const { feeds, machines, of, until } = feedsOf([{}, { ...MIRROR, lagMinutes: { median: 0, p90: 0 } }]);
    feeds.begin();
    until(0);
    expect(hosts(of('mirror'))).toEqual(addresses(machines));
  });

  test('repeats so many of its rows: of the first edition, and of later ones', () => {
    const { feeds, machines, of, until, place, begins } = feedsOf([{}, { ...MIRROR, seesAtStart: 0.5, sees: 0 }], 200);
    feeds.begin();
    feeds.appeared(place('late', begins + 60_000));
    until(6);
    const repeated = hosts(of('mirror'));
    expect(hosts(of('one'))).toHaveLength(201);
    expect(repeated.length).toBeGreaterThan(70);
    expect(repeated.length).toBeLessThan(130);
    expect(addresses(machines)).toEqual(expect.arrayContaining([...repeated]));
  });
});

describe('decoys', () => {
  const decoy = { count: 20, daysOld: 3, alsoIn: [], alsoDaysOld: null };

  test('are planted at addresses of their own, none of them a controller’s', () => {
    const { feeds, internet, editions, until } = feedsOf([{ decoys: [{ ...decoy, kind: 'single-source' }] }]);
    feeds.begin();
    until(0);
    expect(feeds.planted).toHaveLength(20);
    for (const { host } of feeds.planted) expect(internet.at(host)?.isC2).toBe(false);
    expect(hosts(editions)).toHaveLength(23);
  });

  test('that nothing answers at stand nowhere', () => {
    const { feeds, internet } = feedsOf([{ decoys: [{ ...decoy, kind: 'dead' }] }]);
    feeds.begin();
    expect(feeds.planted.map(({ host }) => internet.at(host))).toEqual(feeds.planted.map(() => null));
  });

  test('take the room that there is, where one provider has none left', () => {
    const providers = [littleProvider(), littleProvider({ name: 'Hosting Two', asn: 64_513 })];
    const many = [{ ...decoy, kind: 'dead' as const, count: 479 }];
    const { feeds } = feedsOf([{ decoys: many }], 3, { providers });
    feeds.begin();
    expect(new Set(feeds.planted.map(({ host }) => host)).size).toBe(479);
  });
});
