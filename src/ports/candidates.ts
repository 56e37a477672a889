/* What sources have tied to the botnet, and the new addresses on which somebody has seen the same. */
import type { Instant } from '../domain/instant.ts';
import type { HostType } from '../domain/server.ts';

/** What can be seen of a service from outside and told again: hashes are SHA-256 in lower-case hex. */
export const FINGERPRINT_KINDS = ['certificate', 'public-key', 'http-body', 'http-header'] as const;
export type FingerprintKind = (typeof FINGERPRINT_KINDS)[number];

/** One fingerprint on file: who tied it to this botnet, and since when. */
export interface FingerprintRecord {
  readonly fingerprintId: string;
  readonly kind: FingerprintKind;
  /** SHA-256 in lower-case hex; of a header "name: value", the name in lower case. */
  readonly value: string;
  readonly source: string;
  /** Its independence group; "" is the unnamed one. */
  readonly group: string;
  /** When the source saw it serve the botnet; null where it does not say. */
  readonly seenAt: Instant | null;
}

/** The same with what people have said of it. */
export interface FingerprintView extends FingerprintRecord {
  readonly note: string;
  readonly person: string;
  readonly recordedAt: Instant;
  /** Null while it counts. */
  readonly withdrawnAt: Instant | null;
  /** Servers whose newest look matched it. */
  readonly servers: number;
}

/** What a candidate has in common with what is known: a tracked server of ours, or a fingerprint on file. */
export type CandidateMatch =
  | {
      readonly server: string;
      readonly host: string;
      /** The server is dark by our own looks, so that the service may have moved. */
      readonly moved: boolean;
    }
  | { readonly fingerprint: string; readonly source: string };

/** A new address on which a source has seen the fingerprint of a tracked server, or one that is on file. */
export interface CandidateView {
  readonly candidateId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly port: number;
  readonly kind: FingerprintKind;
  readonly value: string;
  readonly source: string;
  /** "" is the unnamed one. */
  readonly group: string;
  readonly seenAt: Instant | null;
  readonly matches: readonly CandidateMatch[];
  readonly file: string;
  readonly line: number;
  readonly offeredAt: Instant;
  /** Null while it waits for a person. */
  readonly settledAs: 'accepted' | 'dismissed' | null;
  readonly settledAt: Instant | null;
  readonly settledBy: string | null;
  readonly reason: string | null;
}
