import type { AuditOptions } from './audit.ts';
import { originOf, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { FindingKind } from './finding.ts';
import { parseRotation } from './key-chain.ts';
import { formatVerifierKey, openNote, parseVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';
import type { Outcome } from './outcome.ts';
import type { SignedHead } from './proof.ts';

/** Takes what is wrong. */
export type Find = (kind: FindingKind, message: string, sequence?: number | null) => void;

/** The checkpoint and what its signature covers; null where it does not verify. */
export function auditSigned(organisation: string, signed: SignedHead, find: Find): Checkpoint | null {
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

/** Holds the head of a proof against the key and the checkpoint that the auditor has from elsewhere. */
export function auditKnown(signed: SignedHead, checkpoint: Checkpoint | null, options: AuditOptions, find: Find): void {
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
