import type { MethodInput, MethodInputValue, MethodTable } from '../../domain/method-table.ts';
import { hardRules } from './hard-rules.ts';
import type { HardRuleCode } from './hard-rules.ts';
import { rowFindings } from './row-findings.ts';
import type { RowFindingCode } from './row-findings.ts';
import { firstRow, fullRowSet, hasRow, intersection } from './row-set.ts';
import type { RowSet } from './row-set.ts';
import { fits, valueClasses } from './value-classes.ts';
import type { ValueClass } from './value-classes.ts';

/** One combination of facts. The country "ZZ" stands for every one that no cell names. */
export type ExampleFacts = Readonly<Record<MethodInput, MethodInputValue>>;

export type FindingCode = 'gap' | 'never-decides' | HardRuleCode | RowFindingCode;

/** One thing that is wrong with a table. */
export interface MethodTableFinding {
  readonly code: FindingCode;
  /** Null for a gap: no row is there to be named. */
  readonly rowId: string | null;
  /** What is wrong, one sentence about the row, or about the facts where there is no row. */
  readonly sentence: string;
  /** Facts that show it; null where it holds whatever the facts. */
  readonly facts: ExampleFacts | null;
  /** How many combinations of facts it concerns; null where it holds whatever the facts. */
  readonly combinations: number | null;
}

export interface MethodTableReport {
  /** No finding of any kind. */
  readonly sound: boolean;
  readonly rows: number;
  /** How many combinations of facts were covered by the proof. */
  readonly combinations: number;
  /** How many of them no row takes. */
  readonly uncovered: number;
  /** Some of the uncovered ones, at most 20. */
  readonly gaps: readonly ExampleFacts[];
  /** Gaps first, then the rows in the order of the table. */
  readonly findings: readonly MethodTableFinding[];
}

const MOST_GAPS_SHOWN = 20;

/**
 * Proves what a method table promises, over every combination of facts: the closed vocabularies, and for countries
 * those that some cell names, one that none names (it stands for all the rest) and "not known". Finds combinations that
 * no row takes, rows that can never decide, rows that break a hard rule for some facts, and what is wrong with rows on
 * their own (see rowFindings). `templates` are the notice texts that there are; null does not look at texts.
 */
export function checkMethodTable(table: MethodTable, templates: readonly string[] | null = null): MethodTableReport {
  const proof = proofOf(table);
  const idOf = (row: number): string => table.rows[row]?.result.id ?? '';
  const positions = new Map(table.rows.map(({ result }, position) => [result.id, position]));
  const rowsInOrder = [
    ...proof.shadowed.map(({ row, by }): MethodTableFinding => ({
      code: 'never-decides',
      rowId: idOf(row),
      sentence:
        by.length === 0
          ? 'never decides: no case matches it'
          : `never decides: whatever it matches, ${by.map(idOf).join(', ')} ${by.length === 1 ? 'takes' : 'take'} before it`,
      facts: null,
      combinations: null,
    })),
    ...proof.broken,
    ...rowFindings(
      table.rows.map(({ result }) => result),
      templates,
    ).map((finding): MethodTableFinding => ({ ...finding, facts: null, combinations: null })),
  ].sort((left, right) => (positions.get(left.rowId ?? '') ?? 0) - (positions.get(right.rowId ?? '') ?? 0));
  const [gap] = proof.gaps;
  const findings: readonly MethodTableFinding[] =
    gap === undefined
      ? rowsInOrder
      : [
          {
            code: 'gap',
            rowId: null,
            sentence: `no row decides over ${proof.uncovered} combinations of facts`,
            facts: gap,
            combinations: proof.uncovered,
          },
          ...rowsInOrder,
        ];
  return {
    sound: findings.length === 0,
    rows: table.rows.length,
    combinations: proof.combinations,
    uncovered: proof.uncovered,
    gaps: proof.gaps,
    findings,
  };
}

interface Proof {
  readonly combinations: number;
  readonly uncovered: number;
  readonly gaps: readonly ExampleFacts[];
  /** Rows by number, and the earlier ones that take what they match. */
  readonly shadowed: readonly { readonly row: number; readonly by: readonly number[] }[];
  readonly broken: readonly MethodTableFinding[];
}

/** What a walk over all combinations meets; `size` is the number of combinations that the chosen values stand for. */
interface Visitor {
  /** Rows that take the chosen facts, the first of which decides. */
  readonly decided: (rows: RowSet, first: number, size: number, chosen: readonly MethodInputValue[]) => void;
  /** No row takes what was chosen so far, whatever comes behind it. */
  readonly uncovered: (depth: number, size: number, chosen: readonly MethodInputValue[]) => void;
}

function walkFacts(table: MethodTable, classes: readonly (readonly ValueClass[])[], visitor: Visitor): void {
  const chosen: MethodInputValue[] = [];
  const walk = (depth: number, rows: RowSet, size: number): void => {
    const first = firstRow(rows);
    const column = classes[depth];
    if (first < 0) visitor.uncovered(depth, size, chosen);
    else if (column === undefined) visitor.decided(rows, first, size, chosen);
    else {
      for (const each of column) {
        chosen.push(each.value);
        walk(depth + 1, intersection(rows, each.rows), size * each.size);
        chosen.pop();
      }
    }
  };
  walk(0, fullRowSet(table.rows.length), 1);
}

/** A table never changes, and a page of the war room asks for the proof of the one in force each time it is opened. */
const proofs = new WeakMap<MethodTable, Proof>();

function proofOf(table: MethodTable): Proof {
  const known = proofs.get(table);
  if (known !== undefined) return known;
  const proof = prove(table);
  proofs.set(table, proof);
  return proof;
}

function prove(table: MethodTable): Proof {
  const patterns = hardRules.flatMap(({ about }) => about);
  const classes = table.columns.map((column) => valueClasses(table, column, patterns));
  const sizes = classes.map((column) => column.reduce((sum, { size }) => sum + size, 0));
  // Most rows break no rule whatever the facts, and most combinations end in one of those.
  const suspected = table.rows.map(({ result }) => hardRules.filter((rule) => rule.breaks(result)));
  const deciding = new Set<number>();
  const broken = new Map<string, MethodTableFinding>();
  const gaps: ExampleFacts[] = [];
  let uncovered = 0;
  walkFacts(table, classes, {
    uncovered: (depth, size, chosen) => {
      uncovered += sizes.slice(depth).reduce((product, each) => product * each, size);
      if (gaps.length < MOST_GAPS_SHOWN) gaps.push(factsOf(table, classes, chosen));
    },
    decided: (_rows, first, size, chosen) => {
      deciding.add(first);
      for (const rule of suspected[first] ?? []) {
        const concerns = rule.about.some((pattern) =>
          table.columns.every((column, index) => fits(pattern, column, chosen[index] ?? null)),
        );
        if (!concerns) continue;
        const { code, sentence } = rule;
        const rowId = table.rows[first]?.result.id ?? '';
        const key = `${sentence} ${rowId}`;
        const known = broken.get(key);
        broken.set(key, {
          code,
          rowId,
          sentence,
          facts: known?.facts ?? factsOf(table, classes, chosen),
          combinations: (known?.combinations ?? 0) + size,
        });
      }
    },
  });
  return {
    combinations: sizes.reduce((product, each) => product * each, 1),
    uncovered,
    gaps,
    shadowed: shadowedRows(table, classes, deciding),
    broken: [...broken.values()],
  };
}

/** Rows that decide nothing, and the earlier ones that take what they match: a second walk, where there are any. */
function shadowedRows(
  table: MethodTable,
  classes: readonly (readonly ValueClass[])[],
  deciding: ReadonlySet<number>,
): Proof['shadowed'] {
  const winners = new Map<number, Set<number>>();
  for (const number of table.rows.keys()) if (!deciding.has(number)) winners.set(number, new Set());
  if (winners.size > 0) {
    walkFacts(table, classes, {
      uncovered: () => {},
      decided: (rows, first) => {
        for (const [number, of] of winners) if (hasRow(rows, number)) of.add(first);
      },
    });
  }
  return [...winners].map(([row, of]) => ({ row, by: [...of].sort((left, right) => left - right) }));
}

/** What was chosen so far, and any value for the columns behind it. */
function factsOf(
  table: MethodTable,
  classes: readonly (readonly ValueClass[])[],
  chosen: readonly MethodInputValue[],
): ExampleFacts {
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
    contact: valueOf('contact'),
  };
}
