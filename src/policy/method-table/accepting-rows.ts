import { unaryTest } from 'feelin';
import type { MethodInput, MethodInputValue, MethodTable } from '../../domain/method-table.ts';
import { addRow, emptyRowSet } from './row-set.ts';
import type { RowSet } from './row-set.ts';

/** Only countries come from outside in unbounded variety; a column that remembers more values than this starts anew. */
const REMEMBERED_VALUES = 1024;

type ColumnMemory = Map<MethodInputValue, RowSet>;

/** Kept as long as the table itself, so that every decision over it shares what was judged before. */
const memories = new WeakMap<MethodTable, readonly ColumnMemory[]>();

/**
 * For each column, the rows whose cell takes the value that the facts give it, in the order of the table's columns.
 * FEEL judges a cell once per value (8,000 tests/s); after that the answer is looked up. A cell that FEEL answers with
 * anything but true does not take the value.
 */
export function acceptingRows(
  table: MethodTable,
  valueOf: (column: MethodInput) => MethodInputValue,
): readonly RowSet[] {
  let memory = memories.get(table);
  if (memory === undefined) {
    memory = table.columns.map(() => new Map<MethodInputValue, RowSet>());
    memories.set(table, memory);
  }
  const sets: RowSet[] = [];
  for (let index = 0; index < memory.length; index++) {
    const column = table.columns[index];
    const known = memory[index];
    if (column === undefined || known === undefined) continue;
    const value = valueOf(column);
    let rows = known.get(value);
    if (rows === undefined) {
      rows = judgeColumn(table, index, value);
      if (known.size >= REMEMBERED_VALUES) known.clear();
      known.set(value, rows);
    }
    sets.push(rows);
  }
  return sets;
}

function judgeColumn(table: MethodTable, column: number, value: MethodInputValue): RowSet {
  const rows = emptyRowSet(table.rows.length);
  const answers = new Map<string, boolean>();
  for (const [number, row] of table.rows.entries()) {
    const cell = row.cells[column] ?? '-';
    let answer = answers.get(cell);
    if (answer === undefined) {
      answer = unaryTest(cell, { '?': value }).value === true;
      answers.set(cell, answer);
    }
    if (answer) addRow(rows, number);
  }
  return rows;
}
