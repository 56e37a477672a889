import { openNote, signNote, strictBase64 } from './note.ts';
import type { Signer, VerifierKey } from './note.ts';
import type { Outcome } from './outcome.ts';

/** The head of a log at one size (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Which log; for a ledger, `originOf` its organisation. */
  readonly origin: string;
  /** How many entries. */
  readonly size: number;
  /** RFC 6962 root over the entries' hashes, 64 hexadecimal digits (base64 in the note). */
  readonly root: string;
}

/** The origin of an organisation's ledger, and the name of the key that signs it. Different organisations differ in it. */
export function originOf(organisation: string): string {
  return `dismantle/${encodeURIComponent(organisation)}`;
}

/** The text of a checkpoint, to be signed as a note. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const root = Buffer.from(checkpoint.root, 'hex').toString('base64');
  return `${checkpoint.origin}\n${checkpoint.size}\n${root}\n`;
}

/**
 * Reads the text of a checkpoint, without its signatures. Extension lines are refused: C2SP tlog-checkpoint advises
 * against them, and nothing here could check what they say.
 */
export function parseCheckpoint(text: string): Outcome<Checkpoint> {
  const [origin, size, root, end, further] = text.split('\n');
  if (origin === undefined || size === undefined || root === undefined || end !== '' || further !== undefined) {
    return { ok: false, reason: 'a checkpoint has three lines: origin, size and root' };
  }
  if (origin === '') return { ok: false, reason: 'the origin of the checkpoint is empty' };
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) {
    return { ok: false, reason: 'the size in the checkpoint is not a plain decimal number' };
  }
  const bytes = strictBase64(root);
  if (bytes?.length !== 32) return { ok: false, reason: 'the root in the checkpoint is not the base64 of 32 bytes' };
  return { ok: true, value: { origin, size: Number(size), root: bytes.toString('hex') } };
}

/** The checkpoint as a signed note. */
export function signCheckpoint(checkpoint: Checkpoint, signer: Signer): string {
  return signNote(formatCheckpoint(checkpoint), signer);
}

/** Verifies a signed checkpoint against the keys that the reader trusts; the reason says what is wrong. */
export function verifyCheckpoint(note: string, trusted: readonly VerifierKey[]): Outcome<Checkpoint> {
  const opened = openNote(note, trusted);
  return opened.ok ? parseCheckpoint(opened.value.text) : opened;
}
