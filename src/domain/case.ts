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
  // Confirmed dark by our own looks: the case is closed. A server that comes back gets a new one.
  'dark',
  // Answers as something else, and a person has said what it is by now: closed.
  'settled',
  'retracted',
] as const;
export type CaseState = (typeof CASE_STATES)[number];

/**
 * The one table of allowed transitions. A case that is held again (a list names it later, a source withdraws) may fall back
 * from anywhere before its notice has been sent; afterwards it stays what it is, and a person sees to it. A reply moves a
 * case among what lies behind `notified`, and nowhere else. The database enforces it (migrations, case_transition).
 */
export const CASE_TRANSITIONS: Readonly<Record<CaseState, readonly CaseState[]>> = {
  held: ['identified', 'notified', 'dark', 'settled', 'retracted'],
  identified: ['located', 'decided', 'held', 'notified', 'dark', 'settled', 'retracted'],
  located: ['decided', 'held', 'notified', 'dark', 'settled', 'retracted'],
  // What was judged, decided or held anew while its notice was on the way has been notified all the same.
  decided: ['drafted', 'located', 'held', 'notified', 'dark', 'settled', 'retracted'],
  drafted: ['approved', 'decided', 'located', 'held', 'notified', 'dark', 'settled', 'retracted'],
  approved: ['notified', 'drafted', 'decided', 'located', 'held', 'dark', 'settled', 'retracted'],
  notified: ['acknowledged', 'refused', 'contested', 'dark', 'settled', 'retracted'],
  // A person who takes a message for something else takes back what followed from it: `notified` again.
  acknowledged: ['notified', 'refused', 'contested', 'dark', 'settled', 'retracted'],
  refused: ['notified', 'acknowledged', 'contested', 'dark', 'settled', 'retracted'],
  contested: ['notified', 'acknowledged', 'refused', 'dark', 'settled', 'retracted'],
  dark: ['retracted'],
  settled: ['retracted'],
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

/** What a person may say that a server is by now, which answers as something else. */
export const SETTLEMENTS = ['cleaned', 're-let', 'sinkholed', 'parked'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];

/** States in which nothing more is done about the case. */
export const CLOSED = ['dark', 'settled', 'retracted'] as const satisfies readonly CaseState[];
