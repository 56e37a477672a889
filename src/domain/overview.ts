import type { CaseState } from './case.ts';
import type { OperationReport } from './report.ts';

/** Servers whose time runs, by what is left of it. */
export interface ClockBand {
  /** Minutes left, less than that and not less than the band before it; null: none is left. */
  readonly underMinutes: number | null;
  readonly servers: number;
  /** The most pressing ones. `minutesLeft` is below zero once the time has passed. */
  readonly first: readonly { readonly host: string; readonly provider: string | null; readonly minutesLeft: number }[];
}

/** The figures of a report without its list of servers: as long for a hundred thousand servers as for ten. */
export interface Overview extends Omit<OperationReport, 'servers' | 'devices' | 'curves'> {
  /** From identified to dark, as it is meant to be. */
  readonly targetMinutes: number;
  readonly clock: readonly ClockBand[];
  /** Cases by state, in the order in which a case passes through them. */
  readonly funnel: readonly { readonly state: CaseState; readonly cases: number }[];
}
