import type { Instant } from './instant.ts';

/** Whom somebody has to ask before the first notice: each kind, or two people say why not. */
export const PARTY_KINDS = ['law-enforcement', 'csirt', 'sinkhole-operator'] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

/** What a party's answer comes to for a whole round; "hands off" is said of single servers, and stands beside it. */
export const PARTY_ANSWERS = ['clear', 'no-answer'] as const;
export type PartyAnswer = (typeof PARTY_ANSWERS)[number];

/** A party counts as silent this long after it was asked at the earliest. A setting may say more. */
export const WAIT_HOURS = 24;

/** So long before a hands-off runs out it is time to ask again, and a new round covers its server. */
export const ASK_AGAIN_HOURS = 48;

export interface AskedParty {
  /** As it was written when it was asked. */
  readonly party: string;
  readonly partyKind: PartyKind;
  /** How it was asked: a mailbox, a telephone number, a portal. */
  readonly channel: string;
  readonly askedAt: Instant;
  /** Null while it is waited for. */
  readonly answer: PartyAnswer | null;
  readonly answeredAt: Instant | null;
}

/** A person's word that a kind of party is not asked. */
export interface SkipWord {
  readonly partyKind: PartyKind;
  /** The person's key. */
  readonly person: string;
}

/** One time of asking about a set of servers. */
export interface Round {
  /** From 1 in each operation: the first is the operation, later ones are batches of replacements. */
  readonly number: number;
  readonly openedAt: Instant;
  readonly parties: readonly AskedParty[];
  readonly skips: readonly SkipWord[];
}

/** A party's word that a server is theirs, or being watched. */
export interface HandsOff {
  readonly party: string;
  readonly until: Instant;
  readonly recordedAt: Instant;
  /** Null where nobody has lifted it. */
  readonly liftedAt: Instant | null;
}
