import type { MethodTableReport, TriedExample } from '../flow.ts';
import { factsWords, plainFact, rowLine, rowLines } from './method-text.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

/** What `dismantle playbook check` tells a person. */
export function checkText(report: MethodTableReport, file: string, sha256: string, style: Style): string {
  const { rows, combinations, findings, sound } = report;
  const lines = [
    `${safeText(file)}: ${rows} rows, SHA-256 ${sha256.slice(0, 16)}…`,
    `${number(combinations)} combinations of facts were tried.`,
  ];
  if (sound) {
    lines.push(
      `${style.green('Sound.')} Each has a row; each row can decide, is cited, names a text that exists, and breaks no rule.`,
    );
    return `${lines.join('\n')}\n`;
  }
  lines.push(style.red(findings.length === 1 ? '1 finding:' : `${findings.length} findings:`));
  for (const { code, rowId, sentence, facts, combinations: concerned } of findings) {
    lines.push('', `${style.bold(code)}  ${rowId === null ? '' : `row ${rowId}: `}${safeText(sentence)}`);
    if (facts !== null) {
      lines.push(style.dim(`  ${number(concerned ?? 0)} combinations, such as: ${factsWords(facts, exampleFact)}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The check lets ZZ stand for every country that no row names. */
function exampleFact(fact: string, value: string | null): string {
  return fact === 'country' && value === 'ZZ' ? 'any that no row names' : plainFact(fact, value);
}

/** What `dismantle playbook test` tells a person. */
export function testText(tried: readonly TriedExample[], examples: string, table: string, style: Style): string {
  const failed = tried.filter(({ passed }) => !passed);
  const lines = failed.flatMap((example) => [...failedLines(example, examples, style), '']);
  const count = `${tried.length} ${tried.length === 1 ? 'example' : 'examples'} against ${safeText(table)}: `;
  const passed = tried.length - failed.length;
  lines.push(
    failed.length === 0
      ? `${count}${style.green('all pass')}`
      : `${count}${passed} pass, ${style.red(`${failed.length} ${failed.length === 1 ? 'fails' : 'fail'}`)}`,
  );
  return `${lines.join('\n')}\n`;
}

function failedLines(tried: TriedExample, file: string, style: Style): string[] {
  const { name, line, facts, row, explanation, differences, expectedRows } = tried;
  const lines = [
    `${style.red('FAIL')}  ${style.bold(safeText(name))}  (${safeText(file)}:${line})`,
    style.dim(`  facts      ${factsWords(facts, plainFact)}`),
    ...differences.map(
      ({ what, expected, got }) => `  ${what.padEnd(10)} expected ${safeText(expected)}; got ${safeText(got)}`,
    ),
  ];
  if (row === null) lines.push('  decided    by no row');
  else lines.push(`  decided    by row ${row.id}: ${safeText(explanation)}`);
  const wanted = differences.find(({ what }) => what === 'row')?.expected;
  if (wanted !== undefined && expectedRows.length === 0)
    lines.push(`  instead of the table has no row ${safeText(wanted)}`);
  for (const each of expectedRows) lines.push(`  instead of ${rowLine(each, plainFact)}`);
  return lines;
}

/** One row with all that it asks of the facts and all that it says. */
export function shownRowText(
  row: Parameters<typeof rowLines>[0],
  explanation: string,
  conditions: readonly { readonly column: string; readonly cell: string }[],
  style: Style,
): string {
  const asked = conditions.filter(({ cell }) => cell !== '-');
  return `${[
    style.bold(`${row.id}: ${row.method}`),
    ...(asked.length === 0
      ? ['  where      always']
      : asked.map(
          ({ column, cell }, index) =>
            `  ${index === 0 ? 'where' : 'and'.padStart(5)}      ${column}: ${safeText(cell)}`,
        )),
    ...rowLines(row, explanation),
  ].join('\n')}\n`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
