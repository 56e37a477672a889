import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { JsonValue } from './canonical.ts';

/*
 * What a vantage of its own signs of each look (docs/probing.md): Ed25519 over the canonical JSON (RFC 8785) of the statement. A
 * `probe` row with `signed` says all of it but the host, which the server's sightings say; its `finding` is the failure.
 */

export interface LookStatement {
  readonly statement: 'dismantle-look-1';
  /** The job's nonce: no statement fits another job. */
  readonly job: string;
  /** The vantage's. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly host: string;
  readonly hostType: string;
  readonly port: number | null;
  /** What was connected to; null where it came to none. */
  readonly address: string | null;
  readonly result: { readonly seen: JsonValue } | { readonly failure: string };
}

/** The bytes that are signed. */
export function lookStatementBytes(statement: LookStatement): Uint8Array {
  return Buffer.from(canonicalJson(statement));
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** @param publicKey 32 bytes, base64; null where it is no such key */
export function lookKey(publicKey: string): KeyObject | null {
  const raw = Buffer.from(publicKey, 'base64');
  if (raw.length !== 32 || raw.toString('base64') !== publicKey) return null;
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** Whether that key has signed that statement. @param signature base64 */
export function isSignedLook(statement: LookStatement, publicKey: string, signature: string): boolean {
  const key = lookKey(publicKey);
  const bytes = Buffer.from(signature, 'base64');
  return key !== null && bytes.length === 64 && verify(null, lookStatementBytes(statement), key, bytes);
}

/** The fields of a `probe` row (docs/events.md) that its agent has signed, as they stand there. */
export interface SignedLookRow {
  readonly vantage: string;
  readonly at: string;
  readonly port: number | null;
  readonly address?: string;
  readonly seen?: JsonValue;
  readonly finding?: string;
  readonly signed: { readonly publicKey: string; readonly job: string; readonly signature: string };
}

/**
 * Whether a row says what its agent has signed.
 *
 * @param host as the server's sightings have it
 */
export function isSignedLookRow(
  row: SignedLookRow,
  host: { readonly host: string; readonly hostType: string },
): boolean {
  const { seen, finding, signed } = row;
  if (seen === undefined && finding === undefined) return false;
  const statement: LookStatement = {
    statement: 'dismantle-look-1',
    job: signed.job,
    name: row.vantage,
    at: row.at,
    host: host.host,
    hostType: host.hostType,
    port: row.port,
    address: row.address ?? null,
    result: seen === undefined ? { failure: finding ?? '' } : { seen },
  };
  return isSignedLook(statement, signed.publicKey, signed.signature);
}
