import type { Instant } from '../domain/instant.ts';

/** What a time-stamping authority says: it knew these bytes' SHA-256 at this time (RFC 3161). */
export interface Timestamp {
  readonly genTime: Instant;
  /** The TimeStampToken, DER. */
  readonly token: Uint8Array;
  /** The whole TimeStampResp as it came, DER: what `openssl ts -verify -in` reads. */
  readonly response: Uint8Array;
}
