/** What is known of the connection and of what was read. Milliseconds by this machine's clock. */
export interface Heard {
  /** Whether the stream of the ledger's entries is open. */
  readonly isOpen: boolean;
  /** When it last said that the ledger was read, or told an entry; null: not yet. */
  readonly heardAt: number | null;
  /** Whether something that is shown could not be read when it was last asked for. */
  readonly isFailing: boolean;
}

export type Liveness = 'live' | 'connecting' | 'behind';

/** A beat comes at least every 20 seconds: two may be late. */
export const SILENT_MS = 45_000;

/**
 * Live: the stream is open, it said within so long that all of the ledger was told, and what is shown could be read since. Connecting:
 * it never has been. Behind: it was, and is not.
 */
export function livenessOf({ isOpen, heardAt, isFailing }: Heard, now: number): Liveness {
  if (heardAt === null) return 'connecting';
  return isOpen && !isFailing && now - heardAt <= SILENT_MS ? 'live' : 'behind';
}
