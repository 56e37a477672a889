import { createPublicKey, hash, verify } from 'node:crypto';
import { strictBase64 } from './note.ts';
import type { Outcome } from './outcome.ts';
import { isWeakKey } from './weak-key.ts';

/** A public Ed25519 key as OpenSSH writes it. */
export interface SshPublicKey {
  /** "ssh-ed25519 AAAA…" without a comment: one key has one such text. */
  readonly text: string;
  /** "SHA256:" and the unpadded base64 of the key blob's SHA-256, as ssh-keygen -l shows it. */
  readonly fingerprint: string;
  /** The key in SSH wire encoding (RFC 8709 section 4). */
  readonly blob: Buffer;
  /** 32 bytes (RFC 8032 section 5.1.5). */
  readonly publicKey: Buffer;
}

/** What an SSHSIG is made for: a signature for any other purpose is not one for us (OpenSSH PROTOCOL.sshsig). */
export const SSH_NAMESPACE = 'dismantle';

const ED25519 = 'ssh-ed25519';
const MAGIC = Buffer.from('SSHSIG', 'latin1');
const BEGIN = '-----BEGIN SSH SIGNATURE-----\n';
const END = '\n-----END SSH SIGNATURE-----\n';
/** An Ed25519 signature takes 300 bytes in armour; a line of a key file with its comment fits as well. */
const MAX_TEXT = 8192;
/** The DER that stands before the 32 bytes of a public Ed25519 key (RFC 8410 section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Reads one line of an OpenSSH public key file or of an authorized_keys file without options; a comment is dropped. */
export function parseSshPublicKey(line: string): Outcome<SshPublicKey> {
  if (line.length > MAX_TEXT) return no('the key is too long');
  if (line.includes('PRIVATE KEY-----')) return no('this is a private key; give the public one, FILE.pub');
  const [type = '', encoded, ...comment] = line.replace(/\r?\n$/, '').split(' ');
  if (/[\r\n]/.test(encoded ?? '') || comment.some((word) => /[\r\n]/.test(word)))
    return no('there is more than one line');
  const objection = objectionTo(type);
  if (objection !== null) return no(objection);
  const blob = encoded === undefined ? null : strictBase64(encoded);
  if (blob === null) return no('the key is not in canonical base64');
  return keyOfBlob(blob);
}

/** Verifies an armoured SSHSIG over a message by exactly this key, in the namespace "dismantle". */
export function verifySshSignature(message: string, key: SshPublicKey, armoured: string): Outcome<null> {
  const parsed = parseSshSignature(armoured);
  if (!parsed.ok) return parsed;
  const { publicKey, hashAlgorithm, signature } = parsed.value;
  if (publicKey.text !== key.text) return no('it was made by another key');
  const digest = hash(hashAlgorithm, Buffer.from(message, 'utf8'), 'buffer');
  const signed = Buffer.concat([
    MAGIC,
    ...[Buffer.from(SSH_NAMESPACE), Buffer.alloc(0), Buffer.from(hashAlgorithm), digest].map(wireString),
  ]);
  return isSignedBy(key, signed, signature) ? { ok: true, value: null } : no('it does not verify');
}

export interface SshSignature {
  readonly publicKey: SshPublicKey;
  readonly hashAlgorithm: 'sha256' | 'sha512';
  /** 64 bytes. */
  readonly signature: Buffer;
}

/** Takes an armoured SSHSIG apart (OpenSSH PROTOCOL.sshsig) without verifying it. */
export function parseSshSignature(armoured: string): Outcome<SshSignature> {
  const blob = withoutArmour(armoured);
  if (!blob.ok) return blob;
  const reader = new WireReader(blob.value);
  if (reader.bytes(MAGIC.length)?.equals(MAGIC) !== true) return no('it does not begin with SSHSIG');
  const version = reader.uint32();
  if (version !== 1) return no(`its version is ${version ?? 'missing'}, not 1`);
  const keyBlob = reader.string();
  const namespace = reader.string();
  const reserved = reader.string();
  const hashName = reader.string()?.toString('latin1');
  const signatureBlob = reader.string();
  if (keyBlob === null || namespace === null || reserved === null || signatureBlob === null) return no('it is cut off');
  if (!reader.isAtEnd) return no('it goes on behind its end');
  if (!namespace.equals(Buffer.from(SSH_NAMESPACE))) return no(`it was not made for the namespace ${SSH_NAMESPACE}`);
  if (reserved.length > 0) return no('its reserved field is not empty');
  if (hashName !== 'sha256' && hashName !== 'sha512') return no('its hash is neither sha256 nor sha512');
  const publicKey = keyOfBlob(keyBlob);
  if (!publicKey.ok) return publicKey;
  const signature = ed25519Signature(signatureBlob);
  if (!signature.ok) return signature;
  return { ok: true, value: { publicKey: publicKey.value, hashAlgorithm: hashName, signature: signature.value } };
}

function withoutArmour(text: string): Outcome<Buffer> {
  if (text.length > MAX_TEXT) return no('it is too long');
  if (!text.startsWith(BEGIN)) return no('it does not begin with -----BEGIN SSH SIGNATURE-----');
  if (!text.endsWith(END)) return no('it does not end with -----END SSH SIGNATURE-----');
  const lines = text.slice(BEGIN.length, -END.length).split('\n');
  const width = lines[0]?.length ?? 0;
  const isEven = lines.every((line, index) => line.length === width || (index === lines.length - 1 && line !== ''));
  if (width > 76 || !isEven || lines.some((line) => line.length > width)) return no('its lines are not of one length');
  const blob = strictBase64(lines.join(''));
  return blob === null ? no('it is not in canonical base64') : { ok: true, value: blob };
}

function keyOfBlob(blob: Buffer): Outcome<SshPublicKey> {
  const reader = new WireReader(blob);
  const type = reader.string()?.toString('latin1') ?? '';
  const objection = objectionTo(type);
  if (objection !== null) return no(objection);
  const publicKey = reader.string();
  if (publicKey?.length !== 32 || !reader.isAtEnd) return no('the key is not 32 bytes of Ed25519');
  if (keyObjectOf(publicKey) === null) return no('the key is not a point of Ed25519');
  if (isWeakKey(publicKey)) return no('the key is weak: anybody could sign with it');
  const fingerprint = `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`;
  return { ok: true, value: { text: `${ED25519} ${blob.toString('base64')}`, fingerprint, blob, publicKey } };
}

function ed25519Signature(blob: Buffer): Outcome<Buffer> {
  const reader = new WireReader(blob);
  const type = reader.string()?.toString('latin1') ?? '';
  const objection = objectionTo(type);
  if (objection !== null) return no(objection);
  const signature = reader.string();
  if (signature?.length !== 64 || !reader.isAtEnd) return no('its signature is not 64 bytes of Ed25519');
  return { ok: true, value: signature };
}

/** One kind of key, so that one verifier has to be right. */
function objectionTo(type: string): string | null {
  if (type === ED25519) return null;
  const wanted = 'only ssh-ed25519 is taken here (make one: ssh-keygen -t ed25519)';
  if (type.startsWith('sk-')) return `the key is of a security token (${named(type)}); ${wanted}`;
  if (type === 'ssh-rsa' || type.startsWith('rsa-')) return `the key is RSA; ${wanted}`;
  if (type === 'ssh-dss') return `the key is DSA; ${wanted}`;
  if (type.startsWith('ecdsa-')) return `the key is ECDSA; ${wanted}`;
  if (type.includes('-cert-')) return `this is a certificate; ${wanted}`;
  return `this is no OpenSSH public key; ${wanted}`;
}

/** A type's name as far as it can be a name: what stands in a stranger's file may be anything. */
function named(type: string): string {
  return type.replaceAll(/[^\w@.-]/g, '?').slice(0, 60);
}

function isSignedBy({ publicKey }: SshPublicKey, message: Buffer, signature: Buffer): boolean {
  const key = keyObjectOf(publicKey);
  return key !== null && verify(null, message, key, signature);
}

function keyObjectOf(publicKey: Buffer): ReturnType<typeof createPublicKey> | null {
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

/** A string in SSH wire encoding: its length in four bytes, then its bytes (RFC 4251 section 5). */
function wireString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads SSH wire encoding; null from where there is not enough left. */
class WireReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  bytes(count: number): Buffer | null {
    if (this.#offset + count > this.#bytes.length) return null;
    this.#offset += count;
    return this.#bytes.subarray(this.#offset - count, this.#offset);
  }

  uint32(): number | null {
    return this.bytes(4)?.readUInt32BE() ?? null;
  }

  string(): Buffer | null {
    const length = this.uint32();
    return length === null ? null : this.bytes(length);
  }
}

function no(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
