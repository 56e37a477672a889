/** What a protective list does to a server that it names, the strictest first (DESIGN.md, rule 3). */
export const EFFECTS = [
  /** Nobody can override it. */
  'never',
  /** Waits, and goes on with two named approvals. */
  'hold',
  /** Goes on, but only a name may be asked for, never the address that many share. */
  'hostname-only',
  /** Goes on; the list is named wherever the server is shown. */
  'note',
  /** Space that intake has refused already, and that a drill lives on: says nothing. */
  'reserved',
] as const;
export type Effect = (typeof EFFECTS)[number];

/** What an entry of the organisation's own list may say for itself. */
export const ENTRY_EFFECTS = ['never', 'hold', 'hostname-only', 'note'] as const;
export type EntryEffect = (typeof ENTRY_EFFECTS)[number];

export function isStricter(one: Effect, other: Effect): boolean {
  return EFFECTS.indexOf(one) < EFFECTS.indexOf(other);
}
