/** What came of asking registries in one run. */
export interface Lookups {
  /** Questions that had no answer of the last day. */
  readonly asked: number;
  readonly answered: number;
  readonly notFound: number;
  readonly refused: number;
  readonly failed: number;
  /** Why there was no answer, a sentence each, the first few. */
  readonly reasons: readonly string[];
}

export const NO_LOOKUPS: Lookups = { asked: 0, answered: 0, notFound: 0, refused: 0, failed: 0, reasons: [] };
