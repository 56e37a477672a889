import { ASKS, AUTHORITIES_IN_FORCE, CAPACITIES, CONTACTS, METHODS } from './method.ts';
import type { MethodFacts, MethodRow } from './method.ts';
import { CHANNELS, PROVIDER_TYPES, TRUSTS } from './provider.ts';
import { HOST_TYPES, SERVER_KINDS } from './server.ts';

/** The input columns of a method table: one for each fact, in the order in which an explanation lists them. */
export const METHOD_INPUTS = [
  'capacity',
  'assetType',
  'kind',
  'ground',
  'country',
  'providerType',
  'trust',
  'authority',
  'contact',
] as const satisfies readonly (keyof MethodFacts)[];
export type MethodInput = (typeof METHOD_INPUTS)[number];

/** The value of one fact; only a country may be unknown. */
export type MethodInputValue = string | null;

/** What each fact may be. `null` for the country: any ISO 3166-1 alpha-2 code, or not known. */
export const METHOD_INPUT_VALUES = {
  capacity: CAPACITIES,
  assetType: HOST_TYPES,
  kind: SERVER_KINDS,
  ground: ['open', 'hostname-only'],
  country: null,
  providerType: PROVIDER_TYPES,
  trust: TRUSTS,
  authority: AUTHORITIES_IN_FORCE,
  contact: CONTACTS,
} as const satisfies { readonly [Input in keyof MethodFacts]: readonly MethodFacts[Input][] | null };

/** The output columns of a method table. The row's id is the id of the rule element, not a column. */
export const METHOD_OUTPUTS = [
  'method',
  'addressee',
  'channel',
  'law',
  'binding',
  'asks',
  'evidence',
  'approvals',
  'deadlineHours',
  'escalation',
  'customerTold',
  'nameShown',
  'template',
  'citation',
  'reviewedByCounsel',
] as const satisfies readonly Exclude<keyof MethodRow, 'id'>[];
export type MethodOutput = (typeof METHOD_OUTPUTS)[number];

/** What the outputs with a fixed vocabulary may be; `asks` holds several of its words. */
export const METHOD_OUTPUT_VALUES = {
  method: METHODS,
  addressee: ['hosting', 'conduit', 'registrar', 'isp', 'csirt', 'law-enforcement', 'nobody'],
  channel: [...CHANNELS, 'none'],
  binding: ['binding', 'courtesy'],
  asks: ASKS,
  customerTold: ['yes', 'may-be', 'no'],
  nameShown: ['yes', 'may-be', 'no'],
} as const;

/** One row: its cells stand in the order of the table's columns. */
export interface MethodTableRow {
  /** Each cell as a FEEL unary test (DMN 1.3 section 9.2); "-" takes anything. */
  readonly cells: readonly string[];
  readonly result: MethodRow;
  /** A sentence for the reader, from the row's annotation; empty where there is none. */
  readonly explanation: string;
}

/** A DMN decision table with hit policy FIRST: the first row whose cells all take the facts decides. */
export interface MethodTable {
  readonly name: string;
  /** SHA-256 of the file, lower-case hex: the version that a decision is recorded under. */
  readonly sha256: string;
  readonly columns: readonly MethodInput[];
  readonly rows: readonly MethodTableRow[];
}
