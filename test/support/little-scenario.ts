import type { Habit, Scenario, ScenarioFeed, ScenarioProvider } from '../../src/domain/scenario.ts';
import type { Agenda } from '../../src/exercise/agenda.ts';
import type { Instant } from '../../src/domain/instant.ts';

/* Parts of a world for tests of one of its sides: everything certain, nothing drawn but where a test says so. */

export const LITTLE_BEGINS = Date.parse('2026-01-05T08:00:00Z');

export function littleHabit(more: Partial<Habit> = {}): Habit {
  return {
    name: 'sure', hours: null, atAim: false, minutes: { median: 10, p90: 10 }, acts: 1, actsOnReminder: 0, refuses: 0, claimsFalsely: 0,
    forwards: 0, bounces: 0, autoReply: false, ticket: false, answers: 0, action: 'suspend', ...more,
  }; // prettier-ignore
}

export function littleProvider(more: Partial<ScenarioProvider> = {}): ScenarioProvider {
  return {
    name: 'Hosting One', country: 'DE', asn: 64_512, type: 'hosting', habit: 'sure', utcOffset: 0, inBook: true, trust: 'cooperative',
    networks: 1, servers: 0, devices: 0, rented: 1, domains: [], unlistedDomains: 0, names: 0, innocentNames: 0, sharedAddresses: 0,
    innocents: 0, ...more,
  }; // prettier-ignore
}

export function littleFeed(more: Partial<ScenarioFeed> = {}): ScenarioFeed {
  return {
    name: 'one', group: 'one', reliability: 'A', evidence: 'netflow', learnsFrom: 'sightings', everyMinutes: 60, seesAtStart: 1, sees: 1,
    lagMinutes: { median: 10, p90: 10 }, mirrors: null, reference: null, says: 'name', broken: 0, decoys: [], tellsKind: false, ...more,
  }; // prettier-ignore
}

export function littleScenario(more: Partial<Scenario> = {}): Scenario {
  const certain = { median: 5, p90: 5 };
  return {
    name: 'little',
    title: 'A little one',
    about: 'For tests.',
    malware: 'Examplebot',
    seed: 1,
    begins: LITTLE_BEGINS,
    ends: LITTLE_BEGINS + 24 * 3_600_000,
    strategy: 'rolling',
    aimMinutes: 60,
    port: 443,
    kindAtStart: 'unknown',
    watch: { minutelyMinutes: 0, fiveMinutelyHours: 0 },
    habits: [littleHabit()],
    providers: [littleProvider()],
    feeds: [littleFeed()],
    operators: {
      noticeMinutes: { median: 30, p90: 30 },
      replacementsPerDay: 24,
      wearyDays: null,
      setUpMinutes: { median: 60, p90: 60 },
      configurationEveryHours: 2,
      configurationServers: 10,
      movesWhenWarned: 1,
    },
    parties: [
      { name: 'Police', kind: 'law-enforcement', answerMinutes: certain, handsOff: 0 },
      { name: 'CSIRT', kind: 'csirt', answerMinutes: certain, handsOff: 0 },
      { name: 'Sinkholes', kind: 'sinkhole-operator', answerMinutes: certain, handsOff: 0 },
    ],
    team: {
      importMinutes: certain,
      approveMinutes: certain,
      byHandMinutes: certain,
      lookEveryMinutes: 60,
      capacity: 'csirt',
    },
    court: null,
    vantages: [
      { name: 'oslo', network: 'AS64496', country: 'NO' },
      { name: 'lima', network: 'AS64497', country: 'PE' },
    ],
    ...more,
  };
}

/** What is to come until a moment, one after the other. */
export function playUntil(agenda: Agenda, time: { now: Instant }, until: Instant): void {
  while (agenda.nextAt !== null && agenda.nextAt <= until) {
    const next = agenda.take();
    if (next === null) return;
    time.now = next.at;
    void next.happen();
  }
  time.now = until;
}
