import type { Instant } from '../domain/instant.ts';
import type { RowPlace } from '../ledger/build-proof.ts';

/** One server with all its episodes: they hang together, so that a bundle about one of them holds all. */
export interface EvidenceServer {
  readonly serverId: string;
  readonly host: string;
  readonly kind: string;
  /** Ids of its cases, the first episode first. */
  readonly cases: readonly string[];
}

/** What a bundle of evidence is gathered from, besides the ledger itself. */
export interface EvidenceReads {
  /** By the id of the server or of one of its cases; null where there is none in that operation. */
  evidenceServer(operationId: string, id: string): Promise<EvidenceServer | null>;
  /** Keys of the providers that servers of the operation, or this one, were ever located at. */
  evidenceProviders(operationId: string, serverId: string | null): Promise<readonly string[]>;
  /**
   * Rows of batches about one server, by sequence and index: those that name it or one of its cases, and what they name in
   * turn (configurations, versions of its providers, answers of registries about its address and its AS); with the rows' ids.
   */
  evidenceRows(
    server: EvidenceServer,
  ): Promise<{ readonly places: readonly RowPlace[]; readonly ids: readonly string[] }>;
  /** Sequences of an operation's batches, erased ones too. */
  evidenceBatches(operationId: string): Promise<readonly number[]>;
  /** Ids of servers that are devices, and of their cases. */
  evidenceDevices(operationId: string): Promise<readonly string[]>;
  /** Ids of authorities that are under seal at a moment. */
  sealedAuthorities(operationId: string, now: Instant): Promise<readonly string[]>;
  /** Of a server: which notices name others, too. Without a server: none. */
  sharedNotices(serverId: string): Promise<readonly string[]>;
  /** DER; null where it is not kept. */
  certificate(sha256: string): Promise<Uint8Array | null>;
}

/** A ZIP that is being written. */
export interface BundleWriter {
  /** Writes one file; resolves when it is written, or lies with a few others that are small, so that not much is held. */
  add(name: string, bytes: Uint8Array): Promise<void>;
  /** The bytes of the ZIP as they come. */
  chunks(): AsyncIterable<Uint8Array>;
  /** No file comes any more. */
  end(): void;
  /** Whoever reads `chunks` is told why nothing more comes. */
  fail(error: Error): void;
}

/** The program that checks a bundle, as plain JavaScript. */
export interface AuditProgram {
  /** Names and contents, below the folder audit/. */
  files(): Promise<readonly { readonly name: string; readonly text: string }[]>;
}
