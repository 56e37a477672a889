import type { AskedParty, HandsOff, Round, SkipWord } from '../domain/deconfliction.ts';
import type { Instant } from '../domain/instant.ts';
import type { LookOutcome } from '../domain/look.ts';
import type { HostType, ServerKind } from '../domain/server.ts';

/** One time of asking others, with all that is on record of it. */
export interface RoundRecord extends Round {
  readonly roundId: string;
  /** Who opened it: a person's key, or the words of an unsigned act. */
  readonly openedBy: string;
  /** How many servers it asks about. */
  readonly servers: number;
  readonly parties: readonly PartyRecord[];
  readonly skips: readonly SkipRecord[];
}

export interface PartyRecord extends AskedParty {
  readonly askedBy: string;
  readonly answeredBy: string | null;
  /** What the person who recorded the answer says of it. */
  readonly note: string | null;
}

export interface SkipRecord extends SkipWord {
  readonly reason: string;
  readonly skippedAt: Instant;
}

/** A server of an open case about which nothing has been sent, with what says whether it is to be asked about. */
export interface OpenServer {
  readonly serverId: string;
  /** Some source has not marked it as for us alone, or a person of ours vouches for it: the rule of notices. */
  readonly mayBeTold: boolean;
  readonly rounds: readonly Pick<Round, 'openedAt'>[];
  readonly handsOffs: readonly HandsOff[];
}

/** A server of a round, as far as others may be told of it. */
export interface RoundServer {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  /** Ports and dates come from sources that may be told. */
  readonly ports: readonly number[];
  readonly provider: string | null;
  readonly country: string | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly mayBeTold: boolean;
}

/** A party's word on one server, as it was recorded. */
export interface HandsOffRecord extends HandsOff {
  readonly operationId: string;
  /** The operation's name. */
  readonly operation: string;
  readonly serverId: string;
  /** Null where nothing names the server any more. */
  readonly host: string | null;
  readonly note: string;
  /** Who recorded it. */
  readonly person: string;
  /** A round has been opened since it was time to ask again. */
  readonly isAskedAgain: boolean;
}

export interface DeconflictionQueries {
  /** By number. */
  /** All of an operation, or the one with this number or id. */
  rounds(operationId: string, named?: string): Promise<readonly RoundRecord[]>;
  /** In pages, sorted by host. */
  openServers(operationId: string): AsyncIterable<readonly OpenServer[]>;
  serversOfRound(roundId: string): AsyncIterable<readonly RoundServer[]>;
  /** The rounds that ask about a server, by number. */
  roundsOfServer(serverId: string): Promise<readonly RoundRecord[]>;
  /** Of one server, or of all of an operation; the oldest first. */
  handsOffs(of: { readonly serverId: string } | { readonly operationId: string }): Promise<readonly HandsOffRecord[]>;
  /**
   * Hands-offs that run out within ASK_AGAIN_HOURS or have run out, and nobody has asked again since: the last one of each
   * server, over all operations, the earliest first.
   */
  dueHandsOff(now: Instant): Promise<readonly HandsOffRecord[]>;
}

/** One look that is on record. */
export interface LookRecord {
  readonly serverId: string;
  readonly port: number | null;
  readonly at: Instant;
  readonly vantage: string;
  readonly outcome: LookOutcome;
  readonly how: string;
  /** Who looked. */
  readonly person: string;
}

export interface LookQueries {
  /** Which of these ids are servers of the operation. */
  knownServers(operationId: string, serverIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Looks at these servers since a moment, the newest first, at most `limit`. */
  looks(serverIds: readonly string[], since: Instant, limit: number): Promise<readonly LookRecord[]>;
}

export interface DeconflictionReads {
  deconfliction(): DeconflictionQueries;
  looks(): LookQueries;
}
