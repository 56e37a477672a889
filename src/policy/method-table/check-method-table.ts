import { METHOD_INPUT_VALUES } from '../../domain/method-table.ts';
import type { MethodInput, MethodInputValue, MethodTable } from '../../domain/method-table.ts';
import { acceptingRows } from './accepting-rows.ts';
import { needsFourEyes } from './four-eyes.ts';
import { firstCommonRow, fullRowSet, hasRow, intersection } from './row-set.ts';
import type { RowSet } from './row-set.ts';

/** The facts that nothing in the table takes. */
export type FactsOfGap = Readonly<Record<MethodInput, MethodInputValue>>;

/** A row that decides nothing. */
export interface ShadowedRow {
  readonly rowId: string;
  /** The earlier rows that take every case it would match; empty when no case matches it at all. */
  readonly by: readonly string[];
}

export interface MethodTableReport {
  /** No finding of any kind. */
  readonly sound: boolean;
  /** How many combinations of facts were covered by the proof. */
  readonly combinations: number;
  /** How many of them no row takes. */
  readonly uncovered: number;
  /** Some of the uncovered ones, at most 20. */
  readonly gaps: readonly FactsOfGap[];
  readonly shadowed: readonly ShadowedRow[];
  /** Ids of rows without a citation. */
  readonly uncited: readonly string[];
  /** Ids of rows that ask for an intrusive act with fewer than two approvals (see needsFourEyes). */
  readonly tooFewApprovals: readonly string[];
}

const MOST_GAPS_SHOWN = 20;

/** Values of one column that every row treats alike, so that one of them can stand for all in the proof. */
interface ValueClass {
  readonly value: MethodInputValue;
  readonly size: number;
  readonly rows: RowSet;
}

/**
 * Proves what a method table promises, over every combination of facts: the closed vocabularies, and for countries
 * those that some cell names, one that none names (it stands for all the rest) and "not known". Finds combinations that
 * no row takes, rows that can never decide, rows without a citation, rows with too few approvals.
 */
export function checkMethodTable(table: MethodTable): MethodTableReport {
  const classes = table.columns.map((column) => classesOf(table, column));
  const deciding = new Set<number>();
  const winners = new Map<number, Set<number>>(table.rows.map((_, number) => [number, new Set<number>()]));
  const gaps: FactsOfGap[] = [];
  let uncovered = 0;

  const walk = (depth: number, rows: RowSet, chosen: readonly MethodInputValue[], size: number): void => {
    const first = firstCommonRow([rows], table.rows.length);
    if (first < 0) {
      // Nothing below can match any more: the whole branch is one gap.
      const below = classes.slice(depth).reduce((product, column) => product * valueCount(column), 1);
      uncovered += size * below;
      if (gaps.length < MOST_GAPS_SHOWN) gaps.push(gapFacts(table, classes, chosen));
      return;
    }
    const column = classes[depth];
    if (column === undefined) {
      deciding.add(first);
      for (const [number, of] of winners) if (hasRow(rows, number)) of.add(first);
      return;
    }
    for (const each of column) {
      walk(depth + 1, intersection(rows, each.rows), [...chosen, each.value], size * each.size);
    }
  };
  walk(0, fullRowSet(table.rows.length), [], 1);

  const idOf = (number: number): string => table.rows[number]?.result.id ?? '';
  const shadowed = [...winners]
    .filter(([number]) => !deciding.has(number))
    .map(([number, of]) => ({ rowId: idOf(number), by: [...of].sort((left, right) => left - right).map(idOf) }));
  const results = table.rows.map((row) => row.result);
  const uncited = results.filter((row) => row.citation.trim() === '').map((row) => row.id);
  const tooFewApprovals = results.filter((row) => needsFourEyes(row) && row.approvals < 2).map((row) => row.id);
  return {
    sound: uncovered + shadowed.length + uncited.length + tooFewApprovals.length === 0,
    combinations: classes.reduce((product, column) => product * valueCount(column), 1),
    uncovered,
    gaps,
    shadowed,
    uncited,
    tooFewApprovals,
  };
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

/** Stands for every country that no cell names: ISO 3166-1 leaves ZZ to users, and a playbook that names it is refused. */
const ANY_OTHER_COUNTRY = 'ZZ';

function classesOf(table: MethodTable, column: MethodInput): readonly ValueClass[] {
  const index = table.columns.indexOf(column);
  const classes = new Map<string, ValueClass>();
  for (const value of provenValues(table, column)) {
    const rows = acceptingRows(table, (each) => (each === column ? value : null))[index] ?? new Uint32Array();
    const key = rows.join(',');
    const known = classes.get(key);
    classes.set(key, { value: known === undefined ? value : known.value, size: (known?.size ?? 0) + 1, rows });
  }
  return [...classes.values()];
}

function valueCount(column: readonly ValueClass[]): number {
  return column.reduce((sum, each) => sum + each.size, 0);
}

/** The facts of a gap: what was chosen so far, and any value for the columns behind it. */
function gapFacts(
  table: MethodTable,
  classes: readonly (readonly ValueClass[])[],
  chosen: readonly MethodInputValue[],
): FactsOfGap {
  const valueOf = (column: MethodInput): MethodInputValue => {
    const index = table.columns.indexOf(column);
    const value = chosen[index];
    return value === undefined ? (classes[index]?.[0]?.value ?? null) : value;
  };
  return {
    capacity: valueOf('capacity'),
    assetType: valueOf('assetType'),
    kind: valueOf('kind'),
    ground: valueOf('ground'),
    country: valueOf('country'),
    providerType: valueOf('providerType'),
    trust: valueOf('trust'),
    authority: valueOf('authority'),
  };
}
