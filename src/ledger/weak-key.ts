/** The field of Ed25519, little-endian as keys are written. */
const PRIME = 2n ** 255n - 19n;

/**
 * The y of the points of small order (1, 2, 4, 8): with such a key one signature is one of every text, and libraries differ in whether they
 * say so. Each is a root of y(y^2 - 1)(d y^4 + 2 y^2 - 1), with d of RFC 8032 section 5.1.
 */
const SMALL_ORDER: readonly bigint[] = [
  0n,
  1n,
  PRIME - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
];

/** Whether 32 bytes are a public key of Ed25519 that nobody may be known by: of small order, or not in the one encoding of its point. */
export function isWeakKey(publicKey: Uint8Array): boolean {
  const encoded = BigInt(`0x${Buffer.from(publicKey.toReversed()).toString('hex')}`);
  const y = encoded & (2n ** 255n - 1n);
  return y >= PRIME || SMALL_ORDER.includes(y);
}
