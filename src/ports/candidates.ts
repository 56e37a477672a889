/* What sources have tied to the botnet, and the new addresses on which somebody has seen the same. */
import type { FingerprintKind } from '../domain/fingerprint.ts';
import type { Instant } from '../domain/instant.ts';
import type { HostType } from '../domain/server.ts';

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
  readonly withdrawnBy: string | null;
  /** Why it was withdrawn. */
  readonly withdrawal: string | null;
  /** Servers of which a look of ours has ever matched it. */
  readonly servers: number;
}

/** What a candidate has in common with what is known: a tracked server of ours, or a fingerprint on file. */
export type CandidateMatch =
  | {
      readonly server: string;
      /** The server was dark, or answered as something else, when the candidate was offered: the service may have moved. */
      readonly moved: boolean;
    }
  | { readonly fingerprint: string };

/** The same with what a person wants to see of it. */
export interface CandidateMatchView {
  readonly server: string | null;
  readonly fingerprint: string | null;
  /** Of a server its host, of a fingerprint its source. */
  readonly name: string;
  /** Of a server: it was dark or something else then, or is so now. */
  readonly moved: boolean;
  /** Of a fingerprint: it has been withdrawn since. */
  readonly withdrawn: boolean;
}

/** A fingerprint that a file is held against. */
export interface KnownFingerprint {
  readonly kind: FingerprintKind;
  readonly value: string;
  readonly matches: readonly CandidateMatch[];
  /** Of a certificate that we have seen: its subject, issuer and names, for telling those that belong to nobody. */
  readonly names: readonly string[];
  /** On which hosts it has been offered before, by whatever file; at most 1,001. */
  readonly hosts: readonly string[];
}

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
  readonly matches: readonly CandidateMatchView[];
  readonly file: string;
  readonly line: number;
  readonly offeredAt: Instant;
  /** Null while it waits for a person. */
  readonly settledAs: 'accepted' | 'dismissed' | null;
  readonly settledAt: Instant | null;
  readonly settledBy: string | null;
  readonly reason: string | null;
}

export interface CandidateReads {
  /** What counts: not withdrawn. */
  fingerprints(operationId: string): Promise<readonly FingerprintRecord[]>;
  /** All, the withdrawn ones too, the newest first. */
  fingerprintViews(operationId: string): Promise<readonly FingerprintView[]>;
  /** What scans are searched for: fingerprints on file, and the certificates of identified servers that our looks found alive. */
  knownFingerprints(operationId: string): Promise<readonly KnownFingerprint[]>;
  /** The newest first. */
  candidates(operationId: string): Promise<readonly CandidateView[]>;
}
