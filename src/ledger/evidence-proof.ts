import { isArray, isDigest, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import { readEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { isPath, readSigned } from './proof.ts';
import type { SignedHead } from './proof.ts';

/**
 * A proof of entries, with or without rows, with or without their bodies: one JSON document in canonical form (RFC 8785),
 * ended by one newline.
 *
 *     {"format":…,"organisation":…,"proofs":[…],"signed":{"checkpoint":…,"rotations":[…],"verifierKey":…}}
 *
 *     {"body":{…},"entry":{…},"path":[…],"runs":[{"index":…,"path":[…],"rows":[{…}],"span":…}],"salt":"…","state":"open"}
 *     {"entry":{…},"path":[…],"state":"withheld"}        its body and rows are kept back
 *     {"entry":{…},"path":[…],"state":"erased"}          its body and rows are erased, as an entry of the kind erasure says
 *     {"hash":"…","path":[…],"sequence":…,"state":"hidden"}   even whom it names is kept back
 *
 * A run is a whole subtree of the rows' tree: `span` rows (a power of two) from `index` on, a multiple of it, or what
 * remains at the end. One row is a run of span 1. Its path leads from the root over those rows to the root in the body.
 */
export const EVIDENCE_PROOF_FORMAT = 'dismantle-proof-2';

/** As long as PROOF_START, so that as many first bytes tell one from the other. */
export const EVIDENCE_PROOF_START = `{"format":"${EVIDENCE_PROOF_FORMAT}",`;

/** More in one document are refused: there may be several. */
export const MAX_EVIDENCE_ROWS = 1024;
export const MAX_EVIDENCE_ENTRIES = 1000;

export interface Run {
  /** The place of its first row among the rows of its entry, from 0. */
  readonly index: number;
  readonly path: readonly string[];
  readonly rows: readonly JsonObject[];
  readonly span: number;
}

export interface OpenEntry {
  readonly state: 'open';
  readonly body: JsonObject;
  readonly entry: Entry;
  readonly path: readonly string[];
  /** By index. */
  readonly runs: readonly Run[];
  readonly salt: string;
}

export interface ClosedEntry {
  readonly state: 'withheld' | 'erased';
  readonly entry: Entry;
  readonly path: readonly string[];
}

export interface HiddenEntry {
  readonly state: 'hidden';
  /** The entry's. */
  readonly hash: string;
  readonly path: readonly string[];
  readonly sequence: number;
}

export type ProvedItem = OpenEntry | ClosedEntry | HiddenEntry;

export interface EvidenceProof {
  readonly format: string;
  readonly organisation: string;
  /** By sequence. */
  readonly proofs: readonly ProvedItem[];
  readonly signed: SignedHead;
}

export function sequenceOf(item: ProvedItem): number {
  return item.state === 'hidden' ? item.sequence : item.entry.sequence;
}

export function formatEvidenceProof(proof: EvidenceProof): string {
  return `${canonicalJson(proof)}\n`;
}

/** The fields of such a proof; null when one is missing or not of its type. Further fields are not looked at. */
export function readEvidenceProof(value: JsonValue): EvidenceProof | null {
  if (!isObject(value)) return null;
  const { format, organisation, proofs, signed } = value;
  if (typeof format !== 'string' || typeof organisation !== 'string' || !isArray(proofs)) return null;
  const head = readSigned(signed);
  const items = proofs.map(readItem);
  if (head === null || !items.every((item) => item !== null)) return null;
  return { format, organisation, proofs: items, signed: head };
}

function readItem(value: JsonValue): ProvedItem | null {
  if (!isObject(value)) return null;
  const { body, hash, path, runs, salt, sequence, state } = value;
  if (!isPath(path)) return null;
  if (state === 'hidden') {
    if (!isDigest(hash) || typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) return null;
    return { state, hash, path, sequence };
  }
  if (!isObject(value['entry'])) return null;
  const entry = readEntry(value['entry']);
  if (entry === null) return null;
  if (state === 'withheld' || state === 'erased') return { state, entry, path };
  if (state !== 'open' || !isObject(body) || !isArray(runs) || !isDigest(salt)) return null;
  const read = runs.map(readRun);
  if (!read.every((run) => run !== null)) return null;
  return { state, body, entry, path, runs: read, salt };
}

function readRun(value: JsonValue): Run | null {
  if (!isObject(value)) return null;
  const { index, path, rows, span } = value;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) return null;
  if (typeof span !== 'number' || !Number.isSafeInteger(span) || span < 1 || span > MAX_EVIDENCE_ROWS) return null;
  if (!isPath(path) || !isArray(rows) || rows.length === 0 || !rows.every(isObject)) return null;
  return { index, path, rows, span };
}
