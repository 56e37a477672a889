import type { Method, MethodFacts, MethodRow } from '../../domain/method.ts';
import type { MethodInput, MethodInputValue, MethodTable } from '../../domain/method-table.ts';
import { acceptingRows } from './accepting-rows.ts';
import { firstCommonRow, hasRow } from './row-set.ts';

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
  readonly method: Method;
  /** Where it stands: a row `after` the deciding one does not apply even where it would. */
  readonly place: 'before' | 'decides' | 'after';
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
  const decides = firstCommonRow(sets, table.rows.length);
  const placeOf = (number: number): RowTrace['place'] =>
    number === decides ? 'decides' : decides >= 0 && number > decides ? 'after' : 'before';
  const trace = table.rows.map(({ cells, result }, number): RowTrace => {
    const failed: FailedCell[] = [];
    for (const [index, column] of table.columns.entries()) {
      const accepting = sets[index];
      if (accepting === undefined || hasRow(accepting, number)) continue;
      failed.push({ column, cell: cells[index] ?? '-', value: facts[column] });
    }
    return { rowId: result.id, method: result.method, place: placeOf(number), matched: failed.length === 0, failed };
  });
  const deciding = table.rows[decides];
  return { row: deciding?.result ?? null, explanation: deciding?.explanation ?? '', trace };
}
