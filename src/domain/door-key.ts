import { createHmac, timingSafeEqual } from 'node:crypto';
import { CODE_COMBINATIONS, codeText, parseCode } from './door.ts';
import type { DoorOffer } from './door.ts';

/** Of the link: 144 bits. A line of a mail has room for no more behind an address. */
const TOKEN_BYTES = 18;
const TOKEN = /^[\w-]{24}$/;
/** A page is open as long as a working day and the night after it. */
const PAGE_MS = 86_400_000;
const PAGE = /^([\w-]{16})\.(\d{1,11})\.([\w-]{22})$/;

/**
 * What makes and knows the links of doors. They follow from one secret, the notice and the moment at which the door closes: so a
 * notice that is drafted again keeps its link, and a link whose end somebody moved in the database opens nothing. The store holds
 * hashes under the same secret: whoever reads it opens no door and can guess no code.
 */
export interface DoorKey {
  offer(publicUrl: string, noticeId: string, expiresAt: string): DoorOffer;
  /** Of the link's token, as the store knows it; null for what is none. */
  tokenHash(token: string): string | null;
  /** Of a typed code; null for what is none. */
  codeHash(typed: string): string | null;
  token(noticeId: string, expiresAt: string): string;
  /** Whether this is the token of that notice's door, with that end. */
  isToken(token: string, noticeId: string, expiresAt: string): boolean;
  /** What messages to that webhook are signed with: the same on every machine, and in no database. */
  webhookSecret(webhookId: string): Uint8Array;
  /** A word for the forms of one page, so that nothing is said by whoever has not seen it. `nonce`: 12 bytes by chance. */
  pageWord(token: string, nonce: Uint8Array, now: number): string;
  /** Its nonce; null where it is none of this door, or too old. */
  readPageWord(token: string, word: string, now: number): string | null;
}

export function createDoorKey(secret: Uint8Array): DoorKey {
  if (secret.length < 32) throw new Error('the key of doors is too short');
  const mac = (what: string, ...parts: readonly (string | number)[]): Buffer =>
    createHmac('sha256', secret)
      .update([`dismantle-door-1 ${what}`, ...parts].join('\n'))
      .digest();
  const token = (noticeId: string, expiresAt: string): string =>
    mac('token', noticeId, expiresAt).subarray(0, TOKEN_BYTES).toString('base64url');
  // 256 bits over 2^53 combinations: no code is likelier than another by anything that counts.
  const code = (noticeId: string, expiresAt: string): string =>
    codeText(BigInt(`0x${mac('code', noticeId, expiresAt).toString('hex')}`) % CODE_COMBINATIONS);
  const pageMac = (doorToken: string, nonce: string, seconds: number): string =>
    mac('page', doorToken, nonce, seconds).subarray(0, 16).toString('base64url');
  return {
    offer: (publicUrl, noticeId, expiresAt) => ({
      link: `${publicUrl}/door/${token(noticeId, expiresAt)}`,
      place: `${publicUrl}/door`,
      code: code(noticeId, expiresAt),
      expiresAt,
    }),
    token,
    tokenHash: (given) => (TOKEN.test(given) ? mac('token hash', given).toString('hex') : null),
    codeHash(typed) {
      const parsed = parseCode(typed);
      return parsed === null ? null : mac('code hash', parsed).toString('hex');
    },
    webhookSecret: (webhookId) => mac('webhook', webhookId),
    isToken: (given, noticeId, expiresAt) => isSame(given, token(noticeId, expiresAt)),
    pageWord(doorToken, nonce, now) {
      const word = Buffer.from(nonce.subarray(0, 12)).toString('base64url');
      const seconds = Math.floor(now / 1000);
      return `${word}.${seconds}.${pageMac(doorToken, word, seconds)}`;
    },
    readPageWord(doorToken, word, now) {
      const [, nonce, seconds, given] = PAGE.exec(word) ?? [];
      if (nonce === undefined || seconds === undefined || given === undefined) return null;
      const age = now - Number(seconds) * 1000;
      if (age < -60_000 || age > PAGE_MS) return null;
      return isSame(given, pageMac(doorToken, nonce, Number(seconds))) ? nonce : null;
    },
  };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
