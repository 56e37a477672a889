import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TEST_ORIGIN, makePasskey } from '../../test/support/passkeys.ts';
import type { PasskeyChange } from '../../test/support/passkeys.ts';
import { verifyRecord } from './signed-act.ts';
import {
  challengeOf,
  parsePasskeyPublicKey,
  passkeyPublicKey,
  siteOf,
  verifyPasskeyAnswer,
  verifyPasskeyChallenge,
} from './webauthn-signature.ts';
import type { PasskeyPublicKey } from './webauthn-signature.ts';

const STATEMENT = '{"statement":"dismantle-1","name":"Änne"}';
const CHALLENGE = challengeOf(STATEMENT);

function keyOf(text: string): PasskeyPublicKey {
  const key = parsePasskeyPublicKey(text);
  if (!key.ok) throw new Error(key.reason);
  return key.value;
}

describe.each(['es256', 'ed25519'] as const)('a passkey of %s', (algorithm) => {
  const passkey = makePasskey({ algorithm });
  const key = keyOf(passkey.personKey.publicKey);
  const reasonOf = (change: PasskeyChange): string | null => {
    const verified = verifyPasskeyAnswer(STATEMENT, key, passkey.answer(CHALLENGE, change));
    return verified.ok ? null : verified.reason;
  };

  test('signs for its statement, its site and nobody else’s', () => {
    const answer = passkey.answer(CHALLENGE);
    expect(verifyPasskeyAnswer(STATEMENT, key, answer)).toEqual({ ok: true, value: null });
    const { publicKey } = passkey.personKey;
    expect(verifyRecord({ scheme: 'webauthn', publicKey, statement: STATEMENT, ...answer })).toEqual({ ok: true });
    expect(verifyPasskeyAnswer(`${STATEMENT} `, key, answer).ok).toBe(false);
    const other = keyOf(makePasskey({ algorithm }).personKey.publicKey);
    expect(verifyPasskeyAnswer(STATEMENT, other, answer)).toEqual({ ok: false, reason: 'it does not verify' });
    const elsewhere = passkeyPublicKey(key.spki, 'https://dismantle.example:8443');
    expect(elsewhere.ok && verifyPasskeyAnswer(STATEMENT, elsewhere.value, answer)).toEqual({
      ok: false,
      reason: 'it was made at another site',
    });
  });

  test.each<[string, PasskeyChange, RegExp]>([
    ['a registration', { clientData: { type: 'webauthn.create' } }, /another purpose/],
    ['no type', { clientData: { type: undefined } }, /another purpose/],
    ['another challenge', { clientData: { challenge: challengeOf('x') } }, /something else/],
    ['an empty challenge', { clientData: { challenge: '' } }, /something else/],
    ['no challenge', { clientData: { challenge: undefined } }, /something else/],
    ['another origin', { clientData: { origin: 'https://dismantle.example.evil.example' } }, /another site/],
    ['an origin below', { clientData: { origin: 'https://a.dismantle.example' } }, /another site/],
    ['no origin', { clientData: { origin: null } }, /another site/],
    ['a frame', { clientData: { crossOrigin: true } }, /within another site/],
    ['a frame by another name', { clientData: { crossOrigin: 'false' } }, /within another site/],
    ['a page around it', { clientData: { topOrigin: 'https://evil.example' } }, /within another site/],
    ['no JSON', { clientText: 'x' }, /no JSON object/],
    ['a list', { clientText: '[]' }, /no JSON object/],
    ['nothing', { clientText: '' }, /no JSON object/],
    ['long client data', { clientData: { more: 'x'.repeat(5000) } }, /too long/],
    [
      'a field twice',
      { clientText: `{"type":"webauthn.get","challenge":"x","origin":"${TEST_ORIGIN}","challenge":"${CHALLENGE}"}` },
      /no JSON object/,
    ],
    ['another site', { rpId: 'evil.example' }, /another site/],
    ['the site’s parent', { rpId: 'example' }, /another site/],
    ['nobody there', { flags: 0x04 }, /nobody was there/],
    ['nobody verified', { flags: 0x01 }, /did not ask who/],
    ['a registration’s data', { flags: 0x45 }, /more than was asked/],
    ['extensions', { flags: 0x85, behind: Buffer.of(0xa0) }, /more than was asked/],
    ['bytes behind it', { behind: Buffer.of(0) }, /more than was asked/],
    ['a backup of what cannot be', { flags: 0x15 }, /contradict/],
  ])('is not taken with %s', (_name, change, reason) => {
    expect(reasonOf(change)).toMatch(reason);
  });

  test('is taken with the flags of a passkey that is backed up', () => {
    expect(reasonOf({ flags: 0x1d })).toBeNull();
  });

  test.each(['signature', 'authenticatorData', 'clientDataJSON'] as const)('is not taken with another %s', (field) => {
    const answer = passkey.answer(CHALLENGE);
    const bytes = Buffer.from(answer[field], 'base64url');
    for (const [at] of bytes.entries()) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const forged = { ...answer, [field]: changed.toString('base64url') };
      expect(verifyPasskeyAnswer(STATEMENT, key, forged).ok, `byte ${at}`).toBe(false);
    }
    for (const text of ['', `${answer[field]}A`, `${answer[field]}=`, answer[field].slice(0, -4), `${answer[field]}\n`])
      expect(verifyPasskeyAnswer(STATEMENT, key, { ...answer, [field]: text }).ok).toBe(false);
  });

  test('answers no empty challenge', () => {
    expect(verifyPasskeyChallenge('', key, passkey.answer('')).ok).toBe(false);
  });
});

test('what an authenticator of each kind has signed does not verify with the key of the other', () => {
  const one = makePasskey({ algorithm: 'es256' });
  const other = makePasskey({ algorithm: 'ed25519' });
  expect(verifyPasskeyAnswer(STATEMENT, keyOf(other.personKey.publicKey), one.answer(CHALLENGE)).ok).toBe(false);
});

describe('a key', () => {
  const { publicKey } = makePasskey().personKey;
  const [algorithm = '', spki = '', origin = ''] = publicKey.split(' ');

  test('has one text, and its fingerprint does not depend on the site', () => {
    expect(keyOf(publicKey).text).toBe(publicKey);
    const elsewhere = keyOf(`${algorithm} ${spki} http://localhost:8377`);
    expect(elsewhere.rpId).toBe('localhost');
    expect(elsewhere.fingerprint).toBe(keyOf(publicKey).fingerprint);
  });

  test.each([
    ['of no kind', `ssh-ed25519 ${spki} ${origin}`],
    ['without a site', `${algorithm} ${spki}`],
    ['with more', `${publicKey} ben`],
    ['padded', `${algorithm} ${spki}= ${origin}`],
    ['cut off', `${algorithm} ${spki.slice(0, -4)} ${origin}`],
    ['that is no point', `${algorithm} ${spki.slice(0, -8)}AAAAAAAA ${origin}`],
    ['of nothing', ''],
  ])('is not read %s', (_name, text) => {
    expect(parsePasskeyPublicKey(text).ok).toBe(false);
  });

  test('named as of the other kind is not the one on record, whatever it is read as', () => {
    const text = `webauthn-ed25519 ${spki} ${origin}`;
    const record = { scheme: 'webauthn' as const, statement: STATEMENT, publicKey: text };
    expect(verifyRecord({ ...record, ...makePasskey().answer(CHALLENGE) })).toEqual({
      ok: false,
      reason: 'the public key is not in its one form',
    });
  });

  test('is of P-256 in its one form, or of Ed25519', () => {
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
      generateKeyPairSync('x25519').publicKey,
    ];
    for (const key of others)
      expect(passkeyPublicKey(key.export({ format: 'der', type: 'spki' }), origin).ok).toBe(false);
  });
});

test.each([
  ['https://dismantle.example', 'dismantle.example'],
  ['https://dismantle.example:8443', 'dismantle.example'],
  ['http://localhost', 'localhost'],
  ['http://localhost:8377', 'localhost'],
  ['https://localhost:8377', 'localhost'],
  ['http://dismantle.example', null],
  ['https://dismantle.example/', null],
  ['https://dismantle.example:443', null],
  ['http://localhost:80', null],
  ['https://dismantle.example:99999', null],
  ['https://dismantle.example:0443', null],
  ['https://DISMANTLE.example', null],
  ['https://192.0.2.7', null],
  ['http://127.0.0.1:8377', null],
  ['https://a..example', null],
  ['https://user@dismantle.example', null],
  ['https://', null],
  ['null', null],
  ['', null],
])('the site of %s is %s', (origin, site) => {
  expect(siteOf(origin)).toBe(site);
});
