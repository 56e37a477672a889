import { batchSummaryOf, isArray, isDigest, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import { readEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { MAX_KEYS } from './key-chain.ts';

/**
 * A proof of single rows: one JSON document in canonical form (RFC 8785), ended by one newline.
 *
 *     {"format":…,"organisation":…,
 *      "proofs":[{"body":{…},"entry":{…},"path":[…],"rows":[{"index":…,"path":[…],"row":{…}}],"salt":"…"}],
 *      "signed":{"checkpoint":…,"rotations":[…],"verifierKey":…}}
 *
 * Every byte is bound by something else in the document: a row by its path to the root in the body, the body by the
 * entry's commitment, the entry by its hash and its path to the root in the checkpoint, that by its signature. It needs
 * no other row and no other entry, so one row can be handed over without the rest.
 */
export const PROOF_FORMAT = 'dismantle-proof-1';

/** The first bytes of a proof, in which it differs from an export. */
export const PROOF_START = `{"format":"${PROOF_FORMAT}",`;

/** More rows are refused: whoever needs so many is served better by an export. */
export const MAX_PROVED_ROWS = 1000;

/** A longer document is refused. Room for a thousand rows of the largest batches that anybody has imported. */
export const MAX_PROOF_BYTES = 64 * 1024 * 1024;

export interface ProvedRow {
  /** The place among the rows of its entry, from 0. */
  readonly index: number;
  /** The hashes that lead from the row to the root which the body gives, the nearest first (RFC 6962 section 2.1.1). */
  readonly path: readonly string[];
  readonly row: JsonObject;
}

export interface ProvedEntry {
  readonly body: JsonObject;
  readonly entry: Entry;
  /** The hashes that lead from the entry to the root in the checkpoint. */
  readonly path: readonly string[];
  /** By index. */
  readonly rows: readonly ProvedRow[];
  /** 64 hexadecimal digits. */
  readonly salt: string;
}

export interface SignedHead {
  /** Signed note over organisation, number of entries and root. */
  readonly checkpoint: string;
  /** The signed notes that lead from older keys of the ledger to this one, the oldest first. */
  readonly rotations: readonly string[];
  readonly verifierKey: string;
}

export interface Proof {
  readonly format: string;
  readonly organisation: string;
  /** By sequence. */
  readonly proofs: readonly ProvedEntry[];
  readonly signed: SignedHead;
}

/** The document as it is written down. */
export function formatProof(proof: Proof): string {
  return `${canonicalJson(proof)}\n`;
}

/** The fields of a proof; null when one is missing or not of its type. Further fields are not looked at. */
export function readProof(value: JsonValue): Proof | null {
  if (!isObject(value)) return null;
  const { format, organisation, proofs, signed } = value;
  if (typeof format !== 'string' || typeof organisation !== 'string' || !isArray(proofs)) return null;
  const head = readSigned(signed);
  const entries = proofs.map(readProvedEntry);
  if (head === null || !entries.every((entry) => entry !== null)) return null;
  return { format, organisation, proofs: entries, signed: head };
}

export function readSigned(value: JsonValue | undefined): SignedHead | null {
  if (!isObject(value)) return null;
  const { checkpoint, rotations, verifierKey } = value;
  if (typeof checkpoint !== 'string' || typeof verifierKey !== 'string' || !isArray(rotations)) return null;
  if (rotations.length > MAX_KEYS || !rotations.every((rotation) => typeof rotation === 'string')) return null;
  return { checkpoint, rotations, verifierKey };
}

function readProvedEntry(value: JsonValue): ProvedEntry | null {
  if (!isObject(value) || !isObject(value['entry'])) return null;
  const { body, path, rows, salt } = value;
  const entry = readEntry(value['entry']);
  if (entry === null || !isObject(body) || !isPath(path) || !isArray(rows) || !isDigest(salt)) return null;
  const proved = rows.map(readProvedRow);
  if (!proved.every((row) => row !== null)) return null;
  return { body, entry, path, rows: proved, salt };
}

function readProvedRow(value: JsonValue): ProvedRow | null {
  if (!isObject(value)) return null;
  const { index, path, row } = value;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) return null;
  if (!isPath(path) || !isObject(row)) return null;
  return { index, path, row };
}

/** 2^53 leaves make a path of 53 hashes. */
const LONGEST_PATH = 53;

export function isPath(value: JsonValue | undefined): value is readonly string[] {
  return isArray(value) && value.length <= LONGEST_PATH && value.every(isDigest);
}

/** The batch summary of a body that is known to have one; null otherwise. */
export function summaryOf(body: JsonObject): Exclude<ReturnType<typeof batchSummaryOf>, 'malformed'> {
  const summary = batchSummaryOf(body);
  return summary === 'malformed' ? null : summary;
}
