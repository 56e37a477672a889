import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { PersonKey } from '../../src/domain/person.ts';
import { privateKeyFromSeed } from '../../src/ledger/note.ts';
import { challengeOf, passkeyPublicKey } from '../../src/ledger/webauthn-signature.ts';
import type { PasskeyAnswer } from '../../src/ledger/webauthn-signature.ts';
import type { Signing } from '../../src/ports/signing.ts';

/** An authenticator in this process, as the standard has it: what a browser and a security key answer with together. */
export interface TestPasskey {
  readonly personKey: PersonKey & { readonly credentialId: string };
  readonly spki: Buffer;
  /** Signs statements, as the browser's page does. */
  readonly signing: Signing;
  answer(challenge: string, change?: PasskeyChange): PasskeyAnswer;
  /** The answer to navigator.credentials.create, without attestation. */
  registration(challenge: string, change?: PasskeyChange): object;
  /** The answer to navigator.credentials.get. */
  assertion(challenge: string, change?: PasskeyChange): object;
}

export interface PasskeyChange {
  readonly clientData?: Readonly<Record<string, unknown>>;
  /** The whole of it, where it is no JSON that one could change. */
  readonly clientText?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly behind?: Buffer;
}

export const TEST_ORIGIN = 'https://dismantle.example';
/** Present, verified. */
const FLAGS = 0x05;
const ATTESTED = 0x40;

export function makePasskey(
  words: { readonly origin?: string; readonly algorithm?: 'es256' | 'ed25519'; readonly seed?: string } = {},
): TestPasskey {
  const { origin = TEST_ORIGIN, seed } = words;
  // Of Ed25519 alone: its keys are any 32 bytes.
  const algorithm = seed === undefined ? (words.algorithm ?? 'es256') : 'ed25519';
  const pair = seed === undefined ? newPair(algorithm) : seededPair(seed);
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  const key = passkeyPublicKey(spki, origin);
  if (!key.ok) throw new Error(key.reason);
  const id = seed === undefined ? randomBytes(32) : createHash('sha256').update(`id of ${seed}`).digest();
  const credentialId = id.toString('base64url');
  const { text: publicKey, fingerprint, rpId } = key.value;

  const clientDataOf = (type: string, challenge: string, change: PasskeyChange): Buffer =>
    Buffer.from(
      change.clientText ?? JSON.stringify({ type, challenge, origin, crossOrigin: false, ...change.clientData }),
    );
  const dataOf = (change: PasskeyChange, flags: number, more: Buffer): Buffer =>
    Buffer.concat([
      createHash('sha256')
        .update(change.rpId ?? rpId)
        .digest(),
      Buffer.of(change.flags ?? flags),
      Buffer.alloc(4),
      more,
      change.behind ?? Buffer.alloc(0),
    ]);

  const answer: TestPasskey['answer'] = (challenge, change = {}) => {
    const clientData = clientDataOf('webauthn.get', challenge, change);
    const authenticatorData = dataOf(change, FLAGS, Buffer.alloc(0));
    const message = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    const signature = sign(algorithm === 'es256' ? 'sha256' : null, message, pair.privateKey);
    return {
      signature: signature.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      clientDataJSON: clientData.toString('base64url'),
    };
  };
  return {
    personKey: { publicKey, fingerprint, credentialId },
    spki,
    answer,
    signing: {
      sign: (statement) => Promise.resolve({ scheme: 'webauthn', publicKey, ...answer(challengeOf(statement)) }),
    },
    assertion: (challenge, change = {}) => ({
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response: answer(challenge, change),
    }),
    registration(challenge, change = {}) {
      const clientData = clientDataOf('webauthn.create', challenge, change);
      const credential = Buffer.concat([Buffer.alloc(16), Buffer.of(0, id.length), id, coseOf(pair.publicKey)]);
      const authenticatorData = dataOf(change, FLAGS | ATTESTED, credential);
      const attestation = cborMap([
        [cborText('fmt'), cborText('none')],
        [cborText('attStmt'), cborMap([])],
        [cborText('authData'), cborBytes(authenticatorData)],
      ]);
      return {
        id: credentialId,
        rawId: credentialId,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          attestationObject: attestation.toString('base64url'),
        },
      };
    },
  };
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function newPair(algorithm: 'es256' | 'ed25519'): Pair {
  return algorithm === 'es256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}

/** The same whenever the seed is: for histories that have to come out the same twice. */
function seededPair(seed: string): Pair {
  const privateKey = privateKeyFromSeed(createHash('sha256').update(seed).digest());
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** A public key in COSE (RFC 9053): EC2 with ES256, or OKP with EdDSA. */
function coseOf(key: KeyObject): Buffer {
  const { crv, x = '', y } = key.export({ format: 'jwk' });
  const bytes = (text: string): Buffer => cborBytes(Buffer.from(text, 'base64url'));
  if (crv === 'P-256') {
    return cborMap([
      [cborInteger(1), cborInteger(2)],
      [cborInteger(3), cborInteger(-7)],
      [cborInteger(-1), cborInteger(1)],
      [cborInteger(-2), bytes(x)],
      [cborInteger(-3), bytes(y ?? '')],
    ]);
  }
  return cborMap([
    [cborInteger(1), cborInteger(1)],
    [cborInteger(3), cborInteger(-8)],
    [cborInteger(-1), cborInteger(6)],
    [cborInteger(-2), bytes(x)],
  ]);
}

function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value);
  return value < 256 ? Buffer.of((major << 5) | 24, value) : Buffer.of((major << 5) | 25, value >> 8, value & 255);
}
const cborInteger = (value: number): Buffer => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value));
const cborBytes = (bytes: Buffer): Buffer => Buffer.concat([cborHead(2, bytes.length), bytes]);
const cborText = (text: string): Buffer => Buffer.concat([cborHead(3, text.length), Buffer.from(text)]);
const cborMap = (pairs: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([cborHead(5, pairs.length), ...pairs.flat()]);
