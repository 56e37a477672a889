import type { ProposedTable } from '../../domain/proposed-table.ts';
import type { MethodTableReads } from '../../ports/method-tables.ts';
import type { Session } from './connect.ts';
import { isoText } from './sql-values.ts';

export function methodTableReads(session: Session): MethodTableReads {
  return {
    proposedTables: () =>
      session.rows<ProposedTable>(
        `select number, sha256, name, replaces, base, rows, changes, examples, reason, ${isoText('proposed_at')} as "proposedAt",
                proposed_by as "proposedBy", ${isoText('approved_at')} as "approvedAt", approved_by as "approvedBy",
                approved_in as "approvedIn", ${isoText('rejected_at')} as "rejectedAt", rejected_by as "rejectedBy",
                ${isoText('withdrawn_at')} as "withdrawnAt", withdrawn_by as "withdrawnBy", settled_reason as "settledReason"
         from method_table order by number`,
      ),
    // Not by the function of the database: as of a past moment it would answer for now.
    approvedTable: () =>
      session.row(
        `select number, sha256, name from method_table
         where approved_at is not null and withdrawn_at is null order by approved_in desc limit 1`,
      ),
    async withdrawnTable(sha256) {
      const found = await session.row<{ number: number }>(
        `select number from method_table where sha256 = $1 and approved_at is not null and withdrawn_at is not null
         order by number desc limit 1`,
        [sha256],
      );
      return found?.number ?? null;
    },
  };
}
