import type { Role } from './person.ts';

/*
 * Signing in with a browser, and the links by which people register the passkeys for it.
 */

/** A session nobody uses ends by itself … */
export const SESSION_IDLE_MS = 12 * 3_600_000;
/** … and every session does after a week. */
export const SESSION_LONGEST_MS = 7 * 86_400_000;
/** That somebody was there is written down once a minute at most. */
export const SESSION_SEEN_MS = 60_000;
/** What has ended is kept for so long, so that people can see where they were signed in. */
export const SESSION_KEPT_MS = 30 * 86_400_000;

/** The first admin is set up within an hour of the start of the service. */
export const SET_UP_MS = 3_600_000;
export const INVITATION_MS = 7 * 86_400_000;

export type SignInMethod = 'passkey' | 'oidc';

export interface SessionRecord {
  readonly id: string;
  readonly person: string;
  readonly method: SignInMethod;
  /** What the browser said it is. */
  readonly agent: string;
  /** ISO 8601 UTC, as all of these. */
  readonly beganAt: string;
  readonly seenAt: string;
  readonly endsAt: string;
  readonly endedAt: string | null;
}

/** Whether a session lets its browser in at a moment (ISO 8601 UTC). */
export function isOpen({ seenAt, endsAt, endedAt }: SessionRecord, now: string): boolean {
  const idle = Date.parse(now) - Date.parse(seenAt);
  return endedAt === null && now < endsAt && idle < SESSION_IDLE_MS;
}

/** A link with which somebody registers a passkey, once. */
export interface InvitationRecord {
  readonly id: string;
  /** Null for the first admin, who says it. */
  readonly name: string | null;
  readonly roles: readonly Role[];
  /** The admin who made the link, by key; null for the first admin's. */
  readonly invitedBy: string | null;
  readonly madeAt: string;
  readonly endsAt: string;
  /** What was registered with it, and waits for an admin's signature. */
  readonly publicKey: string | null;
  readonly fingerprint: string | null;
  readonly credentialId: string | null;
  readonly registeredAt: string | null;
  /** When it was used up, or taken back. */
  readonly settledAt: string | null;
}
