import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

export interface Column<Row> {
  readonly title: string;
  readonly right?: boolean;
  /** Cut with an ellipsis where the value is longer. */
  readonly max?: number;
  value(row: Row): string | number | null;
}

/** Rows in aligned columns under a header. Unknown values show as "–". */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: Style): string {
  const cells = rows.map((row) => columns.map((column) => cell(column.value(row), column.max ?? 48)));
  const widths = columns.map((column, index) =>
    cells.reduce((widest, line) => Math.max(widest, line[index]?.length ?? 0), column.title.length),
  );
  const lineOf = (values: readonly string[]): string =>
    values
      .map((value, index) =>
        columns[index]?.right === true ? value.padStart(widths[index] ?? 0) : value.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const header = style.bold(lineOf(columns.map(({ title }) => title)));
  return `${[header, ...cells.map(lineOf)].join('\n')}\n`;
}

function cell(value: string | number | null, max: number): string {
  if (value === null || value === '') return '–';
  const text = safeText(String(value));
  // The cut may fall between the two halves of a character.
  return text.length > max ? `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
