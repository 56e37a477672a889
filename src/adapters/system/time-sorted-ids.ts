import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Random } from '../../ports/random.ts';

/** Without I, L, O, U, 0 and 1, which people mishear or misread: 30 letters and digits. */
const REFERENCE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const REFERENCE_LENGTH = 8;

/** Ids from a clock and a source of chance, so that a seeded pair gives the same ids again. */
export function createIds(clock: Clock, random: Random): Ids {
  return {
    uuid() {
      const bytes = Buffer.alloc(16);
      bytes.writeUIntBE(clock.now(), 0, 6);
      bytes.set(random.bytes(10), 6);
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      const hex = bytes.toString('hex');
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
    },
    reference() {
      let reference = '';
      while (reference.length < REFERENCE_LENGTH) {
        // 240 is the largest multiple of 30 in a byte; what lies above would favour the first letters.
        for (const byte of random.bytes(REFERENCE_LENGTH)) {
          if (byte < 240 && reference.length < REFERENCE_LENGTH) reference += REFERENCE_ALPHABET.charAt(byte % 30);
        }
      }
      return `DSM-${reference}`;
    },
  };
}
