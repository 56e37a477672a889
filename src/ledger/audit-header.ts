import type { JsonObject } from './canonical.ts';
import { originOf, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { EXPORT_FORMAT } from './export.ts';
import type { ExportHeader } from './export.ts';
import type { FindingKind } from './finding.ts';
import { openNote, parseVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';

export interface HeaderAudit {
  /** The key that the header names; null when it names none. */
  readonly key: VerifierKey | null;
  /** What the signed checkpoint says; null when it does not verify. */
  readonly checkpoint: Checkpoint | null;
  readonly findings: readonly { readonly kind: FindingKind; readonly message: string }[];
}

/** The fields of a header; null when one is missing or not of its type. */
export function readHeader(value: JsonObject): ExportHeader | null {
  const { checkpoint, entries, format, organisation, root, rows, verifierKey } = value;
  if (typeof checkpoint !== 'string' || typeof verifierKey !== 'string' || typeof root !== 'string') return null;
  if (typeof format !== 'string' || typeof organisation !== 'string') return null;
  if (typeof entries !== 'number' || !Number.isSafeInteger(entries) || entries < 0) return null;
  if (typeof rows !== 'number' || !Number.isSafeInteger(rows) || rows < 0) return null;
  return { checkpoint, entries, format, organisation, root, rows, verifierKey };
}

/** Holds the header against itself: format, key, signature, and what the signature covers. */
export function auditHeader(header: ExportHeader): HeaderAudit {
  const findings: { kind: FindingKind; message: string }[] = [];
  const find = (kind: FindingKind, message: string): void => {
    findings.push({ kind, message });
  };

  if (header.format !== EXPORT_FORMAT) find('header', `the format is "${header.format}", not "${EXPORT_FORMAT}"`);

  const parsedKey = parseVerifierKey(header.verifierKey);
  if (!parsedKey.ok) {
    find('key', parsedKey.reason);
    return { key: null, checkpoint: null, findings };
  }
  const key = parsedKey.value;

  const opened = openNote(header.checkpoint, [key]);
  if (!opened.ok) {
    find('signature', `checkpoint: ${opened.reason}`);
    return { key, checkpoint: null, findings };
  }
  // A reader of notes has to ignore signatures by unknown keys, so here they would be bytes that nothing checks.
  if (opened.value.signatures.length !== 1) find('signature', 'the checkpoint of an export has exactly one signature');
  const parsed = parseCheckpoint(opened.value.text);
  if (!parsed.ok) {
    find('signature', parsed.reason);
    return { key, checkpoint: null, findings };
  }
  const checkpoint = parsed.value;
  const origin = header.organisation.isWellFormed() ? originOf(header.organisation) : null;
  if (checkpoint.origin !== origin) {
    find('organisation', `the checkpoint is of ${checkpoint.origin}, not of "${header.organisation}"`);
  }
  if (key.name !== checkpoint.origin) find('key', `the key is of ${key.name}, the checkpoint of ${checkpoint.origin}`);
  if (checkpoint.size !== header.entries) {
    find('count', `the header counts ${header.entries} entries, its signed checkpoint ${checkpoint.size}`);
  }
  if (checkpoint.root !== header.root) find('root', 'the root in the header is not the one in its signed checkpoint');
  return { key, checkpoint, findings };
}
