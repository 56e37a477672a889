/** How many days old the newest evidence of C2 may be when a notice goes out (DESIGN.md, rule 2). A setting may say less. */
export const EVIDENCE_DAYS = 7;

/** How many hours old the look may be that found a server alive when a notice goes out (DESIGN.md, rule 2). A setting may say less. */
export const PROBE_HOURS = 24;

/** Gates of the organisation's own, never wider than the design's. */
export interface Gates {
  readonly evidenceDays: number;
  readonly probeHours: number;
}
