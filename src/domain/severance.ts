import type { Instant } from './instant.ts';
import type { LookOutcome } from './look.ts';
import type { HostType, ServerKind } from './server.ts';

/** Days without a collected configuration after which nobody knows any more, where no setting says otherwise. */
export const STALE_DAYS = 7;

/** A server as severance sees it. Those that were retracted as wrong are not among them. */
export interface SeveranceServer {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  /** What it is by what is known: a device is not switched off as a server is. */
  readonly kind: ServerKind;
  readonly country: string | null;
  /** The provider's name. */
  readonly provider: string | null;
  /** How it stands; null: nobody has looked, which counts as inconclusive. */
  readonly verdict: LookOutcome | null;
  /** Null where it is not confirmed dark: provisionally dark, or not dark. */
  readonly confirmedAt: Instant | null;
  /** Of a fallback (.onion, blockchain name): some source names it outside of any configuration, and has not taken that back. */
  readonly isNamedElsewhere: boolean;
}

/** One distributed list of controllers, by version and tag. */
export interface SeveranceConfiguration {
  readonly configurationId: string;
  readonly version: string;
  readonly tag: string;
  /** When it was first collected, as sources say; null: none has said. */
  readonly collectedAt: Instant | null;
  /** When it was last collected, by any source. */
  readonly lastCollectedAt: Instant | null;
  /** When it was first imported. */
  readonly recordedAt: Instant;
  /** When an import last named it. */
  readonly lastListedAt: Instant;
  /** What its file lists, and how many of those entries could be read as a server, duplicates counted. */
  readonly entries: number;
  readonly accepted: number;
  /** Names, sorted. */
  readonly sources: readonly string[];
  /** Null while it is in circulation. */
  readonly retirement: { readonly at: Instant; readonly by: string; readonly reason: string } | null;
  /** The times that it was out of circulation and is not any more, oldest first. */
  readonly earlierRetirements: readonly { readonly from: Instant; readonly until: Instant }[];
  /** Which servers it lists: indexes into `SeveranceFacts.servers`, ascending, each once. */
  readonly lists: readonly number[];
  /** How many listed servers are left out, since they were retracted as wrong. */
  readonly retracted: number;
}

/** What severance is judged by: read in one transaction, as of one moment. */
export interface SeveranceFacts {
  /** Those that any configuration lists, that are alive, or that nobody can seize; sorted by host type and host. */
  readonly servers: readonly SeveranceServer[];
  /** In circulation and retired ones, the oldest first: by the date of collection (none first), version and tag. */
  readonly configurations: readonly SeveranceConfiguration[];
  /** Every change of verdict of these servers, in the order in which they were recorded. */
  readonly changes: readonly {
    /** Index into `servers`. */
    readonly server: number;
    /** The moment of the look that changed it. */
    readonly at: Instant;
    readonly to: LookOutcome;
  }[];
}

/** By what severance is judged besides the facts. */
export interface SeveranceSetup {
  readonly asOf: Instant;
  /** Days without a collected configuration after which nobody knows any more (setting severance.staleDays). */
  readonly staleDays: number;
}
