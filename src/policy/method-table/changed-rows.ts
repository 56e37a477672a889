import type { MethodTable, MethodTableRow } from '../../domain/method-table.ts';

/** A row that is not the same in both tables. */
export interface ChangedRow {
  readonly rowId: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  /** What differs, column by column, as it is written in the tables; empty for rows that are new, gone or only elsewhere. */
  readonly columns: readonly { readonly column: string; readonly from: string; readonly to: string }[];
  /** Its place among the rows from 1; null where it is not in that table. */
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * What another table changes, in its order; rows that are gone come last. A row that only stands elsewhere is told as well: the first
 * row that takes the facts decides, so its place is a part of what it says.
 */
export function changedRows(before: MethodTable, after: MethodTable): readonly ChangedRow[] {
  const old = new Map(before.rows.map((row, index) => [row.result.id, { row, place: index + 1 }]));
  const stays = new Set(after.rows.map(({ result }) => result.id));
  // Places among the rows that both tables have: one that is added does not move all that follow.
  const common = (table: MethodTable, other: ReadonlySet<string>): ReadonlyMap<string, number> =>
    new Map(table.rows.filter(({ result }) => other.has(result.id)).map(({ result }, index) => [result.id, index]));
  const oldPlaces = common(before, stays);
  const newPlaces = common(after, new Set(old.keys()));
  const changes: ChangedRow[] = [];
  for (const [index, row] of after.rows.entries()) {
    const { id } = row.result;
    const known = old.get(id);
    if (known === undefined) {
      changes.push({ rowId: id, change: 'added', columns: [], from: null, to: index + 1 });
      continue;
    }
    const columns = differences(before, known.row, after, row);
    const hasMoved = oldPlaces.get(id) !== newPlaces.get(id);
    if (columns.length > 0) changes.push({ rowId: id, change: 'changed', columns, from: known.place, to: index + 1 });
    else if (hasMoved) changes.push({ rowId: id, change: 'moved', columns, from: known.place, to: index + 1 });
  }
  for (const [id, { place }] of old) {
    if (!stays.has(id)) changes.push({ rowId: id, change: 'removed', columns: [], from: place, to: null });
  }
  return changes;
}

function differences(
  before: MethodTable,
  one: MethodTableRow,
  after: MethodTable,
  other: MethodTableRow,
): ChangedRow['columns'] {
  const written = (table: MethodTable, { cells, result, explanation }: MethodTableRow): ReadonlyMap<string, string> =>
    new Map<string, string>([
      ...table.columns.map((column, index): [string, string] => [column, cells[index] ?? '-']),
      ...Object.entries(result).map(([output, value]): [string, string] => [output, plain(value)]),
      ['explanation', explanation],
    ]);
  const from = written(before, one);
  const to = written(after, other);
  return [...new Set([...from.keys(), ...to.keys()])]
    .map((column) => ({ column, from: from.get(column) ?? '-', to: to.get(column) ?? '-' }))
    .filter((difference) => difference.from !== difference.to);
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return value === null || value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
}
