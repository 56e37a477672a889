import type { EvidenceClass } from './evidence.ts';
import type { Instant } from './instant.ts';
import type { Capacity } from './method.ts';
import type { PartyKind } from './deconfliction.ts';
import type { ProviderType, Trust } from './provider.ts';
import type { ServerKind } from './server.ts';
import type { Strategy } from './strike.ts';

/*
 * A scenario: what a simulated internet is made of and how its people behave. docs/scenarios.md explains each field to those who
 * write one; src/adapters/scenario reads it from YAML. Chances are 0 to 1, waits are in the unit that the field names.
 */

/** A spread of waits: half of them are below `median`, nine of ten below `p90` (log-normal between and beyond). */
export interface Spread {
  readonly median: number;
  readonly p90: number;
}

/** When somebody is at work: always, or from one hour to another of local time, on working days or on all. */
export interface Hours {
  /** 0 to 24. */
  readonly from: number;
  readonly to: number;
  readonly weekends: boolean;
}

/** What a desk does to a server when it acts. `clean` leaves the machine and takes the botnet off it. */
export const DESK_ACTIONS = ['null-route', 'suspend', 'clean', 're-let', 'remove-name'] as const;
export type DeskAction = (typeof DESK_ACTIONS)[number];

/** How the abuse desk of a provider deals with a notice. */
export interface Habit {
  readonly name: string;
  /** Null: day and night. */
  readonly hours: Hours | null;
  /** Prepared beforehand: what it does, it does at the aim of the first wave, at whatever hour, and at once after it. */
  readonly atAim: boolean;
  /** From a notice that is read to the deed. */
  readonly minutes: Spread;
  readonly acts: number;
  /** After a reminder, of those that did not act. */
  readonly actsOnReminder: number;
  /** Wants an order before it acts. */
  readonly refuses: number;
  /** Says that it has acted and has not. */
  readonly claimsFalsely: number;
  /** Passes the notice on to its customer before it acts. */
  readonly forwards: number;
  /** Its mailbox does not exist any more. */
  readonly bounces: number;
  readonly autoReply: boolean;
  readonly ticket: boolean;
  /** Answers when it has acted. */
  readonly answers: number;
  readonly action: DeskAction;
}

/** Addresses of one /24 network that something can stand at. */
export const ADDRESSES_OF_NETWORK = 241;

/** The domain at which a provider of this name has its mailbox: "nordlicht-hosting.example". */
export function domainOf(name: string): string {
  const label = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${label}.example`;
}

export interface ScenarioProvider {
  readonly name: string;
  readonly country: string;
  readonly asn: number;
  readonly type: ProviderType;
  readonly habit: string;
  /** Hours that local time is ahead of UTC. */
  readonly utcOffset: number;
  /** In the team's own provider book; else a registry has to be asked. */
  readonly inBook: boolean;
  readonly trust: Trust;
  /** /24 networks that it announces, in 127.66.0.0/16. */
  readonly networks: number;
  /** Servers of the botnet that stand there at the beginning. */
  readonly servers: number;
  /** Infected devices that serve as controllers at the beginning. */
  readonly devices: number;
  /** How readily the operators rent here, against the others. */
  readonly rented: number;
  /** Domain names below which its customers have theirs; those stand on shared ground. */
  readonly domains: readonly string[];
  /** Of `domains`, how many (the last ones) no warning list knows of yet. */
  readonly unlistedDomains: number;
  /** Of `servers`, how many are known by a name below `domains` only. */
  readonly names: number;
  /** Names of customers who have nothing to do with it, below each of `domains`. */
  readonly innocentNames: number;
  /** So many addresses answer for all names below `domains`; 0: each of the botnet's names has one of its own. */
  readonly sharedAddresses: number;
  /** Web servers of others that answer in its networks. */
  readonly innocents: number;
}

export interface ScenarioFeed {
  readonly name: string;
  /** Whose word it is: feeds of one group corroborate nothing among themselves. */
  readonly group: string;
  readonly reliability: 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
  readonly evidence: EvidenceClass;
  /** `configurations`: learns from what the operators distribute; `sightings`: from the servers themselves. */
  readonly learnsFrom: 'sightings' | 'configurations';
  readonly everyMinutes: number;
  /**
   * Of servers that stand at the beginning, and of later ones, how many it ever hears of. A mirror: of the rows of the other's
   * first edition, and of later ones, how many it repeats.
   */
  readonly seesAtStart: number;
  readonly sees: number;
  /** Until it hears of a server that comes up later, or has a row that it repeats. Those of the beginning it knows. */
  readonly lagMinutes: Spread;
  /** Repeats what this other feed has published, and cites what that one cites. */
  readonly mirrors: string | null;
  /** The report that its own rows cite, a web address; null: it does not say where it has them from. */
  readonly reference: string | null;
  /** What it knows of a server that is known by a name: that name, its address, or the address and beside it the name. */
  readonly says: (typeof SAYS)[number];
  /** Share of rows that nobody can read. */
  readonly broken: number;
  /** Rows that are none of the botnet, published with the first edition. */
  readonly decoys: readonly Decoy[];
  /** Says what kind of server it is. */
  readonly tellsKind: boolean;
}

export const SAYS = ['name', 'address', 'both'] as const;

export const DECOY_KINDS = [
  /** A name that a list protects; it answers. */
  'protected-name',
  /** Somebody's server that this feed takes for a controller. */
  'single-source',
  /** The same, where others serve the web. */
  'innocent-web-server',
  /** An address that once served the botnet and has a new tenant, who answers. */
  're-let',
  /** An address at which nothing answers. */
  'dead',
  /** A domain below which everybody may have a name. */
  'shared-domain',
  /** An address that answers for many names. */
  'shared-address',
] as const;
export type DecoyKind = (typeof DECOY_KINDS)[number];

/** What a poisoned feed names besides the truth. */
export interface Decoy {
  readonly kind: DecoyKind;
  readonly count: number;
  /** How old their last sighting is said to be. */
  readonly daysOld: number;
  /** Other feeds that name the very same. */
  readonly alsoIn: readonly string[];
  /** How old those say that it is; null: they repeat the date. */
  readonly alsoDaysOld: number | null;
}

export interface ScenarioOperators {
  /** Null: they never find out, and never act. */
  readonly noticeMinutes: Spread | null;
  readonly replacementsPerDay: number;
  /** The rate falls to a third in so many days: infrastructure is paid for and burnt. Null: it never falls. */
  readonly wearyDays: number | null;
  /** From renting a server to using it. */
  readonly setUpMinutes: Spread;
  readonly configurationEveryHours: number;
  /** Servers in one configuration. */
  readonly configurationServers: number;
  /** Chance that a customer whom his provider warned moves on before he is cut off. */
  readonly movesWhenWarned: number;
}

export interface ScenarioParty {
  readonly name: string;
  readonly kind: PartyKind;
  readonly answerMinutes: Spread;
  /** Servers of the initial ones that are its own: "hands off". */
  readonly handsOff: number;
}

export interface ScenarioTeam {
  /** From a feed's new edition to its import. */
  readonly importMinutes: Spread;
  /** From a draft to a person's yes. */
  readonly approveMinutes: Spread;
  readonly byHandMinutes: Spread;
  readonly lookEveryMinutes: number;
  readonly capacity: Capacity;
}

export interface ScenarioCourt {
  readonly name: string;
  readonly country: string;
  /** From the motion, at the beginning, to the order. */
  readonly grantHours: Spread;
  readonly validDays: number;
}

export interface ScenarioVantage {
  readonly name: string;
  readonly network: string;
  readonly country: string;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What it rehearses, in a few sentences. */
  readonly about: string;
  readonly malware: string;
  readonly seed: number;
  readonly begins: Instant;
  readonly ends: Instant;
  readonly strategy: Strategy;
  /** How the first wave is aimed: so many minutes after the beginning. */
  readonly aimMinutes: number;
  readonly port: number;
  readonly kindAtStart: ServerKind;
  readonly watch: { readonly minutelyMinutes: number; readonly fiveMinutelyHours: number };
  readonly habits: readonly Habit[];
  readonly providers: readonly ScenarioProvider[];
  readonly feeds: readonly ScenarioFeed[];
  readonly operators: ScenarioOperators;
  readonly parties: readonly ScenarioParty[];
  readonly team: ScenarioTeam;
  readonly court: ScenarioCourt | null;
  readonly vantages: readonly ScenarioVantage[];
}
