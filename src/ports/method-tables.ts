import type { ProposedTable } from '../domain/proposed-table.ts';

/** Method tables that people have proposed. */
export interface MethodTableReads {
  /** By number. */
  proposedTables(): Promise<readonly ProposedTable[]>;
  /** The approved one that is in force; null: the one of the settings is. */
  approvedTable(): Promise<Pick<ProposedTable, 'number' | 'sha256' | 'name'> | null>;
  /** The number of an approved table of this SHA-256 that was withdrawn; null where there is none. */
  withdrawnTable(sha256: string): Promise<number | null>;
}
