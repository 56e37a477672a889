import { EXPECTABLE } from '../../domain/method-example.ts';
import type { Expectable, MethodExample } from '../../domain/method-example.ts';
import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import type { MethodTable } from '../../domain/method-table.ts';
import { explainMethod } from './explain-method.ts';
import type { RowTrace } from './explain-method.ts';

export interface Difference {
  readonly what: 'row' | Expectable;
  readonly expected: string;
  readonly got: string;
}

/** What the table says to one example. */
export interface TriedExample {
  readonly name: string;
  readonly line: number;
  readonly passed: boolean;
  readonly facts: MethodFacts;
  /** The row that decided; null where the table has none. */
  readonly row: MethodRow | null;
  readonly explanation: string;
  /** Empty where it passed. */
  readonly differences: readonly Difference[];
  /**
   * Where it failed: how the row that was expected stood to the facts, or the rows of the expected method that came
   * nearest. Empty where the table has no such row.
   */
  readonly expectedRows: readonly RowTrace[];
}

/** So many rows of an expected method are worth a look when none was named. */
const NEAREST_ROWS = 3;

/** Holds examples against a table, in their order. */
export function tryExamples(table: MethodTable, examples: readonly MethodExample[]): readonly TriedExample[] {
  return examples.map((example) => tryExample(table, example));
}

function tryExample(table: MethodTable, { name, line, facts, expect }: MethodExample): TriedExample {
  const { row, explanation, trace } = explainMethod(table, facts);
  const differences: Difference[] = [];
  const compare = (what: Difference['what'], wanted: Comparable, found: Comparable): void => {
    const [expected, got] = [shown(wanted), row === null ? 'no row' : shown(found)];
    if (wanted !== undefined && expected !== got) differences.push({ what, expected, got });
  };
  compare('row', expect.row, row?.id);
  for (const output of EXPECTABLE) compare(output, expect[output], row?.[output]);
  const passed = differences.length === 0;
  return {
    name,
    line,
    passed,
    facts,
    row,
    explanation,
    differences,
    expectedRows: passed ? [] : expectedRows(trace, expect),
  };
}

function expectedRows(trace: readonly RowTrace[], { row, method }: MethodExample['expect']): readonly RowTrace[] {
  const others = trace.filter(({ place }) => place !== 'decides');
  if (row !== undefined) return others.filter(({ rowId }) => rowId === row);
  if (method === undefined) return [];
  return others
    .filter((each) => each.method === method)
    .sort((left, right) => left.failed.length - right.failed.length)
    .slice(0, NEAREST_ROWS);
}

type Comparable = string | number | null | undefined | readonly string[];

function shown(value: Comparable): string {
  if (value === null) return 'none';
  return typeof value === 'object' ? value.join(', ') : String(value);
}
