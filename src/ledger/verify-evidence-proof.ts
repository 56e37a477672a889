import type { AuditOptions } from './audit.ts';
import { auditKnown, auditSigned } from './audit-signed-head.ts';
import type { Find } from './audit-signed-head.ts';
import { batchSummaryOf, rootOfChunks } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Checkpoint } from './checkpoint.ts';
import { duplicateKey } from './duplicate-key.ts';
import { commitmentTo, entryHash, isSchemaVersion } from './entry.ts';
import {
  EVIDENCE_PROOF_FORMAT,
  MAX_EVIDENCE_ENTRIES,
  MAX_EVIDENCE_ROWS,
  formatEvidenceProof,
  readEvidenceProof,
  sequenceOf,
} from './evidence-proof.ts';
import type { EvidenceProof, OpenEntry, ProvedItem, Run } from './evidence-proof.ts';
import { MAX_FINDINGS } from './finding.ts';
import type { Finding, FindingKind } from './finding.ts';
import { verifyInclusion } from './merkle-proof.ts';
import { leafHash, leafHashOfDigest, merkleRoot } from './merkle.ts';
import type { ProofReport, ProvedFact } from './verify-proof.ts';

/** What a proof of entries proves, with the document itself where it can be read. */
export interface EvidenceProofReport extends ProofReport {
  readonly proof: EvidenceProof | null;
}

/** Verifies a proof of entries from its text alone. Bad content is findings, never an exception. */
export function verifyEvidenceProof(text: string, options: AuditOptions = {}): EvidenceProofReport {
  const findings: Finding[] = [];
  let moreFindings = 0;
  const find: Find = (kind: FindingKind, message: string, sequence: number | null = null): void => {
    if (findings.length < MAX_FINDINGS) findings.push({ line: null, sequence, kind, message });
    else moreFindings += 1;
  };
  const proof = parse(text, find);
  if (proof === null) {
    const nothing = { organisation: null, verifierKey: null, entries: null, root: null, facts: [], items: [] };
    return { ok: false, ...nothing, findings, moreFindings, proof: null };
  }
  const { organisation, proofs, signed } = proof;
  const checkpoint = auditSigned(organisation, signed, find);
  auditKnown(signed, checkpoint, options, find);
  auditOrder(proofs, find);
  for (const item of proofs) auditItem(item, checkpoint, find);
  return {
    ok: findings.length === 0,
    organisation,
    verifierKey: signed.verifierKey,
    entries: checkpoint?.size ?? null,
    root: checkpoint?.root ?? null,
    facts: proofs.flatMap((item) => (item.state === 'open' ? factsOf(item) : [])),
    items: proofs,
    findings,
    moreFindings,
    proof,
  };
}

function factsOf({ entry, body, runs }: OpenEntry): readonly ProvedFact[] {
  return runs.flatMap(({ index, rows }) => rows.map((row, place) => ({ entry, body, index: index + place, row })));
}

function parse(text: string, find: Find): EvidenceProof | null {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    find('not-json', 'the proof is not JSON, or its end is missing');
    return null;
  }
  const proof = readEvidenceProof(value);
  if (proof === null) {
    find('shape', 'a field of the proof is missing or malformed');
    return null;
  }
  if (proof.format !== EVIDENCE_PROOF_FORMAT)
    find('header', `the format is "${proof.format}", not "${EVIDENCE_PROOF_FORMAT}"`);
  // Built anew from what was read, so a field that does not belong there is found as well.
  if (canonicalOf(() => formatEvidenceProof(proof)) !== text) {
    const key = duplicateKey(text);
    if (key === null) find('not-canonical', 'the proof is not in its one form (RFC 8785), or has a field too many');
    else find('duplicate-key', `the key "${key}" stands twice in one object`);
  }
  return proof;
}

function canonicalOf(write: () => string): string | null {
  try {
    return write();
  } catch {
    return null;
  }
}

/** One way to write a set of entries and rows, so that no order says anything. */
function auditOrder(proofs: readonly ProvedItem[], find: Find): void {
  if (proofs.length === 0) find('shape', 'the proof proves nothing');
  if (proofs.length > MAX_EVIDENCE_ENTRIES) find('shape', `the proof has more than ${MAX_EVIDENCE_ENTRIES} entries`);
  let [last, rows] = [0, 0];
  for (const item of proofs) {
    const sequence = sequenceOf(item);
    if (sequence <= last) find('shape', 'the entries do not stand in their order', sequence);
    last = sequence;
    if (item.state !== 'open') continue;
    let next = 0;
    for (const run of item.runs) {
      if (run.index < next) find('shape', 'the rows do not stand in their order', sequence);
      next = run.index + run.rows.length;
      rows += run.rows.length;
    }
  }
  if (rows > MAX_EVIDENCE_ROWS) find('shape', `the proof has more than ${MAX_EVIDENCE_ROWS} rows`);
}

function auditItem(item: ProvedItem, checkpoint: Checkpoint | null, find: Find): void {
  const sequence = sequenceOf(item);
  const ownHash = item.state === 'hidden' ? item.hash : item.entry.hash;
  if (item.state !== 'hidden' && entryHash(item.entry) !== ownHash) {
    find('hash', 'the fields of the entry do not give its hash', sequence);
  }
  if (checkpoint !== null) {
    const claim = {
      leaf: leafHashOfDigest(ownHash),
      index: sequence - 1,
      size: checkpoint.size,
      root: checkpoint.root,
    };
    if (!verifyInclusion(claim, item.path))
      find('root', 'the path does not lead from the entry to the signed root', sequence);
  }
  if (item.state === 'open') auditOpen(item, find);
}

function auditOpen({ body, entry, runs, salt }: OpenEntry, find: Find): void {
  const { sequence } = entry;
  const bodyText = canonicalOf(() => canonicalJson(body));
  if (bodyText === null || commitmentTo(bodyText, Buffer.from(salt, 'hex')) !== entry.commitment) {
    find('commitment', 'body and salt are not what the entry committed to', sequence);
  }
  if (!isSchemaVersion(body['schema'])) find('shape', 'the body does not tell its schema version', sequence);
  const summary = batchSummaryOf(body);
  if (summary === null || summary === 'malformed') {
    if (summary === 'malformed' || runs.length > 0) find('shape', 'the entry commits to no rows', sequence);
    return;
  }
  if (rootOfChunks(summary.chunkRoots) !== summary.root) {
    find('row-root', 'the root of the rows does not follow from the roots of their chunks', sequence);
  }
  for (const run of runs) auditRun(run, summary, sequence, find);
}

function auditRun(
  { index, path, rows, span }: Run,
  { count, root }: { readonly count: number; readonly root: string },
  sequence: number,
  find: Find,
): void {
  const isSubtree = Number.isInteger(Math.log2(span)) && index % span === 0;
  if (!isSubtree || (rows.length !== span && (rows.length > span || index + rows.length !== count))) {
    find('shape', `the rows from ${index + 1} on are no subtree`, sequence);
    return;
  }
  const leaf = rootOfRows(rows);
  const claim = { leaf: leaf ?? '', index: index / span, size: Math.ceil(count / span), root };
  if (leaf !== null && verifyInclusion(claim, path)) return;
  const which =
    rows.length === 1 ? `row ${index + 1} is not the one` : `rows ${index + 1} to ${index + rows.length} are not those`;
  find('row-root', `${which} that the entry committed to`, sequence);
}

function rootOfRows(rows: readonly JsonObject[]): string | null {
  try {
    return merkleRoot(rows.map((row) => leafHash(canonicalJson(row))));
  } catch {
    return null;
  }
}
