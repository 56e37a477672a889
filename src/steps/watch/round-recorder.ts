import type { LookOutcome } from '../../domain/look.ts';
import type { Round, ServerVerdict } from '../../domain/verdict.ts';

/** What became of rounds that were written down. */
export interface RoundsWritten {
  /** Rows. */
  readonly looks: number;
  /** By server, as each stands now. */
  readonly verdicts: ReadonlyMap<string, ServerVerdict>;
  readonly changes: readonly {
    readonly serverId: string;
    readonly kind: 'changed' | 'confirmed-dark' | 'returned';
    readonly from: LookOutcome | null;
    readonly to: LookOutcome;
  }[];
}

/** Writes rounds down and judges them: what *verify* does, which this step does not know. */
export type RecordRounds = (rounds: readonly Round[]) => Promise<RoundsWritten>;
