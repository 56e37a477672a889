import type { Instant } from './instant.ts';

/** When the playbook's steps are due. A setting each (clock.*). */
export interface ClockSettings {
  /** Between a notice and its reminder, and between reminders; null: what the notice itself asked for, else 24. */
  readonly reminderHours: number | null;
  readonly maxReminders: number;
  /** From the last reminder to the next contact on the list. */
  readonly nextContactHours: number;
  /** From the notice to counsel's decision on the provider's upstream. */
  readonly upstreamHours: number;
  /** From the notice to a person's decision on a referral to the police. */
  readonly lawEnforcementHours: number;
  /** From a server's identification to its notice: the target that every server is held against. */
  readonly targetHours: number;
}

export const CLOCK_DEFAULTS: ClockSettings = {
  reminderHours: null,
  maxReminders: 2,
  nextContactHours: 24,
  upstreamHours: 48,
  lawEnforcementHours: 72,
  targetHours: 3,
};

/** Where nothing is asked by a time, a reminder follows after so many hours. */
export const USUAL_REMINDER_HOURS = 24;

/** A step that would fall on the hour of a deadline waits for the next one: nobody is reminded of a time that is just running out. */
export function pastDeadline(hours: number, deadlines: readonly (number | null)[]): number {
  return deadlines.includes(hours) ? pastDeadline(hours + 1, deadlines) : hours;
}

/** A retraction has to be everywhere after so many hours (DESIGN.md, rule 4). */
export const RETRACTION_HOURS = 1;
/** An authority or an arming that ends within so many hours is said to. */
export const AUTHORITY_WARNING_HOURS = 72;
export const ARMING_WARNING_HOURS = 12;
/** "Hands off" that ends within so many hours has to be asked about again. */
export const HANDS_OFF_WARNING_HOURS = 24;

export const HOUR_MS = 3_600_000;

/** What may be due. Those that are automatic go by themselves; all others are a person's. */
export const CLOCK_STEPS = [
  'identified',
  'csirt-copy',
  'reminder',
  'next-contact',
  'telephone',
  'upstream',
  'law-enforcement',
  'answers-other',
  'looks-dark',
  'contest',
  'question',
  'refusal',
  'retraction',
  'hands-off',
  'unplaced-mail',
  'failed-dispatch',
  'waiting-dispatch',
  'strike',
  'authority',
  'arming',
] as const;
export type ClockStepKind = (typeof CLOCK_STEPS)[number];

/** One step of the playbook's clock. */
export interface ClockStep {
  readonly kind: ClockStepKind;
  /** Whether it goes by itself when its time has come; otherwise somebody has to do it. */
  readonly automatic: boolean;
  readonly dueAt: Instant;
  /** Which of several of its kind: the first reminder, the second contact. 0 where there is one alone. */
  readonly ordinal: number;
  /** One sentence: why it is due then. */
  readonly why: string;
}

/** A derived name for what the clock queues, so that nothing is queued twice: the dispatch kinds with an ordinal. */
export interface FollowUp {
  readonly kind: 'csirt-copy' | 'reminder' | 'next-contact';
  readonly ordinal: number;
}
