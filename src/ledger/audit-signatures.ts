import { isArray } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Entry } from './entry.ts';
import {
  APPROVAL_WITHDRAWN_KIND,
  APPROVED_KIND,
  ATTESTED_KIND,
  BRIEFINGS_APPROVED_KIND,
  HOLD_APPROVED_KIND,
  MAX_SIGNING_MS,
  PERSON_ADDED_KIND,
  PERSON_REMOVED_KIND,
  ROLES,
  SIGNED_KINDS,
  readRecord,
  readStatement,
  termsOf,
  verifyRecord,
} from './signed-act.ts';
import type { Role, SignatureRecord } from './signed-act.ts';
import { parseSshPublicKey } from './ssh-signature.ts';

interface Person {
  readonly roles: readonly Role[];
  readonly publicKey: string;
}

type Act = Pick<Entry, 'kind' | 'subject' | 'recordedAt'>;

/**
 * Follows who is on record, and holds every act that a person has to sign against that. An act that is found wrong is
 * not followed: whoever was added by it is nobody, and what they signed is found in turn.
 */
export class SignatureAudit {
  /** Who is on record now, by key. */
  readonly #people = new Map<string, Person>();
  /** Whose each key is or was: a key never changes hands. */
  readonly #owners = new Map<string, string>();
  readonly #statements = new Set<string>();
  /** Notice and person, for whom an approval may be taken back. */
  readonly #approvals = new Set<string>();

  /** Takes the next entry. What is wrong with it, in a sentence, or null. */
  follow(entry: Act, body: JsonObject): string | null {
    if (!Object.hasOwn(SIGNED_KINDS, entry.kind)) return null;
    if (entry.kind === ATTESTED_KIND && this.#owners.size === 0 && body['signed'] === undefined) return null;
    const { person, signed } = body;
    if (typeof person !== 'string') return 'the act does not say whose it is';
    if (signed === undefined) return 'nobody has signed the act';
    const record = readRecord(signed);
    if (record === null) return 'what stands in place of a signature is none';
    const fault =
      recordFault(entry, person, body, record) ??
      (this.#statements.has(record.statement) ? 'its statement was used for an act before' : null) ??
      this.#signerFault(entry, person, body, record) ??
      this.#actFault(entry, person, body);
    if (fault !== null) return fault;
    this.#statements.add(record.statement);
    this.#carryOut(entry, person, body);
    return null;
  }

  /** Was it this person's key then, and may the person do this? */
  #signerFault(
    { kind, subject }: Act,
    person: string,
    body: JsonObject,
    { publicKey }: SignatureRecord,
  ): string | null {
    const isFirst = kind === PERSON_ADDED_KIND && this.#owners.size === 0;
    if (isFirst && subject !== person) return 'the first person on record signs for itself';
    const signer = isFirst ? personOf(body) : this.#people.get(person);
    if (signer === undefined || signer === null) return 'whoever signed it was not on record then';
    if (signer.publicKey !== publicKey) return 'it was signed with another key than the one on record then';
    const allowed = SIGNED_KINDS[kind] ?? [];
    const saysAsWhat = kind === HOLD_APPROVED_KIND || kind === BRIEFINGS_APPROVED_KIND;
    if (saysAsWhat && !signer.roles.some((role) => role === body['role'])) {
      return `whoever signed it was ${signer.roles.join(', ')}, and approves as another`;
    }
    // An auditor changes nothing.
    const may = (role: Role): boolean => (allowed.length === 0 ? role !== 'auditor' : allowed.includes(role));
    if (signer.roles.some(may)) return null;
    return `whoever signed it was ${signer.roles.join(', ')}, and it needs ${allowed.length === 0 ? 'another role' : allowed.join(' or ')}`;
  }

  /** What further has to hold for an act of its kind. */
  #actFault({ kind, subject }: Act, person: string, body: JsonObject): string | null {
    if (kind === PERSON_ADDED_KIND) {
      const added = personOf(body);
      if (added === null || subject === '') return 'what it says of the person is malformed';
      if (this.#people.has(subject)) return 'the person was on record already';
      const owner = this.#owners.get(added.publicKey) ?? subject;
      return owner === subject ? null : 'the key was on record for another person';
    }
    if (kind === PERSON_REMOVED_KIND && !this.#people.has(subject)) return 'the person was not on record';
    if (kind === APPROVAL_WITHDRAWN_KIND && !this.#approvals.has(pair(subject, person))) {
      return 'an approval is taken back by whoever gave it';
    }
    return null;
  }

  #carryOut({ kind, subject }: Act, person: string, body: JsonObject): void {
    if (kind === PERSON_ADDED_KIND) {
      const added = personOf(body);
      if (added === null) return;
      this.#people.set(subject, added);
      this.#owners.set(added.publicKey, subject);
    } else if (kind === PERSON_REMOVED_KIND) {
      this.#people.delete(subject);
    } else if (kind === APPROVED_KIND) {
      this.#approvals.add(pair(subject, person));
    }
  }
}

/** Does the signature verify, and does it say what the entry says? */
function recordFault(entry: Act, person: string, body: JsonObject, record: SignatureRecord): string | null {
  const verified = verifyRecord(record);
  if (!verified.ok) return verified.reason;
  const statement = readStatement(record.statement);
  if (statement === null) return 'what was signed is no statement of an act';
  if (statement.act !== entry.kind) return 'what was signed is another act';
  if (statement.subject !== entry.subject) return 'what was signed is about something else';
  if (statement.person !== person) return 'what was signed is the act of another person';
  const aside = Math.abs(Date.parse(entry.recordedAt) - Date.parse(statement.at));
  if (!(aside <= MAX_SIGNING_MS)) return `it was signed at ${statement.at}, more than an hour away from its entry`;
  if (canonicalJson(statement.terms) !== canonicalJson(termsOf(body))) return 'what was signed has other terms';
  return null;
}

/** What an entry says of the person that it adds; null where that is malformed. */
function personOf({ name, roles, publicKey, fingerprint }: JsonObject): Person | null {
  if (typeof name !== 'string' || name === '' || typeof publicKey !== 'string' || !isArray(roles)) return null;
  const known = ROLES.filter((role) => roles.includes(role));
  if (known.length === 0 || known.length !== roles.length) return null;
  const key = parseSshPublicKey(publicKey);
  if (!key.ok || key.value.text !== publicKey || key.value.fingerprint !== fingerprint) return null;
  return { roles: known, publicKey };
}

/** Two texts as one that no other two give. */
function pair(first: JsonValue, second: JsonValue): string {
  return JSON.stringify([first, second]);
}
