import { problem } from '../../domain/problem.ts';
import type { TableChanges, TestedBy } from '../../domain/proposed-table.ts';
import { TABLE_PROPOSED_KIND } from '../../ledger/signed-act.ts';
import { tableInForce } from '../../policy/method-table/in-force.ts';
import type { SignedAct } from '../../ports/signing.ts';

export interface TableProposal {
  /** Who proposes it, as typed with --as. */
  readonly name: string;
  readonly reason: string;
  readonly table: { readonly name: string; readonly sha256: string; readonly rows: number; readonly bytes: Uint8Array };
  /** The table that is in force, which it was compared with. */
  readonly base: string;
  readonly changes: TableChanges;
  readonly examples: TestedBy & { readonly bytes: Uint8Array };
}

/** Puts a method table on record, for counsel to approve. It decides nothing by that. */
export function proposalAct({ name, reason, table, base, changes, examples }: TableProposal): SignedAct {
  return {
    name,
    act: TABLE_PROPOSED_KIND,
    lock: null,
    async prepare(transaction) {
      const tables = await transaction.proposedTables();
      const same = tables.filter(({ sha256 }) => sha256 === table.sha256);
      const inForce = tableInForce(tables);
      if (inForce?.sha256 === table.sha256) {
        throw problem('refused', `it is the table in force, approved as number ${inForce.number}`, 'Change it first');
      }
      const waiting = same.find(
        (each) => each.approvedAt === null && each.rejectedAt === null && each.withdrawnAt === null,
      );
      if (waiting !== undefined) {
        throw problem(
          'refused',
          `it waits for approval already, as number ${waiting.number}`,
          `See: dismantle playbook show ${table.sha256.slice(0, 12)}`,
        );
      }
      const { added, removed, changed, moved } = changes;
      return {
        subject: table.sha256,
        terms: {
          number: tables.length + 1,
          name: table.name,
          rowCount: table.rows,
          replaces: inForce?.number ?? null,
          base,
          changes: { added, removed, changed, moved },
          examples: { sha256: examples.sha256, count: examples.count, isOurs: examples.isOurs },
          reason,
        },
      };
    },
    async also(transaction) {
      await transaction.keepMessage(table.sha256, table.bytes);
      await transaction.keepMessage(examples.sha256, examples.bytes);
    },
  };
}
