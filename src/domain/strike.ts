import type { Instant } from './instant.ts';
import type { Trust } from './provider.ts';

/*
 * A strike is a planned, coordinated set of notices with one aim time. A plan changes nothing by itself: two people have to
 * hold its notices back until their moments.
 */

/**
 * `rolling`: each notice as it is found. `simultaneous`: all in one service hour. `converge`: each so long before the aim that
 * all go dark near it.
 */
export const STRATEGIES = ['rolling', 'simultaneous', 'converge'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** How far ahead a strike may aim, and how long a notice may be held back, counted from the first approval. */
export const MAX_HOLD_HOURS = 24;
/** Different people who have to approve a hold; one of them is counsel. */
export const HOLD_APPROVALS = 2;
/** As what a hold is approved. */
export type HoldRole = 'approver' | 'counsel';

/** How long a provider took with what it has been asked before. */
export interface ProviderHistory {
  /** From notice to dark, in hours: finished cases. */
  readonly finishedHours: readonly number[];
  /** Servers that a notice named more than three days ago and that have not gone dark since. */
  readonly ignored: number;
}

/** A server that a waiting notice names. */
export interface StrikeServer {
  readonly caseId: string;
  readonly isDevice: boolean;
  readonly identifiedAt: Instant;
  /** The newest look found it dark, or answering as something else. */
  readonly isGone: boolean;
}

/** A notice that is drafted or approved and has not left, as far as a plan asks. */
export interface WaitingForStrike {
  readonly noticeId: string;
  readonly reference: string;
  readonly providerKey: string;
  readonly provider: string;
  readonly trust: Trust;
  readonly country: string | null;
  readonly method: string;
  /** Rows of the method table that decided its servers. */
  readonly rowIds: readonly string[];
  readonly isApproved: boolean;
  /** When half of the time that it gives has passed: then a run drafts it anew; null where it gives none. */
  readonly halfwayAt: Instant | null;
  readonly servers: readonly StrikeServer[];
  readonly history: ProviderHistory;
}

/** A live server that no waiting notice names. */
export interface OtherServer {
  readonly providerKey: string | null;
  readonly trust: Trust;
  readonly isDevice: boolean;
  readonly identifiedAt: Instant;
  /** When the first notice about it left; null: none has. */
  readonly notifiedAt: Instant | null;
  readonly history: ProviderHistory;
}

/** One notice in a plan. */
export interface PlannedNotice {
  readonly noticeId: string;
  readonly reference: string;
  readonly providerKey: string;
  readonly provider: string;
  /** The cases that the plan speaks of: a server that joins later is none of it. */
  readonly cases: readonly string[];
  /** Before this moment the hold keeps it; the moment of planning where it is not held. */
  readonly notifyAt: Instant;
  /** Whoever gets it may tell the customer, who may be the operator. */
  readonly mayForward: boolean;
  /** What its desk is known for, as of the plan. */
  readonly trust: Trust;
  /** Devices are somebody's, who is harmed by waiting: never held. */
  readonly isDevice: boolean;
  /** A sentence each. */
  readonly reasons: readonly string[];
}

export interface Spread {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** What a strategy would come to, by simulation. Exposure and victim-hours are never told apart from each other. */
export interface Forecast {
  readonly strategy: Strategy;
  /** First dark to last dark among the targets, devices apart; of runs that lost none, nothing. Null: all lost none. */
  readonly exposureMinutes: Spread | null;
  /** Share of the runs in which a target still lived a week after the aim: there, exposure is at least what is told. */
  readonly stillOpen: number;
  /** Hours alive after identification, over all servers and whatever replaces them. */
  readonly victimHours: Spread;
  /** Share of the runs in which a moment comes at which nothing lives, with its 95 % interval (Wilson). */
  readonly noneLeftAlive: { readonly chance: number; readonly low: number; readonly high: number };
}

/** Whom to notify when. */
export interface StrikePlan {
  readonly strategy: Strategy;
  readonly plannedAt: Instant;
  readonly aim: Instant;
  readonly seed: number;
  readonly items: readonly PlannedNotice[];
  /** Of all strategies, in the order of STRATEGIES. */
  readonly forecasts: readonly Forecast[];
}

export interface HoldApproval {
  readonly person: string;
  readonly role: HoldRole;
  readonly until: Instant;
  readonly reason: string;
  readonly approvedAt: Instant;
  /** Whoever gave it is on record with that role still, as then. */
  readonly stands: boolean;
}

/** A plan on record, and what people have made of it. */
export interface Strike {
  readonly strikeId: string;
  readonly operationId: string;
  /** From 1 in each operation. */
  readonly number: number;
  readonly strategy: Strategy;
  readonly aim: Instant;
  readonly planHash: string;
  readonly plannedAt: Instant;
  readonly plannedBy: string;
  readonly items: readonly Pick<PlannedNotice, 'noticeId' | 'notifyAt' | 'mayForward' | 'isDevice' | 'cases'>[];
  readonly approvals: readonly HoldApproval[];
  readonly released: {
    readonly at: Instant;
    readonly by: string;
    readonly reason: string;
    readonly isHarm: boolean;
  } | null;
}
