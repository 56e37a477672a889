/** Where one server's one episode stands. */
export const CASE_STATES = [
  'held',
  'identified',
  'located',
  'decided',
  'drafted',
  'approved',
  'notified',
  'acknowledged',
  'refused',
  'contested',
  'retracted',
] as const;
export type CaseState = (typeof CASE_STATES)[number];

/**
 * The one table of allowed transitions. A case that is held again (a list names it later, a source withdraws) may fall back
 * from anywhere before its notice has been sent; afterwards it stays what it is, and a person sees to it. A reply moves a
 * case among what lies behind `notified`, and nowhere else. The database enforces it (migrations, case_transition).
 */
export const CASE_TRANSITIONS: Readonly<Record<CaseState, readonly CaseState[]>> = {
  held: ['identified', 'notified', 'retracted'],
  identified: ['located', 'decided', 'held', 'notified', 'retracted'],
  located: ['decided', 'held', 'notified', 'retracted'],
  // What was judged, decided or held anew while its notice was on the way has been notified all the same.
  decided: ['drafted', 'located', 'held', 'notified', 'retracted'],
  drafted: ['approved', 'decided', 'located', 'held', 'notified', 'retracted'],
  approved: ['notified', 'drafted', 'decided', 'located', 'held', 'retracted'],
  notified: ['acknowledged', 'refused', 'contested', 'retracted'],
  // A person who takes a message for something else takes back what followed from it: `notified` again.
  acknowledged: ['notified', 'refused', 'contested', 'retracted'],
  refused: ['notified', 'acknowledged', 'contested', 'retracted'],
  contested: ['notified', 'acknowledged', 'refused', 'retracted'],
  retracted: [],
};

/** States in which nothing has left for the case yet. */
export const BEFORE_NOTICE = [
  'held',
  'identified',
  'located',
  'decided',
  'drafted',
  'approved',
] as const satisfies readonly CaseState[];
