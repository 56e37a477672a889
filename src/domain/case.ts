import { problem } from './problem.ts';

/** Where one server's one episode stands. Later issues of the flow add states behind `drafted`. */
export const CASE_STATES = ['held', 'identified', 'located', 'decided', 'drafted'] as const;
export type CaseState = (typeof CASE_STATES)[number];

/**
 * The one table of allowed transitions. A case that is held again (a list names it later, a source withdraws) may
 * fall back from anywhere before its notice has been sent.
 */
export const CASE_TRANSITIONS: Readonly<Record<CaseState, readonly CaseState[]>> = {
  held: ['identified'],
  identified: ['located', 'decided', 'held'],
  located: ['decided', 'held'],
  decided: ['drafted', 'located', 'held'],
  drafted: ['decided', 'located', 'held'],
};

/** One server's one episode. The variable is always called `caseFile`: `case` is a keyword. */
export interface Case {
  readonly id: string;
  readonly serverId: string;
  /** 1 for the first time that the server was identified; a return opens the next. */
  readonly episode: number;
  readonly state: CaseState;
  /** Why it is held: list names, or `needs-corroboration`. Empty unless held. */
  readonly heldBy: readonly string[];
}

/** Throws when a step tries a transition that the table does not allow: that is a bug, not an outcome. */
export function assertTransition(from: CaseState, to: CaseState): void {
  if (from === to || CASE_TRANSITIONS[from].includes(to)) return;
  throw problem('refused', `a case cannot go from ${from} to ${to}`);
}
