import type { CaseState } from '../domain/case.ts';
import type { Instant } from '../domain/instant.ts';
import type { Endpoint, HostType } from '../domain/server.ts';
import type { ServerVerdict } from '../domain/verdict.ts';

/** A tracked server as the watch sees it. */
export interface WatchedServer {
  readonly serverId: string;
  readonly hostType: HostType;
  /** Canonical. */
  readonly host: string;
  /** Null: nobody knows who could switch it off. */
  readonly providerKey: string | null;
  /** Of its newest case; null: nobody has judged it yet. */
  readonly state: CaseState | null;
  /** A list with the effect "never" names it. */
  readonly isProtected: boolean;
  /** Somebody has asked to leave it alone, and that holds. */
  readonly isHandsOff: boolean;
  /** When the newest notice of this case left; null: none has. */
  readonly notifiedAt: Instant | null;
  /** When the case was closed; null while it is open. */
  readonly closedAt: Instant | null;
  /** The ways in that any source has named, those that ever answered first, then those named last; at most MAX_ENDPOINTS. */
  readonly endpoints: readonly Endpoint[];
  /** How many more there are: of a server that was not looked at altogether nobody can say that it is dark. */
  readonly endpointsBeyond: number;
  /** When the newest round by our probes began; null: there was none. */
  readonly lastRoundAt: Instant | null;
  /** When somebody last said that it is off, and asked for a look; null or absent: nobody has. */
  readonly askedAt?: Instant | null;
  /** Null before the first look that told anything. */
  readonly verdict: ServerVerdict | null;
}

/** A feed that names a thousand ports of one server does not make us look at all of them. */
export const MAX_ENDPOINTS = 32;

/** One time that probing was on. */
export interface ProbingRecord {
  readonly operationId: string;
  /** The name of the operation. */
  readonly operation: string;
  /** Who switched it on, by key. */
  readonly person: string;
  readonly reason: string;
  readonly startedAt: Instant;
  /** Null while it is on. */
  readonly stoppedAt: Instant | null;
  readonly stoppedBy: string | null;
  readonly stopReason: string | null;
}

/** What a watch has to hear of within a second. */
export interface WatchPulse {
  /** The operation is open, and probing is on. */
  readonly isOn: boolean;
  /** The newest entry of the ledger. */
  readonly newest: number;
  /** Something other than looks and what follows from them was recorded since. */
  readonly hasNews: boolean;
}

export interface WatchReads {
  /** All servers of an operation, or those of these ids, in pages; as they stand at `now`. */
  watchedServers(operationId: string, now: Instant, only?: readonly string[]): AsyncIterable<readonly WatchedServer[]>;
  /** @param since an entry's sequence */
  watchPulse(operationId: string, since: number): Promise<WatchPulse>;
  /** Every time that probing was switched on, the newest first; of one operation where one is given. */
  probings(operationId: string | null): Promise<readonly ProbingRecord[]>;
}
