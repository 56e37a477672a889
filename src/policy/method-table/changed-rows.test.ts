import { expect, test } from 'vitest';
import type { MethodTable, MethodTableRow } from '../../domain/method-table.ts';
import { changedRows } from './changed-rows.ts';

function row(id: string, cell: string, approvals = 2): MethodTableRow {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a comparison reads what there is
  return { cells: [cell], result: { id, method: 'abuse-notice', asks: ['preserve'], approvals }, explanation: '' } as unknown as MethodTableRow; // prettier-ignore
}

function table(...rows: readonly MethodTableRow[]): MethodTable {
  return { name: 'lab', sha256: '', columns: ['country'], rows };
}

test('the same table changes nothing', () => {
  expect(changedRows(table(row('a', '"BR"'), row('b', '-')), table(row('a', '"BR"'), row('b', '-')))).toEqual([]);
});

test('rows that are new, gone, changed or elsewhere are told, each with what differs', () => {
  const before = table(row('a', '"BR"'), row('b', '"US"'), row('c', '"DE"'), row('d', '-'));
  const after = table(row('new', '"FR"'), row('a', '"BR","AR"', 1), row('d', '-'), row('b', '"US"'));
  expect(changedRows(before, after)).toEqual([
    { rowId: 'new', change: 'added', columns: [], from: null, to: 1 },
    {
      rowId: 'a',
      change: 'changed',
      columns: [
        { column: 'country', from: '"BR"', to: '"BR","AR"' },
        { column: 'approvals', from: '2', to: '1' },
      ],
      from: 1,
      to: 2,
    },
    { rowId: 'd', change: 'moved', columns: [], from: 4, to: 3 },
    { rowId: 'b', change: 'moved', columns: [], from: 2, to: 4 },
    { rowId: 'c', change: 'removed', columns: [], from: 3, to: null },
  ]);
});

test('a row put in front moves none of those that follow', () => {
  const changes = changedRows(
    table(row('a', '-'), row('b', '-')),
    table(row('new', '-'), row('a', '-'), row('b', '-')),
  );
  expect(changes.map(({ rowId }) => rowId)).toEqual(['new']);
});
