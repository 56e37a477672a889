import type { Contribution, WaitingContribution } from '../domain/contribution.ts';
import type { Instant } from '../domain/instant.ts';

/** What a partner is told of what it has handed in. */
export interface ContributionStatus {
  contribution(operationId: string, id: string): Promise<Contribution | null>;
}

export interface ContributionReads {
  /** The one that has waited longest; null where none waits. */
  waitingContribution(operationId: string): Promise<WaitingContribution | null>;
  /** How many of a partner's wait, over all operations. */
  waitingOf(partner: string): Promise<number>;
}

export interface ContributionWrites {
  keepContribution(contribution: WaitingContribution): Promise<void>;
  /** Says of each object whether it was taken, and forgets what was settled before a moment. */
  settleContribution(
    id: string,
    refusals: readonly (string | null)[],
    at: Instant,
    forgetBefore: Instant,
  ): Promise<void>;
}
