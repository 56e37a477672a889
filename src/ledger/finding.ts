/** What an audit can find. */
export type FindingKind =
  // The bytes of the file.
  | 'not-utf8'
  | 'byte-order-mark'
  | 'carriage-return'
  | 'line-too-long'
  | 'missing-final-newline'
  | 'trailing-bytes'
  /** The file ends before the ledger does. */
  | 'cut-tail'
  // One line.
  | 'not-json'
  | 'duplicate-key'
  | 'not-canonical'
  /** JSON in canonical form, but not what stands in an export. */
  | 'shape'
  // The header.
  | 'header'
  | 'organisation'
  | 'key'
  | 'signature'
  | 'count'
  | 'root'
  // An entry.
  /** Another sequence than the next one: an entry is missing, doubled or out of place. */
  | 'gap'
  | 'link'
  | 'time'
  | 'hash'
  | 'commitment'
  /** A body is missing, and no later entry says that it was erased. */
  | 'erasure'
  /** What a person has to sign is not signed, or not by whom it has to be. */
  | 'signed-act'
  /** Something left without the approvals, the arming or the intent on record that it needs. */
  | 'sending'
  /** A method table was approved by whom it must not be, or a case was decided by a table that was not in force. */
  | 'method-table'
  // The rows of a batch.
  | 'row-count'
  | 'row-root'
  /** A table in the database does not follow from the ledger. */
  | 'state'
  // A bundle of evidence.
  /** A file is missing, added, changed or unreadable. */
  | 'file'
  /** The lists of what is in it are not those that were signed, or do not agree with what is there. */
  | 'manifest'
  /** What an entry names by its hash is another, or is missing and not said to be withheld. */
  | 'named'
  /** An act does not follow on the one before: one in between is missing. */
  | 'story'
  /** The file does not continue the checkpoint that the auditor kept. */
  | 'known-checkpoint';

export interface Finding {
  /** Line of the file, from 1; null when it is not about a line. */
  readonly line: number | null;
  /** The entry concerned; null when it is not about one. */
  readonly sequence: number | null;
  readonly kind: FindingKind;
  readonly message: string;
}

/** So many are kept; the rest is counted. */
export const MAX_FINDINGS = 100;
