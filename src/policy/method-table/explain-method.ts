import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import type { MethodInput, MethodInputValue, MethodTable } from '../../domain/method-table.ts';
import { acceptingRows } from './accepting-rows.ts';
import { hasRow } from './row-set.ts';

/** A cell that did not take the fact it looks at. */
export interface FailedCell {
  readonly column: MethodInput;
  /** The cell's FEEL text. */
  readonly cell: string;
  readonly value: MethodInputValue;
}

/** How one row stood to the facts. Of the rows that matched, the first decided. */
export interface RowTrace {
  readonly rowId: string;
  readonly matched: boolean;
  readonly failed: readonly FailedCell[];
}

export interface MethodExplanation {
  /** The deciding row, the same as `decideMethod` gives; null where the table has none. */
  readonly row: MethodRow | null;
  /** Why the row is there, in its annotation's words. */
  readonly explanation: string;
  /** Every row of the table, in its order. */
  readonly trace: readonly RowTrace[];
}

/** Why the method table decides as it does, row by row and cell by cell. For one case at a time; bulk uses `decideMethod`. */
export function explainMethod(table: MethodTable, facts: MethodFacts): MethodExplanation {
  const sets = acceptingRows(table, (column) => facts[column]);
  const trace = table.rows.map((row, number): RowTrace => {
    const failed: FailedCell[] = [];
    for (const [index, column] of table.columns.entries()) {
      const accepting = sets[index];
      if (accepting === undefined || hasRow(accepting, number)) continue;
      failed.push({ column, cell: row.cells[index] ?? '-', value: facts[column] });
    }
    return { rowId: row.result.id, matched: failed.length === 0, failed };
  });
  const deciding = table.rows[trace.findIndex((row) => row.matched)];
  return { row: deciding?.result ?? null, explanation: deciding?.explanation ?? '', trace };
}
