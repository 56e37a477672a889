/** How many days old the newest evidence of C2 may be when a notice goes out (DESIGN.md, rule 2). A setting may say less. */
export const EVIDENCE_DAYS = 7;

/** Gates of the organisation's own, never wider than the design's. */
export interface Gates {
  readonly evidenceDays: number;
}
