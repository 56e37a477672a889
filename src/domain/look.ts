import type { Instant } from './instant.ts';

/** What one look at one endpoint found (DESIGN.md, verdict). */
export const LOOK_OUTCOMES = ['c2-live', 'live', 'answers-other', 'dark', 'inconclusive'] as const;
export type LookOutcome = (typeof LOOK_OUTCOMES)[number];

/** The newest look at a server that told anything; an inconclusive one stands only where no other has ever told more. */
export interface LastLook {
  readonly at: Instant;
  readonly outcome: LookOutcome;
  readonly vantage: string;
  /** When a look last found it alive; null where none has. */
  readonly lastLiveAt: Instant | null;
}

export function parseLookOutcome(text: string): LookOutcome | null {
  return LOOK_OUTCOMES.find((outcome) => outcome === text.trim().toLowerCase()) ?? null;
}

export function isAlive(outcome: LookOutcome): boolean {
  return outcome === 'c2-live' || outcome === 'live';
}
