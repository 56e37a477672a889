import type { MethodRow } from '../domain/method.ts';
import { METHOD_INPUTS } from '../domain/method-table.ts';
import type { MethodInput, MethodInputValue } from '../domain/method-table.ts';
import type { Explanation } from '../flow.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

type RowVerdict = NonNullable<Explanation['decision']>['rows'][number];
type FailedCell = RowVerdict['failed'][number];

/** How a fact reads where its plain value would say too little: "not known" for null, or words of the caller's. */
export type FactWords = (fact: string, value: string | null) => string;

export const plainFact: FactWords = (_fact, value) => (value === null ? 'not known' : safeText(value));

/** All that a row says, a line for each column. */
export function rowLines(row: MethodRow, explanation: string): string[] {
  return [
    `  row        ${row.id}: ${safeText(explanation)}`,
    `  asks       ${row.asks.join(', ')} of ${ADDRESSEES[row.addressee]}${row.channel === 'none' ? '' : `, by ${row.channel}`}`,
    `  law        ${safeText(row.law)} (${row.binding})`,
    `  citation   ${safeText(row.citation)}`,
    `  evidence   ${safeText(row.evidence)}`,
    `  approvals  ${row.approvals}${row.approvals > 1 ? ' different people' : ''}; deadline ${row.deadlineHours === null ? 'none' : `${row.deadlineHours} h`}`,
    `  then       ${safeText(row.escalation)}`,
    `  customer   ${told(row)}`,
    `  text       ${row.template === 'none' ? 'none: nothing is drafted' : row.template}`,
    `  counsel    ${row.reviewedByCounsel ? 'reviewed' : 'not reviewed by counsel; decision support, never legal advice'}`,
  ];
}

const ADDRESSEES: Readonly<Record<MethodRow['addressee'], string>> = {
  hosting: 'the hosting provider',
  conduit: 'the conduit',
  registrar: 'the registrar',
  isp: 'the ISP',
  csirt: 'the national CSIRT',
  'law-enforcement': 'law enforcement',
  nobody: 'nobody',
};

const TOLD: Readonly<Record<MethodRow['customerTold'], string>> = {
  yes: 'will be told',
  'may-be': 'may be told',
  no: 'will not be told',
};
const SHOWN: Readonly<Record<MethodRow['nameShown'], string>> = {
  yes: 'will see our name',
  'may-be': 'may see our name',
  no: 'will not see our name',
};

function told({ customerTold, nameShown }: MethodRow): string {
  return `${TOLD[customerTold]}${customerTold === 'no' && nameShown === 'no' ? '' : `, and ${SHOWN[nameShown]}`}`;
}

export function factsWords(facts: Readonly<Record<MethodInput, MethodInputValue>>, words: FactWords): string {
  return METHOD_INPUTS.map((fact) => `${fact} = ${words(fact, facts[fact])}`).join(', ');
}

/** Up to so many rows get a line each without being asked for. */
const FEW_ROWS = 12;

/**
 * Why every row but the deciding one does not apply: few rows, or `allRows`, one line each with all its cells; many,
 * grouped by the first fact that rules them out.
 */
export function otherRowLines(
  rows: readonly RowVerdict[],
  words: FactWords,
  style: Style,
  { allRows, width = 100 }: { readonly allRows: boolean; readonly width?: number },
): string[] {
  const others = rows.filter(({ place }) => place !== 'decides');
  if (others.length === 0) return [];
  if (allRows || others.length <= FEW_ROWS) {
    return ['  Why the other rows do not apply:', ...others.map((row) => style.dim(`    ${rowLine(row, words)}`))];
  }
  const lines = [`  Why the other ${others.length} rows do not apply (--all-rows has each cell):`];
  const groups = new Map<string, string[]>();
  for (const row of others) {
    const [first] = row.failed;
    const reason = first === undefined ? AFTER : `${first.column} is ${words(first.column, first.value)}`;
    groups.set(reason, [...(groups.get(reason) ?? []), row.rowId]);
  }
  for (const [reason, ids] of groups)
    lines.push(...wrapped(`    ${reason}: `, ids, width).map((line) => style.dim(line)));
  return lines;
}

const AFTER = 'would apply too, but stands after the deciding row';

/** One row and the cells that did not take their facts. */
export function rowLine({ rowId, failed }: RowVerdict, words: FactWords): string {
  const why = failed.length === 0 ? AFTER : failed.map((cell) => cellWords(cell, words)).join('; ');
  return `${rowId}: ${why.length > 200 ? `${why.slice(0, 199)}…` : why}`;
}

function cellWords({ column, cell, value }: FailedCell, words: FactWords): string {
  const wanted = safeText(cell);
  // The 27 member states are a cell that nobody wants to read again and again.
  const short = wanted.length > 70 ? `${wanted.slice(0, 60)}…` : wanted;
  return `${column} is ${words(column, value)}, ${wanted.startsWith('not(') ? 'and the row takes' : 'not'} ${short}`;
}

function wrapped(head: string, ids: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = head;
  for (const [index, id] of ids.entries()) {
    const piece = index < ids.length - 1 ? `${id}, ` : id;
    if (line.length + piece.trimEnd().length > width && line.trim() !== '' && line !== head) {
      lines.push(line.trimEnd());
      line = '      ';
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}
