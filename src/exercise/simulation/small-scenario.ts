import { parseInstant } from '../../domain/instant.ts';
import type { Habit, Scenario, ScenarioFeed, ScenarioProvider } from '../../domain/scenario.ts';
import { Chance } from '../chance.ts';
import { drawFaults } from './fault.ts';
import type { Fault } from './fault.ts';

/** How large a small world is, and what it holds: everything that a simulation is made from, besides its faults. */
export interface SmallWorld {
  readonly seed: number;
  readonly hours: number;
  readonly providers: number;
  readonly servers: number;
  readonly devices: number;
  readonly named: number;
  readonly handsOff: number;
  readonly decoys: number;
  readonly replacementsPerDay: number;
  readonly strategy: 'rolling' | 'simultaneous';
}

/** A simulation: a small world and what goes wrong in it. The same one gives the same history. */
export interface SimulationPlan {
  readonly world: SmallWorld;
  readonly faults: readonly Fault[];
}

/** So long before the end nothing goes wrong any more: what was delayed has to come to rest. */
export const QUIET_HOURS = 3;

/** The simulation of a seed. */
export function planOf(seed: number): SimulationPlan {
  const chance = Chance.ofSeed(seed).fork('plan');
  const hours = 6 + Math.floor(Math.pow(chance.unit(), 3) * 31);
  const servers = 3 + chance.below(10);
  const world: SmallWorld = {
    seed,
    hours,
    providers: 2 + chance.below(7),
    servers,
    devices: chance.below(3),
    named: chance.happens(0.5) ? 1 + chance.below(2) : 0,
    handsOff: chance.happens(0.4) ? 1 + chance.below(2) : 0,
    decoys: chance.below(4),
    replacementsPerDay: chance.pick([0, 0, 2, 5]),
    strategy: chance.pick(['rolling', 'simultaneous']),
  };
  return { world, faults: drawFaults(chance, Math.max(60, (hours - QUIET_HOURS) * 60)) };
}

const BEGIN = parseInstant('2026-03-03T08:00Z') ?? 0;
const HOUR_MS = 3_600_000;
const COUNTRIES = ['US', 'DE', 'NL', 'FR', 'BR', 'IN', 'PL', 'CA'] as const;

const HABIT: Omit<Habit, 'name'> = {
  hours: null,
  atAim: false,
  minutes: { median: 15, p90: 60 },
  acts: 1,
  actsOnReminder: 1,
  refuses: 0,
  claimsFalsely: 0,
  forwards: 0,
  bounces: 0,
  autoReply: false,
  ticket: false,
  answers: 0.6,
  action: 'suspend',
};
const HABITS: readonly Habit[] = [
  { ...HABIT, name: 'swift', action: 'null-route', autoReply: true, ticket: true },
  { ...HABIT, name: 'steady', minutes: { median: 70, p90: 200 }, forwards: 0.3 },
  { ...HABIT, name: 'office', hours: { from: 9, to: 17, weekends: false }, acts: 0.8, refuses: 0.2 },
  { ...HABIT, name: 'liar', claimsFalsely: 0.9, answers: 1 },
  { ...HABIT, name: 'no mailbox', bounces: 1 },
  { ...HABIT, name: 're-letter', action: 're-let', answers: 1 },
  { ...HABIT, name: 'cleaner', action: 'clean', autoReply: true },
];

/** The scenario of a small world. */
export function scenarioOf(world: SmallWorld): Scenario {
  const { seed, hours, handsOff } = world;
  const chance = Chance.ofSeed(seed).fork('small scenario');
  const spread = (median: number): { median: number; p90: number } => ({ median, p90: median * 3 });
  return {
    name: `simulation-${seed}`,
    title: `Simulation ${seed}`,
    about: 'A small world that a seed has drawn.',
    malware: 'TrickBot',
    seed,
    begins: BEGIN,
    ends: BEGIN + hours * HOUR_MS,
    strategy: world.strategy,
    aimMinutes: 90,
    port: 443,
    kindAtStart: 'unknown',
    // Sparse looks: a seed has to be cheap.
    watch: { minutelyMinutes: 0, fiveMinutelyHours: 0 },
    habits: HABITS,
    providers: providersOf(world, chance.fork('providers')),
    feeds: feedsOf(world),
    operators: {
      noticeMinutes: { median: 60, p90: 240 },
      replacementsPerDay: world.replacementsPerDay,
      wearyDays: null,
      setUpMinutes: { median: 40, p90: 120 },
      configurationEveryHours: 12,
      configurationServers: 8,
      movesWhenWarned: 0.5,
    },
    parties: [
      { name: 'Federal Police', kind: 'law-enforcement', answerMinutes: spread(15), handsOff },
      { name: 'National CSIRT', kind: 'csirt', answerMinutes: spread(10), handsOff: 0 },
      { name: 'Shadow Sinkholes', kind: 'sinkhole-operator', answerMinutes: spread(5), handsOff: 0 },
    ],
    team: {
      importMinutes: spread(6),
      approveMinutes: spread(8),
      byHandMinutes: spread(12),
      lookEveryMinutes: 90,
      capacity: 'csirt',
    },
    court: null,
    vantages: [
      { name: 'north', network: 'AS64500', country: 'SE' },
      { name: 'south', network: 'AS64501', country: 'IT' },
      ...(chance.happens(0.3) ? [{ name: 'east', network: 'AS64502', country: 'PL' }] : []),
    ],
  };
}

function providersOf({ providers, servers, devices, named }: SmallWorld, chance: Chance): readonly ScenarioProvider[] {
  const made = Array.from({ length: providers }, (_, number) => ({
    name: `Provider ${String.fromCharCode(65 + number)}`,
    country: COUNTRIES[number % COUNTRIES.length] ?? 'US',
    asn: 64_512 + number,
    type: 'hosting' as const,
    habit: chance.pick(HABITS).name,
    utcOffset: 0,
    inBook: chance.happens(0.6),
    trust: 'unknown' as const,
    networks: 1,
    servers: 0,
    devices: 0,
    rented: 1,
    domains: [] as readonly string[],
    unlistedDomains: 0,
    sharedAddresses: 0,
    names: 0,
    innocentNames: 0,
    innocents: chance.below(2),
  }));
  const [shared] = made;
  if (shared === undefined) throw new Error('a world without providers');
  for (let count = 0; count < servers; count++) chance.pick(made).servers += 1;
  for (let count = 0; count < devices; count++) chance.pick(made).devices += 1;
  if (named > 0) {
    // Its customers stand on shared ground: only their names may be asked about.
    shared.domains = ['dyn.example'];
    shared.names = named;
    shared.servers = Math.max(shared.servers, named);
  }
  return made;
}

function feedsOf({ decoys }: SmallWorld): readonly ScenarioFeed[] {
  const feed: Omit<ScenarioFeed, 'name' | 'group' | 'evidence' | 'learnsFrom'> = {
    reliability: 'B',
    everyMinutes: 420,
    seesAtStart: 1,
    sees: 0.9,
    lagMinutes: { median: 20, p90: 60 },
    mirrors: null,
    reference: null,
    says: 'address',
    broken: 0.02,
    decoys: [],
    tellsKind: false,
  };
  const planted: ScenarioFeed['decoys'] = [
    { kind: 'protected-name', count: Math.min(1, decoys), daysOld: 0, alsoIn: [], alsoDaysOld: 0 },
    { kind: 'innocent-web-server', count: decoys > 1 ? 1 : 0, daysOld: 0, alsoIn: [], alsoDaysOld: 0 },
    { kind: 're-let', count: decoys > 2 ? 1 : 0, daysOld: 1, alsoIn: [], alsoDaysOld: 0 },
    { kind: 'single-source', count: decoys > 2 ? 1 : 0, daysOld: 0, alsoIn: [], alsoDaysOld: 0 },
  ];
  return [
    { ...feed, name: 'tracker', group: 'tracker', evidence: 'netflow', learnsFrom: 'sightings', decoys: planted },
    { ...feed, name: 'sandbox', group: 'sandbox', evidence: 'configuration', learnsFrom: 'configurations' },
    // Says what the tracker says, and counts for nothing beside it.
    {
      ...feed,
      name: 'mirror',
      group: 'tracker',
      evidence: 'netflow',
      learnsFrom: 'sightings',
      mirrors: 'tracker',
      sees: 1,
      lagMinutes: { median: 0, p90: 0 },
      everyMinutes: 900,
    },
  ];
}
