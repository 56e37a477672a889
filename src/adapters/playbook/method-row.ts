import type { Ask, MethodRow } from '../../domain/method.ts';
import { METHOD_OUTPUTS, METHOD_OUTPUT_VALUES } from '../../domain/method-table.ts';
import type { MethodOutput } from '../../domain/method-table.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { readOutputCell } from './feel-cell.ts';

/** The most that a row may demand or grant; far above any sensible value, so that a slip of the finger is caught. */
const MAX_APPROVALS = 5;
const MAX_DEADLINE_HOURS = 8760;

type CellValue = string | number | boolean | null;

/** Turns a row's output cells into what the row says. The failure lists one sentence per bad cell, "column asks: …". */
export function readMethodRow(
  id: string,
  cellOf: (column: MethodOutput) => string,
): Result<MethodRow, readonly string[]> {
  const problems: string[] = [];
  const complain = (column: MethodOutput, reason: string): void => void problems.push(`column ${column}: ${reason}`);
  const values = new Map<MethodOutput, CellValue>();
  for (const column of METHOD_OUTPUTS) {
    const value = readOutputCell(cellOf(column));
    if (value.ok) values.set(column, value.value);
    else complain(column, value.problem);
  }
  if (problems.length > 0) return failure(problems);

  const text = (column: MethodOutput): string => {
    const value = values.get(column);
    if (typeof value === 'string') return value.trim();
    complain(column, 'must be a text in double quotes');
    return '';
  };
  const sentence = (column: MethodOutput): string => {
    const value = text(column);
    if (value === '') complain(column, 'must not be empty');
    return value;
  };
  const word = <Word extends string>(column: MethodOutput, words: readonly [Word, ...Word[]]): Word => {
    const value = text(column);
    const found = words.find((each) => each === value);
    if (found === undefined) complain(column, `"${value}" is none of ${words.join(', ')}`);
    return found ?? words[0];
  };
  const wholeNumber = (column: MethodOutput, most: number): number => {
    const value = values.get(column);
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
    complain(column, `must be a whole number from 1 to ${most}`);
    return 1;
  };
  const asks = (): readonly Ask[] => {
    const words = text('asks')
      .split(',')
      .map((each) => each.trim());
    const found = METHOD_OUTPUT_VALUES.asks.filter((ask) => words.includes(ask));
    const unknown = words.filter((each) => !found.some((ask) => ask === each));
    if (unknown.length > 0)
      complain('asks', `"${unknown.join(', ')}" is none of ${METHOD_OUTPUT_VALUES.asks.join(', ')}`);
    else if (found.length !== words.length) complain('asks', 'names an ask twice');
    else if (found.includes('none') && found.length > 1) complain('asks', '"none" must stand alone');
    // The vocabulary is ordered from the least to the most intrusive ask, and so is the row, whatever order was typed.
    return found;
  };
  const template = (): string => {
    const value = text('template');
    // It becomes part of a file name.
    if (!/^[a-z][a-z0-9-]{0,63}$/.test(value))
      complain('template', 'must be a name of small letters, digits and hyphens');
    return value;
  };
  const isReviewed = (): boolean => {
    const value = values.get('reviewedByCounsel');
    if (typeof value !== 'boolean') complain('reviewedByCounsel', 'must be true or false');
    return value === true;
  };

  const row: MethodRow = {
    id,
    method: word('method', METHOD_OUTPUT_VALUES.method),
    addressee: word('addressee', METHOD_OUTPUT_VALUES.addressee),
    channel: word('channel', METHOD_OUTPUT_VALUES.channel),
    law: sentence('law'),
    binding: word('binding', METHOD_OUTPUT_VALUES.binding),
    asks: asks(),
    evidence: sentence('evidence'),
    approvals: wholeNumber('approvals', MAX_APPROVALS),
    deadlineHours: values.get('deadlineHours') === null ? null : wholeNumber('deadlineHours', MAX_DEADLINE_HOURS),
    escalation: sentence('escalation'),
    customerTold: word('customerTold', METHOD_OUTPUT_VALUES.customerTold),
    nameShown: word('nameShown', METHOD_OUTPUT_VALUES.nameShown),
    template: template(),
    // A missing citation is a finding of the check, not a reason to refuse the file.
    citation: text('citation'),
    reviewedByCounsel: isReviewed(),
  };
  if ((row.channel === 'none') !== (row.template === 'none')) {
    complain('template', 'channel and template must both be "none", or neither');
  }
  return problems.length > 0 ? failure(problems) : success(row);
}
