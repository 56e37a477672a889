import type { CaseState } from './case.ts';
import type { Instant } from './instant.ts';
import type { LookOutcome } from './look.ts';
import type { ListHit } from './rows.ts';
import type { HostType, ServerKind } from './server.ts';
import type { Tlp } from './tlp.ts';

/*
 * Giving out: what is known of an operation's servers, in the formats that others take.
 */

/** Whom something is given to. A provider is named by its key, a country by its code (its national CSIRT). */
export type Recipient =
  | { readonly kind: 'community' }
  | { readonly kind: 'country'; readonly country: string }
  | { readonly kind: 'provider'; readonly key: string };

export const GIVING_FORMATS = ['list', 'csv', 'rpz', 'suricata', 'stix', 'misp'] as const;
export type GivingFormat = (typeof GIVING_FORMATS)[number];

/** The labels under which anything is given at all: RED and AMBER+STRICT are told to nobody. */
export const GIVEN_TLP = ['clear', 'green', 'amber'] as const satisfies readonly Tlp[];
export type GivenTlp = (typeof GIVEN_TLP)[number];

/** What sources that count say of one port under one marking. */
export interface Saying {
  /** Null: nobody has marked it. */
  readonly marking: Tlp | null;
  /** Null: the host as a whole. */
  readonly port: number | null;
  /** Lower case, sorted; empty where no source says one. */
  readonly schemes: readonly string[];
  readonly firstSeen: Instant | null;
  readonly lastSeen: Instant | null;
}

/** A source with a record knows the address by this name. */
export interface NameSaying {
  readonly name: string;
  readonly marking: Tlp | null;
  /** "" is the unnamed independence group. */
  readonly group: string;
  /** The source's reliability is A or B: its word is enough. */
  readonly isReliable: boolean;
}

/** An AS in which the address was found, by the dates of the data that said so. */
export interface OriginNetwork {
  readonly asn: number;
  /** YYYY-MM-DD; null where the data had no date. */
  readonly from: string | null;
  readonly to: string | null;
}

/** One server as the ledger knows it. What nobody knows is null, and is left out of what is given. */
export interface GivingFacts {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  /** A person has said what it is, and it has not been located anew since; null where nobody has. */
  readonly correctedKind: ServerKind | null;
  /** Of its current case; null where it has never been judged. */
  readonly state: CaseState | null;
  readonly heldBy: readonly string[];
  readonly listHits: readonly ListHit[];
  readonly releases: readonly { readonly list: string; readonly entry: string; readonly persons: readonly string[] }[];
  readonly groundChecked: boolean;
  /** What the last judgement rests on; null before any that weighed. */
  readonly basis: string | null;
  /** A person's word on this very server stands. */
  readonly isAttested: boolean;
  /** A method was determined for it. */
  readonly isDecided: boolean;
  readonly isHandsOff: boolean;
  readonly isDeconflicted: boolean;
  /** When it was first identified and not held; null where it never was. */
  readonly identifiedAt: Instant | null;
  /** When its case was closed as settled. */
  readonly settledAt: Instant | null;
  readonly verdict: LookOutcome | null;
  /** The look since which the verdict is so. */
  readonly verdictSince: Instant | null;
  readonly darkAt: Instant | null;
  readonly confirmedAt: Instant | null;
  readonly provider: { readonly key: string; readonly name: string; readonly type: string } | null;
  readonly asn: number | null;
  readonly holder: string | null;
  readonly country: string | null;
  readonly networks: readonly OriginNetwork[];
  readonly sayings: readonly Saying[];
  readonly names: readonly NameSaying[];
  /** When anything of the above was last recorded. */
  readonly changedAt: Instant;
}

/** The operation as far as it is told. */
export interface GivingOperation {
  readonly id: string;
  readonly name: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly openedAt: Instant;
  /**
   * When anything was last said that decides whether a server is given and is no fact about it: rounds of deconfliction, hands-offs
   * and their ends, releases, corrections, imports.
   */
  readonly changedAt: Instant;
}

/** How a server stands, as it is told. How far our own work on it has come is nobody's business. */
export const GIVEN_STATES = [
  'c2-live',
  'live',
  'answers-other',
  'provisionally-dark',
  'confirmed-dark',
  'inconclusive',
  'not-looked-at',
  'settled',
  'retracted',
] as const;
export type GivenState = (typeof GIVEN_STATES)[number];

/** One thing to block or look for. */
export interface GivenEndpoint {
  readonly hostType: HostType;
  readonly host: string;
  readonly port: number | null;
  readonly schemes: readonly string[];
  /** The least strict marking under which some source tells it: the same for every recipient. */
  readonly tlp: GivenTlp;
  readonly firstSeen: Instant | null;
  readonly lastSeen: Instant | null;
  /** A name whose every name below is the botnet's as well. */
  readonly withNamesBelow: boolean;
}

/** One server as one recipient gets it. */
export interface GivenServer {
  readonly serverId: string;
  readonly kind: ServerKind;
  readonly state: GivenState;
  /** Taken back: it was none. Given as a revocation alone, in formats that have one. */
  readonly revoked: boolean;
  readonly endpoints: readonly GivenEndpoint[];
  /**
   * Of what the verdict is: of the only port that anybody knows, of all ports as one, or of an address in whose place
   * names are given. Counted over all that is known, whatever of it the recipient may have.
   */
  readonly verdictOf: 'endpoint' | 'server' | 'address';
  readonly verdict: LookOutcome | null;
  readonly verdictSince: Instant | null;
  readonly darkAt: Instant | null;
  readonly confirmedAt: Instant | null;
  /** From when on it is no C2 server any more, for all that is known; null while it is. */
  readonly endedAt: Instant | null;
  readonly provider: { readonly key: string; readonly name: string } | null;
  readonly asn: number | null;
  readonly holder: string | null;
  readonly country: string | null;
  readonly networks: readonly OriginNetwork[];
  readonly createdAt: Instant;
  readonly changedAt: Instant;
}

/** Why a server is left out, the first of these that holds. */
export const LEFT_OUT_REASONS = [
  'not-theirs',
  'never-told',
  'held',
  'retracted',
  'contested',
  'not-through-the-gates',
  'hands-off',
  'not-deconflicted',
  'protected',
  'ground-unchecked',
  'no-controller',
  'device',
  'withdrawn',
  'marking',
  'shared-address',
  'shared-name',
  'over',
  'not-live',
  'not-in-this-format',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** What one recipient gets. */
export interface Given {
  readonly operation: GivingOperation;
  readonly to: Recipient;
  /** Nothing in it is marked more strictly. */
  readonly ceiling: GivenTlp;
  /** Who gives; null where the settings do not say. */
  readonly organisation: string | null;
  readonly servers: readonly GivenServer[];
  /** The newest change of the operation or of any of its servers, given or not: never earlier than in an earlier giving. */
  readonly newestChange: Instant;
}

/** One file, in pieces. */
export interface GivenFile {
  readonly name: string;
  /** Begins anew each time. */
  readonly pieces: () => Iterable<string>;
}

/** "community", "country:DE", "provider:KEY": how a recipient is written. */
export function recipientText(to: Recipient): string {
  if (to.kind === 'community') return to.kind;
  return to.kind === 'country' ? `country:${to.country}` : `provider:${to.key}`;
}

/** "203.0.113.7:443", "[2001:db8::7]:443", "c2.example". */
export function endpointText({ host, port }: Pick<GivenEndpoint, 'host' | 'port'>): string {
  if (port === null) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
