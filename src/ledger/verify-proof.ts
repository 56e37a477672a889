import { MAX_FINDINGS } from './finding.ts';
import type { AuditOptions } from './audit.ts';
import { rootOfChunks } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import { originOf, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { duplicateKey } from './duplicate-key.ts';
import { commitmentTo, entryHash, isSchemaVersion } from './entry.ts';
import type { Entry } from './entry.ts';
import type { Finding, FindingKind } from './finding.ts';
import { parseRotation } from './key-chain.ts';
import { verifyInclusion } from './merkle-proof.ts';
import { leafHash, leafHashOfDigest } from './merkle.ts';
import { formatVerifierKey, openNote, parseVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';
import type { Outcome } from './outcome.ts';
import { MAX_PROVED_ROWS, PROOF_FORMAT, formatProof, readProof, summaryOf } from './proof.ts';
import type { Proof, ProvedEntry, SignedHead } from './proof.ts';

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
    const nothing = { organisation: null, verifierKey: null, entries: null, root: null, facts: [] };
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
    findings,
    moreFindings,
  };
}

type Find = (kind: FindingKind, message: string, sequence?: number | null) => void;

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

/** The checkpoint and what its signature covers; null where it does not verify. */
function auditSigned(organisation: string, signed: SignedHead, find: Find): Checkpoint | null {
  const key = parseVerifierKey(signed.verifierKey);
  if (!key.ok) {
    find('key', key.reason);
    return null;
  }
  const rotated = followRotations(signed);
  if (!rotated.ok) find('key', rotated.reason);
  const opened = openNote(signed.checkpoint, [key.value]);
  if (!opened.ok) {
    find('signature', `checkpoint: ${opened.reason}`);
    return null;
  }
  // A reader of notes has to ignore signatures by unknown keys, so here they would be bytes that nothing checks.
  if (opened.value.signatures.length !== 1) find('signature', 'the checkpoint of a proof has exactly one signature');
  const parsed = parseCheckpoint(opened.value.text);
  if (!parsed.ok) {
    find('signature', parsed.reason);
    return null;
  }
  const checkpoint = parsed.value;
  const origin = organisation.isWellFormed() ? originOf(organisation) : null;
  if (checkpoint.origin !== origin) {
    find('organisation', `the checkpoint is of ${checkpoint.origin}, not of "${organisation}"`);
  }
  if (key.value.name !== checkpoint.origin) {
    find('key', `the key is of ${key.value.name}, the checkpoint of ${checkpoint.origin}`);
  }
  return checkpoint;
}

/** The keys that vouch for the one that signed, the oldest first; each rotation is signed by the key before. */
function followRotations({ rotations, verifierKey }: SignedHead): Outcome<readonly VerifierKey[]> {
  const keys: VerifierKey[] = [];
  let expected: string | null = null;
  for (const note of rotations) {
    // Which key has signed stands in the text, and the text is believed only once that key's signature verifies.
    const end = note.lastIndexOf('\n\n');
    const rotation = parseRotation(note.slice(0, end + 1));
    if (!rotation.ok) return rotation;
    const previous = parseVerifierKey(rotation.value.previousKey);
    if (!previous.ok) return previous;
    if (expected !== null && expected !== rotation.value.previousKey) {
      return { ok: false, reason: 'the rotations do not follow on each other' };
    }
    const opened = openNote(note, [previous.value]);
    if (!opened.ok) return { ok: false, reason: `a rotation: ${opened.reason}` };
    if (opened.value.signatures.length !== 1) return { ok: false, reason: 'a rotation has exactly one signature' };
    keys.push(previous.value);
    expected = rotation.value.verifierKey;
  }
  if (expected !== null && expected !== verifierKey) {
    return { ok: false, reason: 'the rotations do not lead to the key that signed' };
  }
  return { ok: true, value: keys };
}

function auditKnown(signed: SignedHead, checkpoint: Checkpoint | null, options: AuditOptions, find: Find): void {
  const { knownKey, knownCheckpoint } = options;
  const known = knownKey === undefined ? null : parseVerifierKey(knownKey.trim());
  const rotated = followRotations(signed);
  const older = rotated.ok ? rotated.value : [];
  if (known !== null && !known.ok) find('key', `the known key cannot be read: ${known.reason}`);
  if (known?.ok === true) {
    const text = formatVerifierKey(known.value);
    const isNamed = text === signed.verifierKey || older.some((key) => formatVerifierKey(key) === text);
    if (!isNamed)
      find('key', 'the proof is signed by another key than the known one, and that one does not vouch for it');
  }
  if (knownCheckpoint === undefined) return;
  const own = parseVerifierKey(signed.verifierKey);
  const keys = [known?.ok === true ? known.value : null, own.ok ? own.value : null, ...older];
  const opened = openNote(
    knownCheckpoint,
    keys.filter((key) => key !== null),
  );
  const kept = opened.ok ? parseCheckpoint(opened.value.text) : opened;
  if (!kept.ok) find('known-checkpoint', `the known checkpoint: ${kept.reason}`);
  else if (checkpoint === null) return;
  else if (kept.value.origin !== checkpoint.origin) {
    find('known-checkpoint', `the known checkpoint is of another ledger: ${kept.value.origin}`);
  } else if (kept.value.size !== checkpoint.size) {
    find(
      'known-checkpoint',
      `the proof is of ${checkpoint.size} entries, the known checkpoint of ${kept.value.size}: ` +
        'ask for a proof under that checkpoint, or audit an export with it',
    );
  } else if (kept.value.root !== checkpoint.root) {
    find('known-checkpoint', 'the entries are not those of the known checkpoint: the ledger was rewritten');
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
