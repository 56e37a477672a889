import type { JsonValue } from '../ledger/canonical.ts';
import type { PersonKey } from '../domain/person.ts';
import type { Signature } from '../ledger/signed-act.ts';
import type { PersonRecord } from './people.ts';
import type { ReadTransaction, WriteTransaction } from './store.ts';

/** Asks a person for a signature. */
export interface Signing {
  /**
   * A signature over the statement by one of the person's keys: an SSHSIG (namespace "dismantle"), or a passkey's answer to
   * the statement's challenge. May wait for the person: never inside a transaction.
   */
  sign(statement: string, keys: readonly PersonKey[]): Promise<Signature>;
}

/** An act that a person signs: what a step prepares, and src/steps/people/act-signed.ts carries out. */
export interface SignedAct {
  /** The person, as typed with --as. */
  readonly name: string;
  /** The kind of the entry; who may is in SIGNED_KINDS (src/ledger/signed-act.ts). */
  readonly act: string;
  /** The operation to hold meanwhile, or null. */
  readonly lock: string | null;
  /** Facts → what is signed. Throws a problem where it may not be. Runs twice: before and after the person has signed. */
  prepare(
    transaction: ReadTransaction,
    person: PersonRecord,
  ): Promise<{ readonly subject: string; readonly terms: Readonly<Record<string, JsonValue>> }>;
  /** After the entry, in the same transaction. */
  also?(transaction: WriteTransaction, person: PersonRecord): Promise<void>;
}
