/** Where one server's one episode stands. Later issues of the flow add states behind `drafted`. */
export const CASE_STATES = ['held', 'identified', 'located', 'decided', 'drafted'] as const;
export type CaseState = (typeof CASE_STATES)[number];

/**
 * The one table of allowed transitions. A case that is held again (a list names it later, a source withdraws) may
 * fall back from anywhere before its notice has been sent. The database enforces it (migrations, case_transition).
 */
export const CASE_TRANSITIONS: Readonly<Record<CaseState, readonly CaseState[]>> = {
  held: ['identified'],
  identified: ['located', 'decided', 'held'],
  located: ['decided', 'held'],
  decided: ['drafted', 'located', 'held'],
  drafted: ['decided', 'located', 'held'],
};
