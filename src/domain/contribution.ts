import type { Instant } from './instant.ts';

/** One object that a partner has handed in. */
export interface ContributedObject {
  readonly id: string;
  /** Its `modified`, else its `created`, else the moment of its being handed in (TAXII 2.1 section 4.3.1). */
  readonly version: string;
}

/** What a partner has handed in at once. */
export interface Contribution {
  readonly id: string;
  readonly operationId: string;
  readonly partner: string;
  readonly receivedAt: Instant;
  readonly objects: readonly ContributedObject[];
  /** Of each object null where it was taken, or why it was not; null while it waits. */
  readonly refusals: readonly (string | null)[] | null;
}

/** The same with what was handed in: an object a line, from the second on. */
export interface WaitingContribution extends Contribution {
  readonly content: string;
  readonly sha256: string;
}

/** The line of an object in `content`; lines count from 1. */
export function lineOfObject(index: number): number {
  return index + 2;
}

/** How a partner is named as a source: what it says, only it can take back. */
export function partnerSource(partner: string): string {
  return `partner:${partner}`;
}
