import type { Instant } from '../domain/instant.ts';

/** How a fingerprint is taken. Values: SHA-256 in lower-case hex; of a header "name: value", the name in lower case. */
export const FINGERPRINT_KINDS = ['certificate', 'public-key', 'http-body', 'http-header'] as const;
export type FingerprintKind = (typeof FINGERPRINT_KINDS)[number];

/** What a source has tied to the botnet, and not taken back. */
export interface FingerprintRecord {
  readonly fingerprintId: string;
  readonly kind: FingerprintKind;
  readonly value: string;
  readonly source: string;
  /** Its independence group; "" is the unnamed one. */
  readonly group: string;
  readonly seenAt: Instant | null;
}

export interface CandidateReads {
  /** Fingerprints on file of an operation, withdrawn ones left out. */
  fingerprints(operationId: string): Promise<readonly FingerprintRecord[]>;
}
