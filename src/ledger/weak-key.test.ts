import { generateKeyPairSync, hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseVerifierKey } from './note.ts';
import { parseSshPublicKey } from './ssh-signature.ts';
import { isWeakKey } from './weak-key.ts';

const PRIME = 2n ** 255n - 19n;
const D = (-121_665n * inverse(121_666n)) % PRIME;

function power(base: bigint, exponent: bigint): bigint {
  let [result, factor] = [1n, ((base % PRIME) + PRIME) % PRIME];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % PRIME;
    factor = (factor * factor) % PRIME;
  }
  return result;
}

function inverse(value: bigint): bigint {
  return power(value, PRIME - 2n);
}

const encoded = (y: bigint, sign: 0 | 1): Buffer => {
  const bytes = Buffer.from(Buffer.from(y.toString(16).padStart(64, '0'), 'hex').toReversed());
  bytes[31] = (bytes[31] ?? 0) | (sign << 7);
  return bytes;
};

/** From the curve itself: doubling a point of order 8 gives one of order 4, whose y is 0; its own y is a root of d y^4 + 2 y^2 - 1. */
const isOfOrderEight = (y: bigint): boolean => (D * power(y, 4n) + 2n * y * y - 1n) % PRIME === 0n;

const EIGHT = [
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
];

describe('a key that signs everything is none', () => {
  test('the points of order 8 are what they are said to be', () => {
    expect(EIGHT.map(isOfOrderEight)).toEqual([true, true]);
    expect(new Set([...EIGHT, ...EIGHT.map((y) => PRIME - y)]).size).toBe(2);
  });

  test.each([0n, 1n, PRIME - 1n, ...EIGHT, PRIME, PRIME + 1n, 2n ** 255n - 1n])('y = %s', (y) => {
    for (const sign of [0, 1] as const) {
      const key = encoded(y, sign);
      expect(isWeakKey(key)).toBe(true);
      const wire = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
      const line = `ssh-ed25519 ${Buffer.concat([wire(Buffer.from('ssh-ed25519')), wire(key)]).toString('base64')}`;
      expect(parseSshPublicKey(line)).toMatchObject({ ok: false });
      const typed = Buffer.concat([Buffer.of(1), key]);
      const id = hash('sha256', Buffer.concat([Buffer.from('lab\n'), typed])).slice(0, 8);
      const note = `lab+${id}+${typed.toString('base64')}`;
      expect(parseVerifierKey(note)).toMatchObject({
        ok: false,
        reason: 'the key is weak: anybody could sign with it',
      });
    }
  });

  test('and whoever makes one has another', () => {
    for (let made = 0; made < 50; made++) {
      const { publicKey } = generateKeyPairSync('ed25519');
      expect(isWeakKey(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))).toBe(false);
    }
  });
});
