import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import { METHOD_INPUTS } from '../../domain/method-table.ts';
import type { MethodTable } from '../../domain/method-table.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { acceptingRows } from './accepting-rows.ts';
import { firstCommonRow } from './row-set.ts';

/**
 * The row of the method table that decides over these facts: the first whose cells all take them (hit policy FIRST,
 * DMN 1.3 section 8.2.8). A table that has no row for the facts is a problem that names them.
 */
export function decideMethod(table: MethodTable, facts: MethodFacts): Result<MethodRow> {
  const sets = acceptingRows(table, (column) => facts[column]);
  const row = table.rows[firstCommonRow(sets, table.rows.length)];
  if (row !== undefined) return success(row.result);
  const described = METHOD_INPUTS.map((column) => `${column} = ${facts[column] ?? 'not known'}`).join(', ');
  return failure({
    code: 'input',
    message: `method table "${table.name}" has no row for ${described}`,
    hint: 'Add a row for this case, or a last row whose cells are all "-".',
  });
}
