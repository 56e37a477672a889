import { isArray, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Entry } from './entry.ts';
import { LedgerTips } from './ledger-tips.ts';
import {
  APPROVAL_WITHDRAWN_KIND,
  APPROVED_KIND,
  ATTESTED_KIND,
  BRIEFINGS_APPROVED_KIND,
  HOLD_APPROVED_KIND,
  IDENTITY_LINKED_KIND,
  IDENTITY_UNLINKED_KIND,
  MAX_SIGNING_MS,
  PASSKEY_ADDED_KIND,
  PASSKEY_REMOVED_KIND,
  PERSON_ADDED_KIND,
  PERSON_REMOVED_KIND,
  ROLES,
  RELEASED_KIND,
  SIGNED_KINDS,
  SKIPPED_KIND,
  TABLE_APPROVED_KIND,
  TABLE_PROPOSED_KIND,
  TABLE_WITHDRAWN_KIND,
  readRecord,
  readSigningKey,
  readStatement,
  termsOf,
  verifyRecord,
} from './signed-act.ts';
import type { Role, SignatureRecord, SigningKey } from './signed-act.ts';
import { isCredentialId } from './webauthn-signature.ts';

interface Person {
  readonly roles: readonly Role[];
  /** Fingerprints by key: those that sign for the person. */
  readonly keys: ReadonlyMap<string, string>;
  /** The admin who put them on record with a passkey; null for whoever brought an SSH key, and for the first person. */
  readonly vouchedBy: string | null;
}

/** What a person says of themself alone … */
const OWN_KINDS: ReadonlySet<string> = new Set([PASSKEY_ADDED_KIND, IDENTITY_LINKED_KIND]);
/** … and what an admin takes back for them, too. */
const OWN_OR_ADMIN_KINDS: ReadonlySet<string> = new Set([PASSKEY_REMOVED_KIND, IDENTITY_UNLINKED_KIND]);

type Act = Pick<Entry, 'kind' | 'subject' | 'recordedAt'>;

/**
 * Follows who is on record, and holds every act that a person has to sign against that. An act that is found wrong is
 * not followed: whoever was added by it is nobody, and what they signed is found in turn.
 */
export class SignatureAudit {
  /** Who is on record now, by key. */
  readonly #people = new Map<string, Person>();
  /** Whose each key is or was, by fingerprint: a key never changes hands. */
  readonly #owners = new Map<string, string>();
  /** Whom each account signs in, by issuer and account. */
  readonly #accounts = new Map<string, string>();
  readonly #statements = new Set<string>();
  /** Notice and person, for whom an approval may be taken back. */
  readonly #approvals = new Set<string>();
  /** What takes two people, by what it is about: who has said so, and until when ("" for good). */
  readonly #words = new Map<string, Map<string, string>>();
  /** Who put each person on record, and still where somebody of them is removed: whoever is gone vouches for nobody, and unties nobody. */
  readonly #vouchers = new Map<string, string | null>();
  readonly #tips: LedgerTips;
  /** Whether statements say by now which ledger they are for: from then on all do. */
  #saysWhere = false;

  /** @param isWhole whether each entry of the ledger is passed by, as in an export; a bundle has some of them. */
  constructor(isWhole: boolean) {
    this.#tips = new LedgerTips(isWhole);
  }

  /** An entry was there that could not be read: what names it is no fault of whoever signed. */
  lose(): void {
    this.#tips.lose();
  }

  /** Takes note of an entry, whatever its kind and whether its body is there, after `follow`. */
  pass(sequence: number, hash: string, recordedAt: string | null): void {
    this.#tips.pass(sequence, hash, recordedAt);
  }

  /** Takes the next entry. What is wrong with it, in a sentence, or null. */
  follow(entry: Act & Pick<Entry, 'sequence'>, body: JsonObject): string | null {
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
      this.#placeFault(record, entry.sequence) ??
      this.#signerFault(entry, person, body, record) ??
      this.#actFault(entry, person, body);
    if (fault !== null) return fault;
    this.#statements.add(record.statement);
    this.#saysWhere ||= readStatement(record.statement)?.after !== undefined;
    this.#carryOut(entry, person, body);
    return null;
  }

  /** Was it signed for this ledger? */
  #placeFault({ statement }: SignatureRecord, sequence: number): string | null {
    const read = readStatement(statement);
    if (read?.after === undefined) return this.#saysWhere ? 'what was signed does not say for which ledger' : null;
    const isHere = this.#tips.has(read.after, Date.parse(read.at), sequence);
    return isHere ? null : 'it was signed for another ledger than this one';
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
    const signer = isFirst ? personOf(body, null) : this.#people.get(person);
    if (signer === undefined || signer === null) return 'whoever signed it was not on record then';
    if (!signer.keys.has(publicKey)) return 'it was signed with another key than the one on record then';
    const allowed = SIGNED_KINDS[kind] ?? [];
    const saysAsWhat = kind === HOLD_APPROVED_KIND || kind === BRIEFINGS_APPROVED_KIND;
    if (saysAsWhat && !signer.roles.some((role) => role === body['role'])) {
      return `whoever signed it was ${signer.roles.join(', ')}, and approves as another`;
    }
    const isOwn = OWN_KINDS.has(kind) || OWN_OR_ADMIN_KINDS.has(kind);
    if (isOwn && subject !== person && !(OWN_OR_ADMIN_KINDS.has(kind) && signer.roles.includes('admin'))) {
      return `it is about the ${kind.startsWith('passkey') ? 'key' : 'account'} of somebody else`;
    }
    // An auditor changes nothing.
    const may = (role: Role): boolean => (allowed.length === 0 ? role !== 'auditor' : allowed.includes(role));
    if (kind === TABLE_WITHDRAWN_KIND && body['was'] === 'in-force' && !signer.roles.includes('counsel')) {
      return `whoever signed it was ${signer.roles.join(', ')}, and what is in force is withdrawn by counsel`;
    }
    if (signer.roles.some(may)) return null;
    return `whoever signed it was ${signer.roles.join(', ')}, and it needs ${allowed.length === 0 ? 'another role' : allowed.join(' or ')}`;
  }

  /** What further has to hold for an act of its kind. */
  #actFault({ kind, subject, recordedAt }: Act, person: string, body: JsonObject): string | null {
    if (kind === PERSON_ADDED_KIND) {
      const added = personOf(body, null);
      if (added === null || subject === '') return 'what it says of the person is malformed';
      if (this.#people.has(subject)) return 'the person was on record already';
      return this.#ownerFault(subject, [...added.keys.values()]);
    }
    if (kind === PERSON_REMOVED_KIND && !this.#people.has(subject)) return 'the person was not on record';
    if (kind === PASSKEY_ADDED_KIND) return this.#addedKeyFault(subject, body);
    if (kind === PASSKEY_REMOVED_KIND) return this.#removedKeyFault(subject, body);
    if (OWN_KINDS.has(kind) || OWN_OR_ADMIN_KINDS.has(kind)) return this.#accountFault(kind, subject, body);
    if (kind === APPROVAL_WITHDRAWN_KIND && !this.#approvals.has(pair(subject, person))) {
      return 'an approval is taken back by whoever gave it';
    }
    if (kind === TABLE_APPROVED_KIND && !this.#isProposedStill({ kind, subject, recordedAt }, person, body)) {
      return 'whoever proposed it was not on record any more';
    }
    const isOneHand = subjectsOf({ kind, subject, recordedAt }, body).some((about) =>
      [...(this.#words.get(about) ?? [])].some(
        ([other, until]) => (until === '' || until > recordedAt) && this.#isOneHand(person, other),
      ),
    );
    return isOneHand ? 'the passkey of one of the two who say so comes from the other' : null;
  }

  #ownerFault(subject: string, fingerprints: readonly string[]): string | null {
    const isOthers = fingerprints.some((fingerprint) => (this.#owners.get(fingerprint) ?? subject) !== subject);
    return isOthers ? 'the key was on record for another person' : null;
  }

  #addedKeyFault(subject: string, body: JsonObject): string | null {
    const key = keyOf(body);
    if (key?.scheme !== 'webauthn' || typeof body['name'] !== 'string' || body['name'] === '')
      return 'what it says of the key is malformed';
    const keys = this.#people.get(subject)?.keys ?? new Map<string, string>();
    if ([...keys.values()].includes(key.fingerprint)) return 'the key was on record already';
    return this.#ownerFault(subject, [key.fingerprint]);
  }

  #removedKeyFault(subject: string, { publicKey }: JsonObject): string | null {
    const keys = this.#people.get(subject)?.keys;
    const isPasskey = typeof publicKey === 'string' && publicKey.startsWith('webauthn-');
    if (keys === undefined || !isPasskey || !keys.has(publicKey)) return 'the key was not on record';
    return keys.size > 1 ? null : 'a person keeps one key at least';
  }

  /** Whom a provider knows is one person at a time. */
  #accountFault(kind: string, subject: string, { issuer, account }: JsonObject): string | null {
    if (typeof issuer !== 'string' || issuer === '' || typeof account !== 'string' || account === '')
      return 'what it says of the account is malformed';
    const owner = this.#accounts.get(pair(issuer, account));
    if (kind === IDENTITY_LINKED_KIND) return owner === undefined ? null : 'the account was on record already';
    return owner === subject ? null : 'the account was not on record';
  }

  /** Whether one of two people could have made the passkey that the other signs with, however many invitations lie between. */
  #isOneHand(person: string, other: string): boolean {
    return this.#vouchersOf(person).has(other) || this.#vouchersOf(other).has(person);
  }

  #vouchersOf(person: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (let next = this.#vouchers.get(person) ?? null; next !== null && !found.has(next);) {
      found.add(next);
      next = this.#vouchers.get(next) ?? null;
    }
    return found;
  }

  /** Whether the word of whoever proposed a table counts still. That nobody has is said elsewhere (audit-method-tables.ts). */
  #isProposedStill(entry: Act, person: string, body: JsonObject): boolean {
    const [words] = subjectsOf(entry, body).map((about) => this.#words.get(about));
    return words === undefined || [...words.keys()].some((each) => each !== person);
  }

  #carryOut(entry: Act, person: string, body: JsonObject): void {
    const { kind, subject } = entry;
    const { expiresAt } = body;
    for (const about of subjectsOf(entry, body)) {
      const words = this.#words.get(about) ?? new Map<string, string>();
      this.#words.set(about, words.set(person, typeof expiresAt === 'string' ? expiresAt : ''));
    }
    if (kind === PERSON_ADDED_KIND) {
      const added = personOf(body, subject === person ? null : person);
      if (added === null) return;
      this.#people.set(subject, added);
      this.#vouchers.set(subject, added.vouchedBy);
      for (const fingerprint of added.keys.values()) this.#owners.set(fingerprint, subject);
    } else if (kind === PERSON_REMOVED_KIND) {
      this.#people.delete(subject);
      for (const [account, owner] of this.#accounts) if (owner === subject) this.#accounts.delete(account);
      // What they have said counts no more, not even if they come back.
      for (const words of this.#words.values()) words.delete(subject);
    } else if (kind === PASSKEY_ADDED_KIND || kind === PASSKEY_REMOVED_KIND) {
      this.#changeKeys(entry, body);
    } else if (kind === IDENTITY_LINKED_KIND) {
      this.#accounts.set(pair(body['issuer'] ?? null, body['account'] ?? null), subject);
    } else if (kind === IDENTITY_UNLINKED_KIND) {
      this.#accounts.delete(pair(body['issuer'] ?? null, body['account'] ?? null));
    } else if (kind === APPROVED_KIND) {
      this.#approvals.add(pair(subject, person));
    } else if (kind === APPROVAL_WITHDRAWN_KIND) {
      for (const about of subjectsOf({ ...entry, kind: APPROVED_KIND }, body)) this.#words.get(about)?.delete(person);
    }
  }

  #changeKeys({ kind, subject }: Act, { publicKey, fingerprint }: JsonObject): void {
    const owner = this.#people.get(subject);
    if (owner === undefined || typeof publicKey !== 'string') return;
    const keys = new Map(owner.keys);
    if (kind === PASSKEY_REMOVED_KIND) keys.delete(publicKey);
    else if (typeof fingerprint === 'string') {
      keys.set(publicKey, fingerprint);
      this.#owners.set(fingerprint, subject);
    }
    this.#people.set(subject, { ...owner, keys });
  }
}

/** What an act that takes two people is about, as texts that no other things give; nothing for acts of one person. */
function subjectsOf(
  { kind, subject }: Act,
  { hash, partyKind, briefings, lists, number }: JsonObject,
): readonly string[] {
  const about = (what: JsonValue): string => JSON.stringify([kind, subject, what]);
  if (kind === APPROVED_KIND) return [about(hash ?? null)];
  if (kind === SKIPPED_KIND) return [about(partyKind ?? null)];
  if (kind === HOLD_APPROVED_KIND) return [about(null)];
  // Whoever proposes has the first word on it.
  if (kind === TABLE_PROPOSED_KIND || kind === TABLE_APPROVED_KIND)
    return [JSON.stringify(['playbook', subject, number ?? null])];
  if (kind === RELEASED_KIND) {
    return (isArray(lists) ? lists : []).map((each) =>
      about(isObject(each) ? [each['list'] ?? null, each['entry'] ?? null] : null),
    );
  }
  if (kind !== BRIEFINGS_APPROVED_KIND || !isArray(briefings)) return [];
  return briefings.map((briefing) =>
    about(isObject(briefing) ? [briefing['briefing'] ?? null, briefing['hash'] ?? null] : null),
  );
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
function personOf(body: JsonObject, signedFor: string | null): Person | null {
  const { name, roles } = body;
  if (typeof name !== 'string' || name === '' || !isArray(roles)) return null;
  const known = ROLES.filter((role) => roles.includes(role));
  if (known.length === 0 || known.length !== roles.length) return null;
  const key = keyOf(body);
  if (key === null) return null;
  const vouchedBy = key.scheme === 'webauthn' ? signedFor : null;
  return { roles: known, keys: new Map([[key.text, key.fingerprint]]), vouchedBy };
}

/** The key that an entry puts on record: a passkey with what an authenticator finds it by, an SSH key without. */
function keyOf({ publicKey, fingerprint, credentialId }: JsonObject): SigningKey | null {
  const key = typeof publicKey === 'string' ? readSigningKey(publicKey) : null;
  if (key?.ok !== true || key.value.fingerprint !== fingerprint) return null;
  const isWhole = key.value.scheme === 'ssh' ? credentialId === undefined : isCredentialId(credentialId);
  return isWhole ? key.value : null;
}

/** Two texts as one that no other two give. */
function pair(first: JsonValue, second: JsonValue): string {
  return JSON.stringify([first, second]);
}
