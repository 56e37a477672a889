import type { MethodFacts, MethodRow } from './method.ts';

/** What an example's facts are where it does not say: an ordinary hosting provider of no known country. */
export const NEUTRAL_FACTS: MethodFacts = {
  capacity: 'company',
  assetType: 'address',
  kind: 'unknown',
  ground: 'open',
  country: null,
  providerType: 'hosting',
  trust: 'unknown',
  authority: 'none',
  contact: 'known',
};

/** The outputs that an example may speak of: those with a value that can be right or wrong, not the prose. */
export const EXPECTABLE = [
  'method',
  'addressee',
  'channel',
  'binding',
  'asks',
  'approvals',
  'deadlineHours',
  'customerTold',
  'nameShown',
  'template',
] as const satisfies readonly (keyof MethodRow)[];
export type Expectable = (typeof EXPECTABLE)[number];

export type MethodExpectation = Partial<Pick<MethodRow, Expectable>> & {
  /** The id of the row that is to decide. */
  readonly row?: string;
};

/** Counsel's own word on one case: over these facts, the table has to say this. */
export interface MethodExample {
  readonly name: string;
  /** Its line in the file, from 1. */
  readonly line: number;
  readonly facts: MethodFacts;
  readonly expect: MethodExpectation;
}
