import { METHOD_INPUT_VALUES } from '../../domain/method-table.ts';
import type { MethodInput, MethodInputValue, MethodTable } from '../../domain/method-table.ts';
import { acceptingRows } from './accepting-rows.ts';
import type { FactsPattern } from './hard-rules.ts';
import type { RowSet } from './row-set.ts';

/** Values of one column that every row and every rule treats alike: one of them stands for all in the proof. */
export interface ValueClass {
  readonly value: MethodInputValue;
  /** How many values it stands for. */
  readonly size: number;
  /** The rows whose cell takes them. */
  readonly rows: RowSet;
}

/** Stands for every country that no cell names: ISO 3166-1 leaves ZZ to users, and a playbook that names it is refused. */
export const ANY_OTHER_COUNTRY = 'ZZ';

/** The values of one column in classes. The first value of each, in the order of the vocabulary, stands for it. */
export function valueClasses(
  table: MethodTable,
  column: MethodInput,
  patterns: readonly FactsPattern[],
): readonly ValueClass[] {
  const index = table.columns.indexOf(column);
  const classes = new Map<string, ValueClass>();
  for (const value of provenValues(table, column)) {
    const rows = acceptingRows(table, (each) => (each === column ? value : null))[index] ?? new Uint32Array();
    const key = [...rows, ...patterns.map((pattern) => Number(fits(pattern, column, value)))].join(',');
    const known = classes.get(key);
    classes.set(key, { value: known === undefined ? value : known.value, size: (known?.size ?? 0) + 1, rows });
  }
  return [...classes.values()];
}

/** Whether a pattern takes a value of a column. */
export function fits(pattern: FactsPattern, column: MethodInput, value: MethodInputValue): boolean {
  if (column === 'country') return true;
  const values: readonly MethodInputValue[] | undefined = pattern[column];
  return values === undefined || values.includes(value);
}

/** Every value that the proof gives a column. */
function provenValues(table: MethodTable, column: MethodInput): readonly MethodInputValue[] {
  const vocabulary = METHOD_INPUT_VALUES[column];
  return vocabulary ?? [...namedCountries(table), ANY_OTHER_COUNTRY, null];
}

function namedCountries(table: MethodTable): readonly string[] {
  const index = table.columns.indexOf('country');
  const cells = table.rows.map((row) => row.cells[index] ?? '-').join('\n');
  return [...new Set([...cells.matchAll(/"([A-Z]{2})"/g)].map((match) => match[1] ?? ''))].sort();
}
