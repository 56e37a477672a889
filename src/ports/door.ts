import type { DoorContent } from '../domain/door.ts';
import type { Instant } from '../domain/instant.ts';
import type { LookOutcome } from '../domain/look.ts';
import type { ReplyClass } from '../domain/reply.ts';

/** One notice as whoever stands at its door may see it. PostgreSQL itself shows nothing else there (migrations/0009). */
export interface AtDoor {
  readonly noticeId: string;
  readonly expiresAt: Instant;
  /** Null while nobody of ours has closed it. */
  readonly closedAt: Instant | null;
  readonly content: DoorContent;
  /** It was sent, or may have been: before that nobody outside can have its link. */
  readonly hasLeft: boolean;
  readonly sentAt: Instant | null;
  /** While somebody contests it. */
  readonly contestedAt: Instant | null;
  readonly messageSha256: string;
  readonly isProbingOn: boolean;
  /** When it was last said here that servers are off, and of which; of each server its `askedAt` tells. */
  readonly check: { readonly askedAt: Instant; readonly cases: readonly string[] } | null;
  readonly said: readonly { readonly class: ReplyClass; readonly at: Instant }[];
  /** How often further servers were named here. */
  readonly found: number;
  readonly servers: readonly ServerAtDoor[];
}

export interface ServerAtDoor {
  readonly caseId: string;
  readonly isRetracted: boolean;
  readonly verdict: LookOutcome | null;
  readonly darkAt: Instant | null;
  readonly confirmedAt: Instant | null;
  /** When it was last said here that it is off. */
  readonly askedAt: Instant | null;
  /** When it was last looked at, whatever that told. */
  readonly lookedAt: Instant | null;
  /** The newest look that told anything. */
  readonly look: { readonly outcome: LookOutcome; readonly at: Instant } | null;
}

/** What has become of a door that somebody may come to. */
export type DoorState = 'open' | 'expired' | 'closed' | 'retracted';

/** A door that a link or a code has opened. */
export interface FoundDoor {
  readonly token: string;
  readonly notice: AtDoor;
  readonly state: DoorState;
}

/** A door as its own organisation sees it. */
export interface DoorRecord {
  readonly noticeId: string;
  readonly operationId: string;
  readonly reference: string;
  readonly expiresAt: Instant;
  readonly closedAt: Instant | null;
  readonly closedBy: string | null;
  readonly closeReason: string | null;
  readonly servers: number;
  readonly said: readonly { readonly sha256: string; readonly class: ReplyClass; readonly at: Instant }[];
  readonly checks: readonly {
    readonly askedAt: Instant;
    readonly servers: number;
    readonly cases: readonly string[];
  }[];
  readonly finds: readonly DoorFind[];
}

/** Further servers that somebody at a door has named. */
export interface DoorFind {
  readonly findId: string;
  readonly noticeId: string;
  readonly operationId: string;
  readonly operation: string;
  readonly reference: string;
  readonly lines: readonly string[];
  readonly note: string;
  readonly offeredAt: Instant;
  readonly settledAt: Instant | null;
  readonly settledAs: 'taken' | 'dismissed' | null;
  readonly settledBy: string | null;
  readonly reason: string | null;
}

export interface DoorRecordReads {
  /** Null where the notice has no door. */
  door(noticeId: string): Promise<DoorRecord | null>;
  /** The newest first; of one operation where its id is given, and those alone that wait for a person with `waiting`. */
  doorFinds(operationId: string | null, waiting: boolean): Promise<readonly DoorFind[]>;
  /** Those whose id begins so, at most two. */
  doorFindsNamed(start: string): Promise<readonly DoorFind[]>;
  /** How often something was said at a door since a moment. */
  saidAtDoor(noticeId: string, since: Instant): Promise<number>;
}
