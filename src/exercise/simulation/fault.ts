import type { Chance } from '../chance.ts';

/*
 * What goes wrong in a simulation. Each fault stands for itself, so that any of them can be left out: minutes count from the
 * beginning, `pick` (from 0 up to but not including 1) says which of those that are there it hits.
 */

/** Entries of the ledger at which a process may die; `any` is every transaction that writes some. */
export const CRASH_ENTRIES = [
  'any',
  'import.recorded',
  'identify.recorded',
  'locate.recorded',
  'decide.recorded',
  'notice.drafted',
  'notice.approved',
  'dispatch.queued',
  'dispatch.attempted',
  'dispatch.delivered',
  'dispatch.submitted',
  'probe.recorded',
  'server.confirmed-dark',
  'deconfliction.opened',
  'deconfliction.asked',
  'deconfliction.answered',
  'hands-off.recorded',
  'mail.received',
  'person.added',
  'operation.armed',
  'case.retracted',
] as const;
export type CrashEntry = (typeof CRASH_ENTRIES)[number];

export const FORGED_WORDS = ['claim', 'contest', 'hands-off', 'bounce'] as const;
export const FEED_WORDS = ['withdraw', 'offline', 'online', 'kind'] as const;
export const PERSON_DEEDS = ['reject', 'withdraw', 'retract', 'disarm', 'short-arming'] as const;

export type Fault =
  /** The process dies in the n-th transaction that writes such an entry, or at the n-th message. */
  | { readonly fault: 'crash'; readonly entry: CrashEntry; readonly when: 'before' | 'after'; readonly nth: number }
  | { readonly fault: 'crash-at-mail'; readonly when: 'before' | 'after'; readonly nth: number }
  /** Committed, and the connection is lost before the answer: the caller hears of a failure. */
  | { readonly fault: 'lost-answer'; readonly entry: CrashEntry; readonly nth: number }
  | { readonly fault: 'no-database'; readonly atMinute: number; readonly minutes: number }
  /** The machine's clock is off by so much for a while. */
  | { readonly fault: 'clock'; readonly atMinute: number; readonly minutes: number; readonly byMinutes: number }
  | {
      readonly fault: 'mail-server';
      readonly nth: number;
      /** `unknown`: the answer is lost and the message is not; `unknown-lost`: both are. */
      readonly answers: '4xx' | '5xx' | 'unknown' | 'unknown-lost';
    }
  | { readonly fault: 'no-mail-server'; readonly atMinute: number; readonly minutes: number }
  /** Between our mail server and theirs. */
  | { readonly fault: 'mail-out'; readonly nth: number; readonly what: 'lost' | 'late' | 'twice' }
  | { readonly fault: 'mail-in'; readonly nth: number; readonly what: 'lost' | 'late' | 'twice' }
  /** A stranger writes as if he were a desk; `knows` one of our Message-IDs. */
  | {
      readonly fault: 'forged-mail';
      readonly atMinute: number;
      readonly says: (typeof FORGED_WORDS)[number];
      readonly knows: boolean;
      readonly pick: number;
    }
  | { readonly fault: 'contest'; readonly atMinute: number; readonly pick: number }
  | {
      readonly fault: 'vantage';
      readonly atMinute: number;
      readonly minutes: number;
      readonly what: 'cut-off' | 'says-dark' | 'says-live';
      readonly pick: number;
    }
  | {
      readonly fault: 'feed';
      readonly atMinute: number;
      readonly says: (typeof FEED_WORDS)[number];
      readonly pick: number;
    }
  | {
      readonly fault: 'person';
      readonly atMinute: number;
      readonly does: (typeof PERSON_DEEDS)[number];
      readonly pick: number;
    }
  /** A server that was dark serves again. */
  | { readonly fault: 'return'; readonly atMinute: number; readonly pick: number };

export type FaultKind = Fault['fault'];

const KINDS: readonly (readonly [kind: FaultKind, weight: number])[] = [
  ['crash', 6],
  ['crash-at-mail', 2],
  ['lost-answer', 3],
  ['no-database', 1],
  ['clock', 1.5],
  ['mail-server', 3],
  ['no-mail-server', 1],
  ['mail-out', 2],
  ['mail-in', 2],
  ['forged-mail', 2],
  ['contest', 1],
  ['vantage', 2],
  ['feed', 2],
  ['person', 3],
  ['return', 1],
];

/** What goes wrong in `minutes`, from nothing at all to a dozen things. */
export function drawFaults(chance: Chance, minutes: number): readonly Fault[] {
  return Array.from({ length: chance.below(13) }, () => drawFault(chance, minutes));
}

function drawFault(chance: Chance, within: number): Fault {
  const [kind] = chance.weighted(KINDS, ([, weight]) => weight);
  const atMinute = 1 + chance.below(within);
  const pick = Math.floor(chance.unit() * 1000) / 1000;
  switch (kind) {
    case 'crash': {
      const entry = chance.pick(CRASH_ENTRIES);
      return { fault: kind, entry, when: chance.pick(['before', 'after']), nth: nthOf(chance, entry) };
    }
    case 'crash-at-mail':
      return { fault: kind, when: chance.pick(['before', 'after']), nth: 1 + chance.below(8) };
    case 'lost-answer': {
      const entry = chance.pick(CRASH_ENTRIES);
      return { fault: kind, entry, nth: nthOf(chance, entry) };
    }
    case 'no-database':
    case 'no-mail-server':
      return { fault: kind, atMinute, minutes: 2 + chance.below(40) };
    case 'clock': {
      const isForward = chance.happens(0.5);
      const byMinutes = isForward ? 60 + chance.below(5 * 60) : -(1 + chance.below(20));
      return { fault: kind, atMinute, minutes: 20 + chance.below(180), byMinutes };
    }
    case 'mail-server':
      return {
        fault: kind,
        nth: 1 + chance.below(10),
        answers: chance.pick(['4xx', '5xx', 'unknown', 'unknown-lost']),
      };
    case 'mail-out':
    case 'mail-in':
      return { fault: kind, nth: 1 + chance.below(8), what: chance.pick(['lost', 'late', 'twice']) };
    case 'forged-mail':
      return { fault: kind, atMinute, says: chance.pick(FORGED_WORDS), knows: chance.happens(0.5), pick };
    case 'contest':
    case 'return':
      return { fault: kind, atMinute, pick };
    case 'vantage':
      return {
        fault: kind,
        atMinute,
        minutes: 30 + chance.below(8 * 60),
        what: chance.pick(['cut-off', 'says-dark', 'says-live']),
        pick,
      };
    case 'feed':
      return { fault: kind, atMinute, says: chance.pick(FEED_WORDS), pick };
    case 'person':
    default:
      return { fault: kind, atMinute, does: chance.pick(PERSON_DEEDS), pick };
  }
}

function nthOf(chance: Chance, entry: CrashEntry): number {
  return 1 + chance.below(entry === 'any' ? 120 : 6);
}

/** A fault in a few words, for stories. */
export function faultInWords(fault: Fault): string {
  const { fault: kind, ...rest } = fault;
  const words = Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`);
  return `${kind} (${words.join(', ')})`;
}
