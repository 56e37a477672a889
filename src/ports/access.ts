import type { OwnAssignments } from './assignments.ts';
import type { ApiToken, Partner } from '../domain/access.ts';
import type { AtDoor } from './door.ts';
import type { CollectionPages } from './collections.ts';
import type { ContributionStatus } from './contributions.ts';

/** Who may come over HTTP. */
export interface AccessReads {
  /** Whose token has this secret; null for nobody's. Revoked and expired ones are told as they are. */
  tokenBySecret(secretHash: string): Promise<ApiToken | null>;
  /** Everything that was ever issued, the newest first. */
  tokens(): Promise<readonly ApiToken[]>;
  /** Everybody who ever was a partner, by key; `removedAt` tells who is not any more. */
  partners(): Promise<readonly Partner[]>;
  partner(key: string): Promise<Partner | null>;
}

/** What a partner may read. PostgreSQL holds it to that, too. */
export interface PartnerReads extends CollectionPages, ContributionStatus, OwnAssignments {
  /** The partner itself; null once it is none any more. */
  self(): Promise<Partner | null>;
}

/** What whoever stands at the door of one notice may read. */
export interface DoorReads {
  /** The notice at whose door it is. */
  noticeId(): Promise<string | null>;
  /** Of the door that a link's or a code's hash opens, among those of the organisation. */
  noticeOf(hash: string): Promise<string | null>;
  /** That notice; null where it has no door. */
  notice(): Promise<AtDoor | null>;
  /** The message that was sent with it. */
  message(): Promise<Uint8Array | null>;
}
