import type { ProposalState, ProposedTable } from '../../domain/proposed-table.ts';

/*
 * Which of the tables that people have approved is in force. The database answers the same in SQL (method_table_in_force), and the audit
 * from the ledger alone (src/ledger/audit-method-tables.ts); test/contract/method-tables.test.ts holds them against each other.
 */

/** The one that was approved last and is not withdrawn; null: that of the settings is in force. */
export function tableInForce<Table extends Pick<ProposedTable, 'approvedIn' | 'withdrawnAt'>>(
  tables: readonly Table[],
): Table | null {
  return tables
    .filter(({ approvedIn, withdrawnAt }) => approvedIn !== null && withdrawnAt === null)
    .reduce<Table | null>((last, table) => ((last?.approvedIn ?? 0) > (table.approvedIn ?? 0) ? last : table), null);
}

export function proposalState(table: ProposedTable, tables: readonly ProposedTable[]): ProposalState {
  if (table.withdrawnAt !== null) return 'withdrawn';
  if (table.rejectedAt !== null) return 'rejected';
  if (table.approvedAt === null) return 'waiting';
  return tableInForce(tables)?.number === table.number ? 'in-force' : 'superseded';
}
