/** What follows an attempt that did not succeed. */
export type AfterFailure =
  | { readonly next: 'retry'; readonly waitMs: number }
  | { readonly next: 'next-contact' }
  /** No contact is left: a person has to look. */
  | { readonly next: 'person' };

export interface FailedAttempt {
  /** Said of the message and its recipient: trying the same again is of no use. */
  readonly isPermanent: boolean;
  /** How often this contact has been tried, this time included. */
  readonly triesAtContact: number;
  readonly contactsLeft: number;
}

const MINUTE_MS = 60_000;
/** Between two tries at one contact, longer each time; the last one stands for all that follow. About two days in all. */
const WAITS_MINUTES = [1, 5, 15, 30, 60, 120, 240, 480] as const;
/** RFC 5321 section 4.5.4.1 wants four to five days; a controller is not left alone for so long before a person hears of it. */
const MAX_TRIES = 12;

/** Temporary: the same contact again, later and later. Permanent, or given up: the next one listed, then a person. */
export function afterFailure({ isPermanent, triesAtContact, contactsLeft }: FailedAttempt): AfterFailure {
  if (!isPermanent && triesAtContact < MAX_TRIES) {
    const minutes = WAITS_MINUTES[Math.min(triesAtContact, WAITS_MINUTES.length) - 1] ?? 1;
    return { next: 'retry', waitMs: minutes * MINUTE_MS };
  }
  return contactsLeft > 0 ? { next: 'next-contact' } : { next: 'person' };
}
