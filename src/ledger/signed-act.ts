import { isDigest, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Outcome } from './outcome.ts';
import { parseSshPublicKey, verifySshSignature } from './ssh-signature.ts';
import { parsePasskeyPublicKey, verifyPasskeyAnswer } from './webauthn-signature.ts';
import type { PasskeyAnswer } from './webauthn-signature.ts';

/** What a person of the organisation may do. The same words as in src/domain/person.ts; this folder imports nothing. */
export type Role = 'analyst' | 'counsel' | 'approver' | 'admin' | 'duty' | 'auditor';

/** Longer than that nobody takes over signing: a yes that comes later lay in a drawer, and may be meant no more. */
export const MAX_SIGNING_MS = 3_600_000;

export const ROLES: readonly Role[] = ['analyst', 'counsel', 'approver', 'admin', 'duty', 'auditor'];

export const PERSON_ADDED_KIND = 'person.added';
export const PERSON_REMOVED_KIND = 'person.removed';
/** A passkey more, or one less, for a person on record. */
export const PASSKEY_ADDED_KIND = 'passkey.added';
export const PASSKEY_REMOVED_KIND = 'passkey.removed';
/** As whom an identity provider knows a person on record, and that it is so no more. */
export const IDENTITY_LINKED_KIND = 'identity.linked';
export const IDENTITY_UNLINKED_KIND = 'identity.unlinked';
/** The one act that needed no signature before there were people on record. */
export const ATTESTED_KIND = 'server.attested';
/** Only who has approved a notice may take the approval back. */
export const APPROVED_KIND = 'notice.approved';
export const APPROVAL_WITHDRAWN_KIND = 'notice.approval-withdrawn';

/** Passing over a kind of party takes two people. */
export const SKIPPED_KIND = 'deconfliction.skipped';

/** Holding back takes two people; each says as what. */
export const HOLD_APPROVED_KIND = 'strike.hold-approved';

/** So does letting a server go that lists hold. */
export const RELEASED_KIND = 'server.released';

/** So does telling desks ahead of a strike. */
export const BRIEFINGS_APPROVED_KIND = 'strike.briefings-approved';

/** A method table: whoever proposes it does not approve it. */
export const TABLE_PROPOSED_KIND = 'playbook.proposed';
export const TABLE_APPROVED_KIND = 'playbook.approved';
export const TABLE_REJECTED_KIND = 'playbook.rejected';
export const TABLE_WITHDRAWN_KIND = 'playbook.withdrawn';

/** The kinds of entry that a person signs, each with the roles that may: [] is any role but auditor's. */
export const SIGNED_KINDS: Readonly<Record<string, readonly Role[]>> = {
  [PERSON_ADDED_KIND]: ['admin'],
  [PERSON_REMOVED_KIND]: ['admin'],
  // By the person whose key it is, with one that is on record already, whatever the roles; an admin takes others' off, too.
  [PASSKEY_ADDED_KIND]: ROLES,
  [PASSKEY_REMOVED_KIND]: ROLES,
  // The same.
  [IDENTITY_LINKED_KIND]: ROLES,
  [IDENTITY_UNLINKED_KIND]: ROLES,
  'operation.armed': ['admin'],
  'operation.probing-started': ['admin'],
  [APPROVED_KIND]: ['approver'],
  'notice.rejected': ['approver', 'counsel'],
  [APPROVAL_WITHDRAWN_KIND]: [],
  [RELEASED_KIND]: ['approver', 'counsel'],
  'contact.cleared': ['approver', 'counsel', 'analyst'],
  'deconfliction.answered': ['analyst', 'counsel', 'duty'],
  [SKIPPED_KIND]: ['approver', 'counsel'],
  'hands-off.lifted': ['analyst', 'counsel', 'duty'],
  'authority.added': ['counsel'],
  'authority.served': ['counsel'],
  'authority.unsealed': ['counsel'],
  'authority.ended': ['counsel'],
  'case.retracted': ['counsel', 'approver', 'duty'],
  'case.settled': ['analyst', 'counsel', 'duty'],
  [HOLD_APPROVED_KIND]: ['approver', 'counsel'],
  'strike.released': ['approver', 'counsel'],
  [BRIEFINGS_APPROVED_KIND]: ['approver', 'counsel'],
  [ATTESTED_KIND]: ['analyst', 'counsel', 'duty'],
  'partner.set': ['admin'],
  // What comes from a source counts as its group and reliability say.
  'source.added': ['admin', 'analyst'],
  [TABLE_PROPOSED_KIND]: [],
  [TABLE_APPROVED_KIND]: ['counsel'],
  [TABLE_REJECTED_KIND]: ['approver', 'counsel'],
  // What waits by whoever proposed it, what is in force by counsel.
  [TABLE_WITHDRAWN_KIND]: [],
  'token.issued': ['admin'],
};

/** What a key of a person has made over a statement. */
export type Signature = SshSignature | PasskeySignature;

export interface SshSignature {
  readonly scheme: 'ssh';
  /** "ssh-ed25519 AAAA…" without a comment. */
  readonly publicKey: string;
  /** SSHSIG in armour, namespace "dismantle", over the statement's UTF-8 bytes. */
  readonly signature: string;
}

export interface PasskeySignature extends PasskeyAnswer {
  readonly scheme: 'webauthn';
  /** "webauthn-es256 MFkw… https://dismantle.example"; see `PasskeyPublicKey`. */
  readonly publicKey: string;
}

/** Who signed what, beside the act in its entry's body under the key `signed`. `statement` is `statementText` of the act. */
export type SignatureRecord = Signature & { readonly statement: string };

export interface StatementParts {
  /** The kind of the entry. */
  readonly act: string;
  /** The subject of the entry. */
  readonly subject: string;
  /** The signer's key. */
  readonly person: string;
  /** ISO 8601 UTC in milliseconds. */
  readonly at: string;
  /** A UUID: no two statements are the same. */
  readonly nonce: string;
  /** Every field of the entry's body but `schema`, `person` and `signed`. */
  readonly terms: JsonObject;
  /**
   * The newest entry of the ledger that the act is for, so that it holds in no other; null where there is none yet. Left out by
   * statements of before that was asked for.
   */
  readonly after?: LedgerTip | null;
}

/** An entry as the newest one of a ledger: by its hash it stands for all that are before it. */
export type LedgerTip = {
  readonly sequence: number;
  readonly hash: string;
};

/** What a person signs: one line of canonical JSON (RFC 8785). */
export function statementText({ act, subject, person, at, nonce, terms, after }: StatementParts): string {
  const parts = { act, subject, person, at, nonce, terms };
  if (after === undefined) return canonicalJson({ statement: 'dismantle-1', ...parts });
  const tip = after === null ? null : { sequence: after.sequence, hash: after.hash };
  return canonicalJson({ statement: 'dismantle-2', ...parts, after: tip });
}

/** Whether the signature is one over the statement by the key beside it. Whose key that is, is another question. */
export function verifyRecord(record: SignatureRecord): { ok: true } | { ok: false; reason: string } {
  const verified = record.scheme === 'ssh' ? verifiedSsh(record) : verifiedPasskey(record);
  return verified.ok ? { ok: true } : verified;
}

function verifiedSsh({ publicKey, statement, signature }: SshSignature & SignatureRecord): Outcome<null> {
  const key = parseSshPublicKey(publicKey);
  if (!key.ok) return key;
  if (key.value.text !== publicKey) return { ok: false, reason: 'the public key is not in its one form' };
  const verified = verifySshSignature(statement, key.value, signature);
  return verified.ok ? verified : { ok: false, reason: `the signature: ${verified.reason}` };
}

function verifiedPasskey(record: PasskeySignature & SignatureRecord): Outcome<null> {
  const key = parsePasskeyPublicKey(record.publicKey);
  if (!key.ok) return key;
  if (key.value.text !== record.publicKey) return { ok: false, reason: 'the public key is not in its one form' };
  const verified = verifyPasskeyAnswer(record.statement, key.value, record);
  return verified.ok ? verified : { ok: false, reason: `the signature: ${verified.reason}` };
}

/** Reads a signature record; null for what is none. Exactly the fields of its scheme: a further one would be signed by nobody. */
export function readRecord(value: JsonValue | undefined): SignatureRecord | null {
  if (!isObject(value)) return null;
  const { scheme, statement, publicKey, signature, authenticatorData, clientDataJSON } = value;
  if (typeof statement !== 'string' || typeof publicKey !== 'string' || typeof signature !== 'string') return null;
  const fields = Object.keys(value).length;
  if (scheme === 'ssh' && fields === 4) return { scheme, statement, publicKey, signature };
  if (scheme !== 'webauthn' || fields !== 6) return null;
  if (typeof authenticatorData !== 'string' || typeof clientDataJSON !== 'string') return null;
  return { scheme, statement, publicKey, signature, authenticatorData, clientDataJSON };
}

/** A key that a person signs with. */
export interface SigningKey {
  readonly scheme: Signature['scheme'];
  readonly text: string;
  readonly fingerprint: string;
}

/** Reads a key in its one form, of either kind. */
export function readSigningKey(text: string): Outcome<SigningKey> {
  const scheme = text.startsWith('webauthn-') ? 'webauthn' : 'ssh';
  const key = scheme === 'ssh' ? parseSshPublicKey(text) : parsePasskeyPublicKey(text);
  if (!key.ok) return key;
  if (key.value.text !== text) return { ok: false, reason: 'the public key is not in its one form' };
  return { ok: true, value: { scheme, text, fingerprint: key.value.fingerprint } };
}

/** What of a body a statement has to repeat. */
export function termsOf(body: JsonObject): JsonObject {
  const { schema: _schema, person: _person, signed: _signed, ...terms } = body;
  return terms;
}

/** Reads a statement; null for what `statementText` has not written. */
export function readStatement(text: string): StatementParts | null {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const { act, subject, person, at, nonce, terms, after } = value;
  if (typeof act !== 'string' || typeof subject !== 'string' || typeof person !== 'string') return null;
  if (typeof at !== 'string' || typeof nonce !== 'string' || !isObject(terms)) return null;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) || !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(nonce))
    return null;
  const tip = after === undefined || after === null ? after : readTip(after);
  if (tip === null && after !== null) return null;
  const parts = { act, subject, person, at, nonce, terms, ...(tip === undefined ? {} : { after: tip }) };
  try {
    return statementText(parts) === text ? parts : null;
  } catch {
    return null;
  }
}

/** The sequence of the entry that a signed act's statement names as the newest; null where it names none. */
export function newestNamedBy({ signed }: JsonObject): number | null {
  const statement = isObject(signed) ? signed['statement'] : null;
  return typeof statement === 'string' ? (readStatement(statement)?.after?.sequence ?? null) : null;
}

function readTip(value: JsonValue): LedgerTip | null {
  if (!isObject(value)) return null;
  const { sequence, hash } = value;
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1 || !isDigest(hash)) return null;
  return { sequence, hash };
}
