/** Rows of a method table that differ from those of another, by their ids. */
export interface TableChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly moved: readonly string[];
}

/** The test cases that a table was held against when it was proposed. All of them passed. */
export interface TestedBy {
  /** Of their file, which is kept as the table is. */
  readonly sha256: string;
  readonly count: number;
  /** Those that come with the program. */
  readonly isOurs: boolean;
}

/** A method table that a person has proposed, and what became of it. Moments are ISO 8601 UTC. */
export interface ProposedTable {
  /** From 1 in an organisation: the same table may be proposed again. */
  readonly number: number;
  /** SHA-256 of the DMN file. */
  readonly sha256: string;
  readonly name: string;
  /** The number of the approved table that was in force then; null: the one of the settings was. */
  readonly replaces: number | null;
  /** SHA-256 of the table that it was compared with. */
  readonly base: string;
  readonly rows: number;
  readonly changes: TableChanges;
  readonly examples: TestedBy;
  readonly reason: string;
  readonly proposedAt: string;
  /** The key of a person. */
  readonly proposedBy: string;
  readonly approvedAt: string | null;
  readonly approvedBy: string | null;
  /** The sequence of the entry: of those that are approved the last one is in force. */
  readonly approvedIn: number | null;
  readonly rejectedAt: string | null;
  readonly rejectedBy: string | null;
  readonly withdrawnAt: string | null;
  readonly withdrawnBy: string | null;
  /** Why it was rejected or withdrawn. */
  readonly settledReason: string | null;
}

export type ProposalState = 'waiting' | 'in-force' | 'superseded' | 'rejected' | 'withdrawn';
