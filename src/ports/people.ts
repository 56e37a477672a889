import type { PersonKey, PersonRecord } from '../domain/person.ts';

export type { PersonRecord } from '../domain/person.ts';

/** Traffic that an admin has let out for one operation. */
export interface Arming {
  readonly operationId: string;
  /** The name of the operation. */
  readonly operation: string;
  /** The entry that armed it. */
  readonly sequence: number;
  readonly traffic: readonly string[];
  /** For the lab only: the operation is a drill. */
  readonly lab: boolean;
  /** ISO 8601 UTC; nothing goes out from then on. */
  readonly until: string;
  /** Who armed it, by key. */
  readonly person: string;
  readonly reason: string;
  readonly armedAt: string;
  /** When somebody ended it before its time, or armed anew; else null. */
  readonly disarmedAt: string | null;
}

/** A passkey that is or was a person's. */
export interface PasskeyRecord extends PersonKey {
  readonly person: string;
  /** What the person calls it. */
  readonly name: string;
  readonly credentialId: string;
  /** ISO 8601 UTC. */
  readonly addedAt: string;
  readonly removedAt: string | null;
}

/** As whom a provider knows or knew a person. */
export interface IdentityRecord {
  readonly person: string;
  readonly issuer: string;
  readonly subject: string;
  /** ISO 8601 UTC. */
  readonly linkedAt: string;
  readonly unlinkedAt: string | null;
}

/** Who is on record, and what they have armed. */
export interface PeopleReads {
  /** Everybody who ever was on record, sorted by key; `removedAt` tells who is not any more. */
  people(): Promise<readonly PersonRecord[]>;
  /** Everybody's, the oldest first, those that were taken off as well. */
  passkeys(): Promise<readonly PasskeyRecord[]>;
  /** Everybody's, the oldest first, those that were taken off as well. */
  identities(): Promise<readonly IdentityRecord[]>;
  /** Everything that was armed, the newest first; of one operation where one is given. */
  armings(operationId: string | null): Promise<readonly Arming[]>;
}
