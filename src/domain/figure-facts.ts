import type { CaseState, Settlement } from './case.ts';
import type { Instant } from './instant.ts';
import type { LookOutcome } from './look.ts';
import type { HostType, ServerKind } from './server.ts';
import type { Finding } from './verdict.ts';

/*
 * What the figures of an operation are made from, as the store knew it at one moment. Moments are milliseconds; null: there is
 * none.
 */

/** One time for which a server was confirmed dark. */
export interface DarkRun {
  /** The first dark look of the unbroken run. */
  readonly darkAt: Instant;
  /** When it was last found alive before that; null: never by a look. */
  readonly lastLiveAt: Instant | null;
  readonly confirmedAt: Instant;
  /** When it was found alive again. */
  readonly returnedAt: Instant | null;
}

export interface VerdictFacts {
  readonly verdict: LookOutcome;
  readonly finding: Finding | null;
  readonly since: Instant;
  readonly lastLiveAt: Instant | null;
  readonly darkAt: Instant | null;
  readonly confirmedAt: Instant | null;
}

/** One server that has a case. */
export interface ServerFacts {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly country: string | null;
  readonly providerKey: string | null;
  readonly provider: string | null;
  /** In the order of the episodes. */
  readonly caseIds: readonly string[];
  /** Of the newest case, as are `method` and `settledAs`. */
  readonly state: CaseState;
  readonly method: string | null;
  readonly settledAs: Settlement | null;
  /** When the first of its cases was identified; null: held from the first day on. */
  readonly identifiedAt: Instant | null;
  /** Every case of it has been retracted. */
  readonly isWrong: boolean;
  /** When the first notice that names it left. */
  readonly notifiedAt: Instant | null;
  readonly verdict: VerdictFacts | null;
  readonly lastLookAt: Instant | null;
  /** By darkAt. */
  readonly darkRuns: readonly DarkRun[];
}

/** What one source says of one way in to a server. */
export interface StatusWord {
  readonly source: string;
  readonly serverId: string;
  readonly host: string;
  /** Names port, scheme and path among the server's. */
  readonly endpoint: string;
  readonly status: 'online' | 'offline';
  /** The date that the source gives its word; null where it gives none. */
  readonly seenAt: Instant | null;
  /** When we first took these very words in. */
  readonly firstToldAt: Instant;
  /**
   * The import that counts as when they were said, by its place in the ledger: the first one with these words, or the last one
   * that was all that the source lists.
   */
  readonly toldSequence: number;
  readonly toldAt: Instant;
}

export interface VantageFacts {
  readonly name: string;
  /** Null: a person. */
  readonly kind: 'direct' | 'socks5' | 'http-connect' | 'agent' | null;
  readonly network: string | null;
  readonly country: string | null;
  readonly looks: number;
  readonly lastLookAt: Instant;
  /** Some look from there saw something of a server, or of its silence: one that only ever failed is no vantage. */
  readonly hasSeen: boolean;
}

export interface ConfigurationFacts {
  readonly version: string;
  readonly tag: string;
  readonly collectedAt: Instant | null;
}

/** A notice that left, or an order that was served. */
export interface ServiceFacts {
  readonly at: Instant;
  readonly kind: 'notice' | 'order';
  readonly reference: string;
  /** Null: an order that was served on everybody. */
  readonly provider: string | null;
}

/** A host that another operation has identified, too. */
export interface SharedHost {
  readonly host: string;
  readonly operations: readonly string[];
}

export interface OperationFacts {
  readonly operation: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly openedAt: Instant;
  readonly servers: readonly ServerFacts[];
  /** The earliest first. */
  readonly services: readonly ServiceFacts[];
  readonly configurations: readonly ConfigurationFacts[];
  readonly vantages: readonly VantageFacts[];
  readonly statusWords: readonly StatusWord[];
  readonly shared: readonly SharedHost[];
  /** Imports recorded by then whose rows have been erased since. */
  readonly erasedImports: number;
  /** Hosts that are devices, or that somebody says are, held ones among them; sorted. */
  readonly devices: readonly string[];
}
