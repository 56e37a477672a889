import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Outcome } from './outcome.ts';
import { isWeakKey } from './weak-key.ts';

/** A public Ed25519 key with the name that it signs under (C2SP signed-note). */
export interface VerifierKey {
  /** Neither empty nor containing white space or "+". */
  readonly name: string;
  /** 8 hexadecimal digits. */
  readonly keyId: string;
  /** 32 bytes (RFC 8032 section 5.1.5). */
  readonly publicKey: Uint8Array;
}

/** A private Ed25519 key with its name. Whoever has it can sign; it stays in memory. */
export interface Signer extends VerifierKey {
  readonly privateKey: KeyObject;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  /** What follows the key id; 64 bytes if it is Ed25519. */
  readonly signature: Uint8Array;
}

export interface Note {
  /** The signed text, its last newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** C2SP signed-note, signature type of Ed25519. */
const ED25519_TYPE = 0x01;
/** The DER that stands before the 32 bytes of a private and of a public Ed25519 key (RFC 8410 sections 4 and 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A verifier must accept 16 signatures (C2SP signed-note); more than this are refused. */
const MAX_SIGNATURES = 100;

/** The private key that grows from 32 bytes of seed (RFC 8032 section 5.1.5). */
export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== 32) throw new RangeError(`an Ed25519 seed has 32 bytes, not ${seed.length}`);
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

/** Throws when the name cannot be a key's name or the key is not a private Ed25519 key. */
export function createSigner(name: string, privateKey: KeyObject): Signer {
  if (!isKeyName(name)) throw new RangeError(`"${name}" cannot name a key: it is empty or has white space or "+"`);
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new TypeError('only a private Ed25519 key signs checkpoints');
  }
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(der.subarray(SPKI_PREFIX.length));
  return { name, keyId: keyIdOf(name, publicKey), publicKey, privateKey };
}

/** `<name>+<key id in hexadecimal>+<base64 of the type byte and the key>`: what a verifier is given to keep. */
export function formatVerifierKey(key: VerifierKey): string {
  const encoded = Buffer.concat([Buffer.of(ED25519_TYPE), key.publicKey]).toString('base64');
  return `${key.name}+${key.keyId}+${encoded}`;
}

/** Reads a verifier key; the reason says what is wrong with it. */
export function parseVerifierKey(text: string): Outcome<VerifierKey> {
  const [name, keyId, encoded, further] = splitKey(text);
  if (name === undefined || keyId === undefined || encoded === undefined || further !== undefined) {
    return { ok: false, reason: 'a verifier key is written NAME+ID+KEY' };
  }
  if (!isKeyName(name)) return { ok: false, reason: 'the name of the key is empty or has white space' };
  const bytes = strictBase64(encoded);
  if (bytes?.length !== 33 || bytes[0] !== ED25519_TYPE) {
    return { ok: false, reason: 'the key is not the base64 of an Ed25519 key' };
  }
  const publicKey = new Uint8Array(bytes.subarray(1));
  if (isWeakKey(publicKey)) return { ok: false, reason: 'the key is weak: anybody could sign with it' };
  if (keyId !== keyIdOf(name, publicKey)) return { ok: false, reason: 'the key id does not belong to name and key' };
  return { ok: true, value: { name, keyId, publicKey } };
}

/** Base64 may contain "+" itself, so only the first two part the text. */
function splitKey(text: string): readonly (string | undefined)[] {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first < 0 || second < 0) return [];
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

/**
 * The text with one signature line. Throws when it cannot be a note: no newline at its end, an empty line at the end,
 * or control characters.
 */
export function signNote(text: string, signer: Signer): string {
  if (!isNoteText(text)) throw new RangeError('a note ends in a newline, and has no control characters');
  const signature = sign(null, Buffer.from(text, 'utf8'), signer.privateKey);
  return formatNote({ text, signatures: [{ name: signer.name, keyId: signer.keyId, signature }] });
}

/** A note as it is written down (C2SP signed-note, Format). */
export function formatNote(note: Note): string {
  const lines = note.signatures.map(({ name, keyId, signature }) => {
    const encoded = Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64');
    return `— ${name} ${encoded}\n`;
  });
  return `${note.text}\n${lines.join('')}`;
}

/** Takes a note apart without trusting it; use `openNote` to verify it. */
export function parseNote(note: string): Outcome<Note> {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n'))
    return { ok: false, reason: 'not a signed note: there are no signature lines' };
  const text = note.slice(0, split + 1);
  if (!isNoteText(text)) return { ok: false, reason: 'the text of the note has control characters' };
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return { ok: false, reason: `more than ${MAX_SIGNATURES} signatures` };
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [dash, name, encoded, further] = line.split(' ');
    const bytes = encoded === undefined ? null : strictBase64(encoded);
    if (dash !== '—' || name === undefined || !isKeyName(name) || bytes === null || further !== undefined) {
      return { ok: false, reason: 'a signature line is not of the form "— NAME BASE64"' };
    }
    if (bytes.length < 5) return { ok: false, reason: 'a signature is too short' };
    signatures.push({ name, keyId: bytes.toString('hex', 0, 4), signature: new Uint8Array(bytes.subarray(4)) });
  }
  return { ok: true, value: { text, signatures } };
}

/**
 * Verifies a note against the keys that the reader trusts. Signatures by other keys are ignored; one by a trusted key
 * that does not verify rejects the note, and so does the lack of any (C2SP signed-note, Signatures).
 */
export function openNote(note: string, trusted: readonly VerifierKey[]): Outcome<Note> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const bytes = Buffer.from(parsed.value.text, 'utf8');
  let verified = 0;
  for (const { name, keyId, signature } of parsed.value.signatures) {
    const key = trusted.find((candidate) => candidate.name === name && candidate.keyId === keyId);
    if (key === undefined) continue;
    if (!isSignedBy(key, bytes, signature)) return { ok: false, reason: `the signature by ${name} does not verify` };
    verified += 1;
  }
  if (verified === 0) return { ok: false, reason: 'no signature by a key that is trusted here' };
  return parsed;
}

function isSignedBy(key: VerifierKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.concat([SPKI_PREFIX, key.publicKey]);
  try {
    return verify(null, bytes, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
  } catch {
    // Bytes that are no point on the curve make no key.
    return false;
  }
}

/** The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key), in hexadecimal. */
function keyIdOf(name: string, publicKey: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.of(ED25519_TYPE), publicKey]);
  return hash('sha256', bytes).slice(0, 8);
}

function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s+\0-\x1f]/u.test(name);
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !/[\0-\x09\x0b-\x1f]/.test(text);
}

/** Standard base64 with its padding (RFC 4648 section 4), written in the one canonical way; else null. */
export function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
