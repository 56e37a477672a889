import type { Instant } from './instant.ts';
import type { LookFailure, Observation } from './observation.ts';
import type { LookOutcome } from './look.ts';
import type { Vantage } from './vantage.ts';

/** What tells verdicts of one kind apart; each with a sentence in the wording catalogue. */
export const FINDINGS = [
  // c2-live
  'matches-fingerprint',
  // live
  'same-service',
  'answers',
  'accepts-only',
  'moved',
  // answers-other
  'other-certificate',
  'other-service',
  'sinkholed',
  'parked',
  'cleaned',
  // dark
  'closed',
  'silent',
  'unreachable',
  'no-address',
  // inconclusive
  'changed-behaviour',
  'vantage-failed',
  'vantage-deaf',
  'not-allowed',
  'not-resolved',
  'nothing-to-look-at',
] as const;
export type Finding = (typeof FINDINGS)[number];

/** One look as a prober gives it back, not judged yet. */
export interface LookTaken {
  readonly port: number | null;
  /** When it began. */
  readonly at: Instant;
  readonly vantage: Vantage;
  /** The address that was connected to; null where it came to none. */
  readonly address: string | null;
  readonly result: { readonly seen: Observation } | { readonly failure: LookFailure; readonly message: string };
  /** DER, of the certificates that `seen` names. */
  readonly certificates: readonly Uint8Array[];
  /** Of an agent: its signature over the statement of this look (docs/probing.md). */
  readonly signed: SignedLook | null;
}

/** Ed25519, base64, over the canonical JSON of what the agent says. */
export interface SignedLook {
  readonly publicKey: string;
  readonly job: string;
  readonly signature: string;
}

/** All looks at one server at about one time: every endpoint from every vantage. */
export interface Round {
  readonly serverId: string;
  /** When it began; names the round. */
  readonly at: Instant;
  readonly looks: readonly LookTaken[];
}

/** One judged look. */
export interface Judgement {
  readonly outcome: LookOutcome;
  readonly finding: Finding;
  /** One sentence for people: what was done and what answered. */
  readonly how: string;
}

/** How a server stands by all rounds up to now (DESIGN.md, "What the figures mean"). */
export interface ServerVerdict {
  readonly verdict: LookOutcome;
  readonly finding: Finding | null;
  /** The moment of the look since which that is so. */
  readonly since: Instant;
  /** When any vantage last found it alive; null: never. */
  readonly lastLiveAt: Instant | null;
  /** The first dark look of an unbroken dark run; null where it is not dark. */
  readonly darkAt: Instant | null;
  /** When the quorum was reached; null before. */
  readonly confirmedAt: Instant | null;
}

/** What it takes to call a server dark for good. Settings (verify.*); never less than the design's (DESIGN.md, confirmedAt). */
export interface Quorum {
  /** Vantages whose networks and countries all differ. */
  readonly vantages: number;
  /** Rounds in which so many of them found it dark. */
  readonly rounds: number;
  /** From the first of these rounds to the last. */
  readonly hours: number;
}

export const QUORUM: Quorum = { vantages: 2, rounds: 3, hours: 6 };

/** A vantage as a round names it: only one with a network and a country counts for the quorum. */
export interface QuorumVantage {
  readonly name: string;
  readonly network: string | null;
  readonly country: string | null;
}

/** One judged look, as the verdict sees it. */
export interface JudgedLook {
  readonly vantage: QuorumVantage;
  readonly port: number | null;
  readonly at: Instant;
  readonly outcome: LookOutcome;
  /** Null: a person wrote it down. */
  readonly finding: Finding | null;
}

export interface JudgedRound {
  readonly at: Instant;
  /** A person wrote it down: it can find a server alive or dark, but confirms nothing. */
  readonly isByHand: boolean;
  readonly looks: readonly JudgedLook[];
}
