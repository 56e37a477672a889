import { createHash, randomBytes, randomInt } from 'node:crypto';

/** An address that is nobody's in particular: made up anew each time, never contacted, never kept. */
export function madeUpPublicAddress(): string {
  // First octets from 11 to 99 hold no reserved space.
  return [randomInt(11, 100), randomInt(256), randomInt(256), randomInt(1, 255)].join('.');
}

/** A version 3 .onion name with a right checksum, of a key that nobody has (Tor rend-spec-v3, section 6). */
export function madeUpOnion(): string {
  const key = randomBytes(32);
  const version = Buffer.from([3]);
  const checksum = createHash('sha3-256').update('.onion checksum').update(key).update(version).digest();
  return `${base32(Buffer.concat([key, checksum.subarray(0, 2), version]))}.onion`;
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.replaceAll(/.{5}/g, (five) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(Number.parseInt(five, 2)));
}
