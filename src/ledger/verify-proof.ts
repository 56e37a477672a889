import { MAX_FINDINGS } from './finding.ts';
import type { AuditOptions } from './audit.ts';
import { auditKnown, auditSigned } from './audit-signed-head.ts';
import type { Find } from './audit-signed-head.ts';
import { rootOfChunks } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Checkpoint } from './checkpoint.ts';
import { duplicateKey } from './duplicate-key.ts';
import { commitmentTo, entryHash, isSchemaVersion } from './entry.ts';
import type { Entry } from './entry.ts';
import type { ProvedItem } from './evidence-proof.ts';
import type { Finding, FindingKind } from './finding.ts';
import { verifyInclusion } from './merkle-proof.ts';
import { leafHash, leafHashOfDigest } from './merkle.ts';
import { MAX_PROVED_ROWS, PROOF_FORMAT, formatProof, readProof, summaryOf } from './proof.ts';
import type { Proof, ProvedEntry } from './proof.ts';

/** A row with the entry that commits to it. */
export interface ProvedFact {
  readonly entry: Entry;
  readonly body: JsonObject;
  /** The place among the entry's rows, from 0. */
  readonly index: number;
  readonly row: JsonObject;
}

export interface ProofReport {
  /** Whether nothing was found; then everything below is proved. */
  readonly ok: boolean;
  /** Null where the document cannot be read. */
  readonly organisation: string | null;
  readonly verifierKey: string | null;
  /** The number of entries and the root that were signed; null where the checkpoint does not verify. */
  readonly entries: number | null;
  readonly root: string | null;
  readonly facts: readonly ProvedFact[];
  /** The entries of a proof of entries (evidence-proof.ts); none of a proof of rows. */
  readonly items: readonly ProvedItem[];
  /** At most MAX_FINDINGS. */
  readonly findings: readonly Finding[];
  /** How many more there were. */
  readonly moreFindings: number;
}

/** Verifies a proof of rows from its text alone. Bad content is findings, never an exception. */
export function verifyProof(text: string, options: AuditOptions = {}): ProofReport {
  const findings: Finding[] = [];
  let moreFindings = 0;
  const find = (kind: FindingKind, message: string, sequence: number | null = null): void => {
    if (findings.length < MAX_FINDINGS) findings.push({ line: null, sequence, kind, message });
    else moreFindings += 1;
  };
  const proof = parseProof(text, find);
  if (proof === null) {
    const nothing = { organisation: null, verifierKey: null, entries: null, root: null, facts: [], items: [] };
    return { ok: false, ...nothing, findings, moreFindings };
  }
  const { organisation, proofs, signed } = proof;
  const checkpoint = auditSigned(organisation, signed, find);
  auditKnown(signed, checkpoint, options, find);
  auditOrder(proofs, find);
  for (const proved of proofs) auditEntry(proved, checkpoint, find);
  return {
    ok: findings.length === 0,
    organisation,
    verifierKey: signed.verifierKey,
    entries: checkpoint?.size ?? null,
    root: checkpoint?.root ?? null,
    facts: proofs.flatMap(({ entry, body, rows }) => rows.map(({ index, row }) => ({ entry, body, index, row }))),
    items: [],
    findings,
    moreFindings,
  };
}

function parseProof(text: string, find: Find): Proof | null {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    find('not-json', 'the proof is not JSON, or its end is missing');
    return null;
  }
  const proof = readProof(value);
  if (proof === null) {
    find('shape', 'a field of the proof is missing or malformed');
    return null;
  }
  if (proof.format !== PROOF_FORMAT) find('header', `the format is "${proof.format}", not "${PROOF_FORMAT}"`);
  // Built anew from what was read, so a field that does not belong there is found as well.
  const rebuilt = canonicalOf(() => formatProof(proof));
  if (rebuilt === text) return proof;
  const key = duplicateKey(text);
  if (key !== null) find('duplicate-key', `the key "${key}" stands twice in one object`);
  else if (rebuilt === `${text}\n`) find('missing-final-newline', 'the proof has no newline at its end');
  else if (canonicalOf(() => `${canonicalJson(value)}\n`) === text)
    find('shape', 'there is a field that does not belong there');
  else find('not-canonical', 'the proof is not in canonical form (RFC 8785)');
  return proof;
}

function canonicalOf(write: () => string): string | null {
  try {
    return write();
  } catch {
    return null;
  }
}

/** One way to write a set of rows, so that no order says anything. */
function auditOrder(proofs: readonly ProvedEntry[], find: Find): void {
  const isAscending = (numbers: readonly number[]): boolean =>
    numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
  if (proofs.length === 0 || proofs.some(({ rows }) => rows.length === 0)) find('shape', 'the proof proves no row');
  if (proofs.reduce((sum, { rows }) => sum + rows.length, 0) > MAX_PROVED_ROWS) {
    find('shape', `the proof has more than ${MAX_PROVED_ROWS} rows`);
  }
  if (!isAscending(proofs.map(({ entry }) => entry.sequence))) find('shape', 'the entries do not stand in their order');
  for (const { entry, rows } of proofs) {
    if (!isAscending(rows.map(({ index }) => index)))
      find('shape', 'the rows do not stand in their order', entry.sequence);
  }
}

function auditEntry({ body, entry, path, rows, salt }: ProvedEntry, checkpoint: Checkpoint | null, find: Find): void {
  const { sequence } = entry;
  const bodyText = canonicalOf(() => canonicalJson(body));
  if (bodyText === null || commitmentTo(bodyText, Buffer.from(salt, 'hex')) !== entry.commitment) {
    find('commitment', 'body and salt are not what the entry committed to', sequence);
  }
  if (!isSchemaVersion(body['schema'])) find('shape', 'the body does not tell its schema version', sequence);
  if (entryHash(entry) !== entry.hash) find('hash', 'the fields of the entry do not give its hash', sequence);
  if (checkpoint !== null) {
    const claim = {
      leaf: leafHashOfDigest(entry.hash),
      index: sequence - 1,
      size: checkpoint.size,
      root: checkpoint.root,
    };
    if (!verifyInclusion(claim, path))
      find('root', 'the path does not lead from the entry to the signed root', sequence);
  }
  const summary = summaryOf(body);
  if (summary === null) {
    find('shape', 'the entry commits to no rows', sequence);
    return;
  }
  if (rootOfChunks(summary.chunkRoots) !== summary.root) {
    find('row-root', 'the root of the rows does not follow from the roots of their chunks', sequence);
  }
  for (const { index, path: rowPath, row } of rows) {
    const rowText = canonicalOf(() => canonicalJson(row));
    const claim = { leaf: leafHash(rowText ?? ''), index, size: summary.count, root: summary.root };
    if (rowText === null || !verifyInclusion(claim, rowPath)) {
      find('row-root', `row ${index + 1} is not the one that the entry committed to`, sequence);
    }
  }
}
