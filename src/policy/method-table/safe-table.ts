import type { MethodTable } from '../../domain/method-table.ts';
import { problem } from '../../domain/problem.ts';
import { checkMethodTable } from './check-method-table.ts';
import type { FindingCode } from './check-method-table.ts';

/** What is untidy in a table and harms nobody; everything else that the check finds does. */
const TOLERABLE: ReadonlySet<FindingCode> = new Set(['never-decides', 'uncited']);

/** A table with holes would stop a run half-way, and one that breaks a rule would do harm: refused before anything is done. */
export function safeTable(table: MethodTable, templates: readonly string[]): MethodTable {
  const harmful = checkMethodTable(table, templates).findings.filter(({ code }) => !TOLERABLE.has(code));
  const [first] = harmful;
  if (first === undefined) return table;
  const { code, rowId, sentence, facts } = first;
  const example = facts === null ? '' : `, for example where ${JSON.stringify(facts)}`;
  const more = harmful.length === 1 ? '' : `\nand ${harmful.length - 1} more findings`;
  throw problem(
    'input',
    `method table "${table.name}" (${code}): ${rowId === null ? '' : `row ${rowId} `}${sentence}${example}${more}`,
    'Correct it; dismantle playbook check FILE lists everything that is wrong',
  );
}
