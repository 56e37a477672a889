/** What a mail server may do to whoever connects. */
export type ConnectionFault =
  /** Ends the connection at once. */
  | 'refuse'
  /** Accepts it and never says a word. */
  | 'hang'
  /** Greets with this code, 554 or 421, and its text. */
  | { readonly code: number; readonly text?: string };

/** What it may do to a message. */
export type MessageFault =
  /** Refuses the recipient, or after DATA the message. */
  | { readonly at: 'mail' | 'rcpt' | 'data'; readonly code: number; readonly text?: string }
  /** Never answers MAIL, RCPT, or the end of the message; what came is not kept. */
  | { readonly at: 'mail' | 'rcpt' | 'data'; readonly hang: true }
  /** Ends the connection in the middle of the message; nothing is kept. */
  | 'drop-in-data'
  /** Keeps the whole message and ends the connection without an answer. */
  | 'drop-after-data'
  /** Answers only after this many milliseconds, and keeps the message. */
  | { readonly slowMs: number };

/** Asked for each connection or message, counted from 1; null: all goes well. */
export type FaultPlan<Fault> = (number: number) => Fault | null;

export const NO_FAULTS = (): null => null;

/** The faults one after the other, then none. */
export function inTurn<Fault>(...faults: readonly (Fault | null)[]): FaultPlan<Fault> {
  let next = 0;
  return () => faults[next++] ?? null;
}
