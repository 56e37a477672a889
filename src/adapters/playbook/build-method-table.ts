import { METHOD_INPUTS, METHOD_OUTPUTS } from '../../domain/method-table.ts';
import type { MethodInput, MethodTable, MethodTableRow } from '../../domain/method-table.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { DecisionTable } from './decision-table.ts';
import { checkInputCell } from './feel-cell.ts';
import { readMethodRow } from './method-row.ts';

/** Row ids go into the ledger and into file names of drafts. */
const ROW_ID = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;

/** Makes a method table of a decision table whose columns are the facts and the fields of a method row. */
export function buildMethodTable(source: DecisionTable, sha256: string): Result<MethodTable, readonly string[]> {
  const problems = [
    ...columnProblems('input', source.inputs, METHOD_INPUTS),
    ...columnProblems('output', source.outputs, METHOD_OUTPUTS),
  ];
  // With its columns unclear, no cell can be read for what it is.
  if (problems.length > 0) return failure(problems);
  const columns = source.inputs.map((name) => METHOD_INPUTS.find((input) => input === name)).filter(isNamed);

  const ids = new Set<string>();
  const rows: MethodTableRow[] = [];
  for (const [index, rule] of source.rules.entries()) {
    const complain = (reason: string): void =>
      void problems.push(`row ${index + 1} (${rule.id.slice(0, 100)}), ${reason}`);
    if (!ROW_ID.test(rule.id)) complain('its id must be a word of letters, digits, "-", "_" and "."');
    if (ids.has(rule.id)) complain('its id is used twice');
    ids.add(rule.id);
    if (rule.inputEntries.length !== columns.length || rule.outputEntries.length !== source.outputs.length) {
      complain(
        `it has ${rule.inputEntries.length} input and ${rule.outputEntries.length} output cells instead of ${columns.length} and ${source.outputs.length}`,
      );
      continue;
    }
    const cells = columns.map((column, position) => {
      const cell = checkInputCell(column, rule.inputEntries[position] ?? '');
      if (!cell.ok) complain(`column ${column}: ${cell.problem}`);
      return cell.ok ? cell.value : '-';
    });
    const result = readMethodRow(rule.id, (column) => rule.outputEntries[source.outputs.indexOf(column)] ?? '');
    if (!result.ok) for (const reason of result.problem) complain(reason);
    if (result.ok) rows.push({ cells, result: result.value, explanation: rule.annotation });
  }
  if (problems.length > 0) return failure(problems);
  return success({ name: source.name, sha256, columns, rows });
}

function isNamed(column: MethodInput | undefined): column is MethodInput {
  return column !== undefined;
}

function columnProblems(side: 'input' | 'output', found: readonly string[], wanted: readonly string[]): string[] {
  const unknown = found.filter((name) => !wanted.includes(name));
  const missing = wanted.filter((name) => !found.includes(name));
  const repeated = found.filter((name, index) => wanted.includes(name) && found.indexOf(name) !== index);
  return [
    ...unknown.map((name) => `${side} column "${name.slice(0, 60)}" is unknown`),
    ...missing.map((name) => `${side} column "${name}" is missing`),
    ...repeated.map((name) => `${side} column "${name}" stands there twice`),
  ];
}
