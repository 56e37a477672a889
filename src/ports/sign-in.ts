import type { InvitationRecord, SessionRecord, SignInMethod } from '../domain/session.ts';
import type { Role } from '../domain/person.ts';

/** Who is signed in with a browser, and who was asked to register a passkey. Beside the ledger, which knows neither. */
export interface SignInReads {
  /** Ended ones are told as they are. */
  sessionBySecret(secretHash: string): Promise<SessionRecord | null>;
  /** The newest first; of one person where one is given. */
  sessions(person: string | null): Promise<readonly SessionRecord[]>;
  invitationBySecret(secretHash: string): Promise<InvitationRecord | null>;
  /** The newest first. */
  invitations(): Promise<readonly InvitationRecord[]>;
}

export interface NewSession {
  readonly id: string;
  readonly person: string;
  readonly method: SignInMethod;
  readonly agent: string;
  readonly secretHash: string;
  /** ISO 8601 UTC, as all of these. */
  readonly at: string;
  readonly endsAt: string;
}

export interface NewInvitation {
  readonly id: string;
  readonly secretHash: string;
  readonly name: string | null;
  readonly roles: readonly Role[];
  readonly invitedBy: string | null;
  readonly at: string;
  readonly endsAt: string;
}

export interface SignInWrites {
  beginSession(session: NewSession): Promise<void>;
  seeSession(id: string, at: string): Promise<void>;
  /** Ends those of a person, or one of them. Says how many. */
  endSessions(which: { readonly id: string } | { readonly person: string }, at: string): Promise<number>;
  addInvitation(invitation: NewInvitation): Promise<void>;
  /** False where it was used already. */
  registerInvitation(
    id: string,
    passkey: { readonly publicKey: string; readonly fingerprint: string; readonly credentialId: string },
    at: string,
  ): Promise<boolean>;
  /** False where it was used up already. */
  settleInvitation(id: string, at: string): Promise<boolean>;
  /** Removes what ended before a moment. */
  forgetSignIns(before: string): Promise<void>;
}
