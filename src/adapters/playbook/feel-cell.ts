import { evaluate, parseExpression, parseUnaryTests } from 'feelin';
import { METHOD_INPUT_VALUES } from '../../domain/method-table.ts';
import type { MethodInput } from '../../domain/method-table.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** The grammar's names for what an input cell may be made of. */
const INPUT_NODES: ReadonlySet<string> = new Set([
  'UnaryTests',
  'PositiveUnaryTests',
  'PositiveUnaryTest',
  'StringLiteral',
  'null',
  'not',
  '(',
  ')',
]);
const OUTPUT_NODES: ReadonlySet<string> = new Set(['StringLiteral', 'NumericLiteral', 'BooleanLiteral', 'null']);

/** Codes that people write for a country and ISO 3166-1 does not. ZZ names none, and stands for "any other" in the check. */
const MISTAKEN_COUNTRIES: ReadonlyMap<string, string> = new Map([
  ['UK', '"GB"'],
  ['EL', '"GR"'],
  ['ZZ', 'null where the country is not known'],
]);

/**
 * Checks an input cell: "-" (or nothing), null, values in double quotes, several of them with commas, and not(…) around
 * them. Nothing else of FEEL: a function such as now() would make the same facts decide differently tomorrow, and a
 * value outside the column's vocabulary would make the row silently never match. Gives the cell as it is to be judged.
 */
export function checkInputCell(column: MethodInput, text: string): Result<string, string> {
  if (text === '' || text === '-') return success('-');
  const literals: string[] = [];
  let stranger: string | null = null;
  parseUnaryTests(text, { '?': null }, undefined).iterate({
    enter: (node) => {
      if (node.name === 'StringLiteral') literals.push(text.slice(node.from, node.to));
      else if (!INPUT_NODES.has(node.name)) stranger ??= text.slice(node.from, node.to) || text;
    },
  });
  if (stranger !== null) {
    return failure(`"${shorten(text)}" is not allowed: use -, null, quoted values with commas, or not(…) around them`);
  }
  if (column !== 'country' && /\bnull\b/.test(text.replace(/"[^"]*"/g, ''))) return failure(`${column} is never null`);
  for (const literal of literals) {
    const value = evaluate(literal, {}).value;
    const reason = typeof value === 'string' ? valueProblem(column, value) : 'is not a text';
    if (reason !== null) return failure(`${shorten(literal)} ${reason}`);
  }
  return success(text);
}

function valueProblem(column: MethodInput, value: string): string | null {
  const vocabulary: readonly string[] | null = METHOD_INPUT_VALUES[column];
  if (vocabulary !== null) return vocabulary.includes(value) ? null : `is none of ${vocabulary.join(', ')}`;
  const right = MISTAKEN_COUNTRIES.get(value);
  if (right !== undefined) return `is not an ISO 3166-1 code; write ${right}`;
  return /^[A-Z]{2}$/.test(value) ? null : 'is not a country code of two capital letters (ISO 3166-1 alpha-2)';
}

/** The value of an output cell, which must be a single literal: "text", a number, true, false or null. */
export function readOutputCell(text: string): Result<string | number | boolean | null, string> {
  const refused = failure(
    `"${shorten(text)}" must be one value: a text in double quotes, a number, true, false or null`,
  );
  if (text === '') return failure('the cell is empty');
  const nodes: string[] = [];
  parseExpression(text, {}, undefined).iterate({ enter: (node) => void nodes.push(node.name) });
  const [root, literal, ...rest] = nodes;
  if (root !== 'Expression' || literal === undefined || rest.length > 0 || !OUTPUT_NODES.has(literal)) return refused;
  const value = evaluate(text, {}).value;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return success(value);
  }
  return refused;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
