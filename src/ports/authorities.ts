import type { Authority } from '../domain/authority.ts';
import type { EvidenceClass } from '../domain/evidence.ts';
import type { CaseState } from '../domain/case.ts';
import type { Instant } from '../domain/instant.ts';
import type { LastLook } from '../domain/look.ts';
import type { HostType, ServerKind } from '../domain/server.ts';

/** That an instrument was handed over. */
export interface ServiceRecord {
  readonly sequence: number;
  /** To whom: as it was written; null where it was served on all, or on the defendants. */
  readonly provider: string | null;
  readonly method: string;
  readonly proof: string;
  readonly servedAt: Instant;
  readonly person: string;
}

/** An instrument with all that is on record of it. */
export interface AuthorityRecord extends Authority {
  readonly operationId: string;
  readonly documentSha256: string;
  readonly documentName: string;
  /** The counsel who signed for it, by key. */
  readonly person: string;
  readonly addedAt: Instant;
  readonly endReason: string | null;
  /** In the order in which they were recorded. */
  readonly services: readonly ServiceRecord[];
}

/** A server of an open case, with what an authority is asked about and what counsel may tell a court of it. */
export interface CoverageServer {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly state: CaseState;
  readonly provider: { readonly key: string; readonly name: string } | null;
  /** The provider's country, else the server's. */
  readonly country: string | null;
  readonly asn: number | null;
  /** Some source has not marked it as for us alone, or a person of ours vouches for it: the rule of notices. */
  readonly mayBeTold: boolean;
  /** What follows comes from sources that may be told, and from people of ours. */
  readonly ports: readonly number[];
  readonly evidence: readonly EvidenceClass[];
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** Independent groups of sources that count, unnamed ones apart. */
  readonly groups: number;
  /** A person of ours vouches for this very server. */
  readonly isAttested: boolean;
  readonly look: LastLook | null;
}

export interface AuthorityQueries {
  /** Of one operation, the oldest first. */
  list(operationId: string): Promise<readonly AuthorityRecord[]>;
  /** Servers whose case is identified or further and not retracted, in pages, sorted by host. */
  openServers(operationId: string): AsyncIterable<readonly CoverageServer[]>;
}

export interface AuthorityReads {
  authorities(): AuthorityQueries;
}
