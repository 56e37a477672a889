import { createPublicKey, hash, verify } from 'node:crypto';
import { isObject } from './batch.ts';
import type { JsonValue } from './canonical.ts';
import { duplicateKey } from './duplicate-key.ts';
import type { Outcome } from './outcome.ts';

/*
 * What a passkey signs (W3C Web Authentication, section 7.2), verified with node:crypto alone: a browser hashes what it was
 * asked and where (clientDataJSON), the authenticator signs that hash together with the site and with what it asked of the
 * person (authenticatorData).
 */

/** A passkey's public half, with the site that it is good for. */
export interface PasskeyPublicKey {
  /** "webauthn-es256 MFkw… https://dismantle.example": one key at one site has one such text. */
  readonly text: string;
  /** "SHA256:" and the unpadded base64 of the SHA-256 of the key as SPKI: the key alone, wherever it is used. */
  readonly fingerprint: string;
  readonly algorithm: PasskeyAlgorithm;
  /** SubjectPublicKeyInfo in DER (RFC 5280), of the one form that there is for the algorithm. */
  readonly spki: Buffer;
  /** "https://dismantle.example", or "http://localhost:8377" on the machine itself. */
  readonly origin: string;
  /** The host of the origin: what the authenticator knows the site by. */
  readonly rpId: string;
}

export type PasskeyAlgorithm = 'webauthn-es256' | 'webauthn-ed25519';

/** What comes back from the browser, each as base64url without padding. */
export interface PasskeyAnswer {
  readonly signature: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
}

/** The DER in front of the key itself: the uncompressed point of P-256 (RFC 5480), the 32 bytes of Ed25519 (RFC 8410). */
const SPKI: Readonly<Record<PasskeyAlgorithm, { readonly prefix: Buffer; readonly length: number }>> = {
  'webauthn-es256': {
    prefix: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'),
    length: 91,
  },
  'webauthn-ed25519': { prefix: Buffer.from('302a300506032b6570032100', 'hex'), length: 44 },
};

const MAX_ORIGIN = 300;
const MAX_CLIENT_DATA = 4096;
const MAX_CREDENTIAL_ID_BYTES = 1023;
/** Hash of the site, flags, counter: what follows is for registrations and extensions, and we ask for neither. */
const AUTHENTICATOR_DATA_BYTES = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED = 0x40;
const EXTENDED = 0x80;

/** Reads "ALGORITHM SPKI ORIGIN", in its one form. */
export function parsePasskeyPublicKey(text: string): Outcome<PasskeyPublicKey> {
  const [algorithm, encoded = '', origin = '', ...more] = text.split(' ');
  if (algorithm !== 'webauthn-es256' && algorithm !== 'webauthn-ed25519') return no('this is no key of a passkey');
  const spki = strictBase64Url(encoded);
  if (spki === null || more.length > 0) return no('the key is not in its one form');
  return passkeyPublicKey(spki, origin);
}

/** A key as SPKI in DER, at a site. */
export function passkeyPublicKey(der: Uint8Array, origin: string): Outcome<PasskeyPublicKey> {
  const spki = Buffer.from(der);
  const algorithm = algorithmOf(spki);
  if (algorithm === null) return no('the key is neither of P-256 nor of Ed25519');
  if (keyObjectOf(spki) === null) return no('the key is not a point of its curve');
  const rpId = siteOf(origin);
  if (rpId === null) return no('the site is neither https:// with a host name nor http://localhost');
  return {
    ok: true,
    value: {
      text: `${algorithm} ${spki.toString('base64url')} ${origin}`,
      fingerprint: `SHA256:${hash('sha256', spki, 'base64').replace(/=+$/, '')}`,
      algorithm,
      spki,
      origin,
      rpId,
    },
  };
}

/** The host by which authenticators know a site; null for what is no site where passkeys work. */
export function siteOf(origin: string): string | null {
  if (origin.length > MAX_ORIGIN) return null;
  const local = /^http:\/\/(localhost)(?::([1-9]\d{0,4}))?$/.exec(origin);
  const host =
    /^https:\/\/((?=.{1,253}(?::|$))[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*)(?::([1-9]\d{0,4}))?$/.exec(
      origin,
    );
  const [, name, port] = local ?? host ?? [];
  if (name === undefined || isAddress(name)) return null;
  // As browsers write it: the scheme's own port is left out.
  if (port !== undefined && (Number(port) > 65_535 || port === (local === null ? '443' : '80'))) return null;
  return name;
}

/** WebAuthn knows sites by name only. */
function isAddress(name: string): boolean {
  return /(?:^|\.)\d+$/.test(name);
}

/** What a passkey is asked to sign for a statement. A statement says itself what it is, so nothing is put in front of it. */
export function challengeOf(statement: string): string {
  return hash('sha256', Buffer.from(statement, 'utf8'), 'base64url');
}

/** Whether this is the id of a credential, in its one form. */
export function isCredentialId(value: JsonValue | undefined): value is string {
  if (typeof value !== 'string') return false;
  const bytes = strictBase64Url(value);
  return bytes !== null && bytes.length > 0 && bytes.length <= MAX_CREDENTIAL_ID_BYTES;
}

/** Verifies an answer to the challenge of a statement, by exactly this key at its site, from a person who was verified. */
export function verifyPasskeyAnswer(statement: string, key: PasskeyPublicKey, answer: PasskeyAnswer): Outcome<null> {
  return verifyPasskeyChallenge(challengeOf(statement), key, answer);
}

/** The same for any challenge, as base64url. An empty one is answered by nobody. */
export function verifyPasskeyChallenge(challenge: string, key: PasskeyPublicKey, answer: PasskeyAnswer): Outcome<null> {
  const signature = strictBase64Url(answer.signature);
  const authenticatorData = strictBase64Url(answer.authenticatorData);
  const clientData = strictBase64Url(answer.clientDataJSON);
  if (signature === null || authenticatorData === null || clientData === null) return no('it is not in base64url');
  const fault =
    clientDataFault(clientData, challenge, key.origin) ??
    authenticatorDataFault(authenticatorData, key.rpId) ??
    (isSignedBy(key, Buffer.concat([authenticatorData, hash('sha256', clientData, 'buffer')]), signature)
      ? null
      : 'it does not verify');
  return fault === null ? { ok: true, value: null } : no(fault);
}

function clientDataFault(bytes: Buffer, challenge: string, origin: string): string | null {
  if (bytes.length > MAX_CLIENT_DATA) return 'its client data are too long';
  const data = objectOf(bytes);
  if (data === null) return 'its client data are no JSON object';
  if (data['type'] !== 'webauthn.get') return 'it was made for another purpose';
  if (challenge === '' || data['challenge'] !== challenge) return 'it was made for something else';
  if (data['origin'] !== origin) return 'it was made at another site';
  if ((data['crossOrigin'] ?? false) !== false || data['topOrigin'] !== undefined)
    return 'it was made within another site';
  return null;
}

function objectOf(bytes: Buffer): Readonly<Record<string, JsonValue>> | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: JsonValue = JSON.parse(text);
    return isObject(value) && duplicateKey(text) === null ? value : null;
  } catch {
    return null;
  }
}

function authenticatorDataFault(bytes: Buffer, rpId: string): string | null {
  if (bytes.length < AUTHENTICATOR_DATA_BYTES) return 'its authenticator data are cut off';
  const flags = bytes[32] ?? 0;
  if (!bytes.subarray(0, 32).equals(hash('sha256', rpId, 'buffer'))) return 'it was made for another site';
  if ((flags & USER_PRESENT) === 0) return 'nobody was there when it was made';
  if ((flags & USER_VERIFIED) === 0) return 'the authenticator did not ask who was there';
  if ((flags & (ATTESTED | EXTENDED)) !== 0 || bytes.length !== AUTHENTICATOR_DATA_BYTES)
    return 'its authenticator data hold more than was asked for';
  if ((flags & BACKED_UP) !== 0 && (flags & BACKUP_ELIGIBLE) === 0) return 'its flags contradict one another';
  return null;
}

function isSignedBy({ algorithm, spki }: PasskeyPublicKey, message: Buffer, signature: Buffer): boolean {
  const key = keyObjectOf(spki);
  if (key === null) return false;
  try {
    // ECDSA in DER, of either s: authenticators do not choose, and a statement is good once however it is signed.
    return algorithm === 'webauthn-ed25519'
      ? signature.length === 64 && verify(null, message, key, signature)
      : signature.length <= 72 && verify('sha256', message, { key, dsaEncoding: 'der' }, signature);
  } catch {
    return false;
  }
}

function algorithmOf(spki: Buffer): PasskeyAlgorithm | null {
  for (const algorithm of ['webauthn-es256', 'webauthn-ed25519'] as const) {
    const { prefix, length } = SPKI[algorithm];
    if (spki.length === length && spki.subarray(0, prefix.length).equals(prefix)) return algorithm;
  }
  return null;
}

function keyObjectOf(spki: Buffer): ReturnType<typeof createPublicKey> | null {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

/** Bytes of unpadded base64url in its one form; null for anything else. */
export function strictBase64Url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function no(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
