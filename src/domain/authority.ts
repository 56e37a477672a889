import type { Instant } from './instant.ts';

/** The instrument behind a method, in law. */
export const AUTHORITY_KINDS = [
  'court-order',
  'standing-order',
  'supplemental-order',
  'monitor-instruction',
  'statute',
  'contract',
] as const;
export type AuthorityKind = (typeof AUTHORITY_KINDS)[number];

/** What a court says itself: has a court, a docket and a date. */
export const ORDER_KINDS: readonly AuthorityKind[] = ['court-order', 'standing-order', 'supplemental-order'];

/** How long a document may be, in bytes. */
export const MAX_DOCUMENT_BYTES = 50 * 1024 * 1024;

/** Which servers an instrument names. Everything in canonical form, sorted, each once. */
export interface AuthorityScope {
  readonly addresses: readonly string[];
  /** "198.51.100.0/24". */
  readonly prefixes: readonly string[];
  /** Each with every name below it. */
  readonly domains: readonly string[];
  /** Every server of the operation, also those that the defendants bring up later. */
  readonly standing: boolean;
}

/** What a person puts on record of an instrument. */
export interface AuthorityTerms {
  /** What people call it here; one in an operation. Null: the program finds one. */
  readonly reference: string | null;
  readonly kind: AuthorityKind;
  readonly court: string | null;
  readonly docket: string | null;
  /** Upper-case ISO 3166-1 alpha-2: where it may be relied on; whether it binds there, the method table says. Never empty. */
  readonly jurisdictions: readonly string[];
  readonly issuedAt: Instant;
  /** Null: until it is ended. */
  readonly expiresAt: Instant | null;
  readonly bond: string | null;
  readonly sealed: boolean;
  /** When it may be told of; null where the court has not said. */
  readonly unsealAt: Instant | null;
  /** Keys or names of the providers that it is addressed to; empty where it is not limited to any. */
  readonly providers: readonly string[];
  readonly scope: AuthorityScope;
  /** The reference of the instrument that it stands on. */
  readonly parent: string | null;
}

/** An instrument as it is on record. */
export interface Authority extends AuthorityTerms {
  readonly authorityId: string;
  readonly reference: string;
  /** When counsel ended it before its time; null where nobody has. */
  readonly endsAt: Instant | null;
}
