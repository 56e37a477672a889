import { plainWords, runsOf } from '../ports/documents.ts';
import type { DocumentBlock, DocumentTable, PaperDocument, Words } from '../ports/documents.ts';
import { safeLines } from './terminal.ts';
import type { Style } from './terminal.ts';

/** Lines are no longer than that. */
const WIDTH = 96;
const GAP = 2;
const NARROWEST = 6;
/** Words up to that length are not cut while anything else can be narrower. */
const WHOLE = 18;

/** A document for a terminal. Charts are tables. Nothing in it moves the cursor or changes a colour but what we colour ourselves. */
export function paperText({ title, subtitle, author, blocks, footer }: PaperDocument, style: Style): string {
  const opening = [
    ...wrapped(title, WIDTH).map((line) => style.bold(line)),
    ...(subtitle === undefined ? [] : wrapped(subtitle, WIDTH)),
    ...wrapped(author, WIDTH).map((line) => style.dim(line)),
  ].join('\n');
  const parts = [
    opening,
    ...blocks.map((block) => blockText(block, style)),
    footer.flatMap((line) => wrapped(line, WIDTH)).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function blockText(block: DocumentBlock, style: Style): string {
  switch (block.type) {
    case 'heading': {
      const lines = wrapped(block.text, WIDTH);
      return block.level === 3
        ? lines.map((line) => style.bold(line)).join('\n')
        : [
            ...lines.map((line) => style.bold(line)),
            style.dim('─'.repeat(Math.min(WIDTH, Math.max(...lines.map(lengthOf))))),
          ].join('\n');
    }
    case 'paragraph': {
      const lines = wrapped(plainWords(block.text), WIDTH);
      return (
        block.tone === 'lead'
          ? lines.map((line) => style.bold(line))
          : block.tone === 'small'
            ? lines.map((line) => style.dim(line))
            : lines
      ).join('\n');
    }
    case 'notice':
      return [
        ...wrapped(block.title, WIDTH).map((line) => style.yellow(line)),
        ...block.items.flatMap((item) =>
          wrapped(plainWords(item), WIDTH - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`),
        ),
      ].join('\n');
    case 'figures':
      return block.items
        .map(
          ({ label, value, note }) => `${safe(label).padEnd(14)}${style.bold(safe(value).padEnd(16))}  ${safe(note)}`,
        )
        .join('\n');
    case 'chart':
      return [...wrapped(plainWords(block.caption), WIDTH), '', tableText(block.table, style)].join('\n');
    case 'terms':
      return block.items
        .flatMap(({ term, text }) => [
          style.bold(safe(term)),
          ...wrapped(plainWords(text), WIDTH - 2).map((line) => `  ${line}`),
        ])
        .join('\n');
    case 'table':
    default:
      return tableText(block, style);
  }
}

/** Columns as wide as they need to be, the widest narrowed until all fit; what is longer goes on in the next line. */
function tableText({ columns, rows, caption }: DocumentTable, style: Style): string {
  const heads = columns.map(({ title }) => title);
  const texts = rows.map((row) => row.map(plainWords));
  const widths = columns.map((_column, index) =>
    Math.max(
      1,
      ...[heads, ...texts].flatMap((row) =>
        (row[index] ?? '').split('\n').map((line) => Math.min(WIDTH, lengthOf(line))),
      ),
    ),
  );
  // A host or a moment stays in one piece as long as there is room for it.
  const least = columns.map((_column, index) =>
    Math.max(
      NARROWEST,
      ...texts.flatMap((row) => (row[index] ?? '').split(/\s/).map((word) => Math.min(WHOLE, lengthOf(word)))),
    ),
  );
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
  while (total() > WIDTH) {
    const spare = widths.map((width, index) => width - (least[index] ?? NARROWEST));
    const most = Math.max(...spare);
    const widest = most > 0 ? spare.indexOf(most) : widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const rights = columns.map(({ align }) => align === 'right');
  const lines = (row: readonly Words[], paint: (text: string) => string): readonly string[] => {
    const cells = row.map((cell, index) => wrapped(plainWords(cell), widths[index] ?? 1));
    const height = Math.max(1, ...cells.map(({ length }) => length));
    const isStrong = row.some((cell) => runsOf(cell).some(({ strong = false }) => strong));
    return Array.from({ length: height }, (_none, line) => {
      const text = cells
        .map((cell, index) => padded(cell[line] ?? '', widths[index] ?? 1, rights[index] ?? false))
        .join(' '.repeat(GAP))
        .trimEnd();
      return isStrong ? style.bold(text) : paint(text);
    });
  };
  const same = (text: string): string => text;
  return [
    ...(caption === undefined ? [] : [style.bold(safe(caption))]),
    ...lines(heads, (text) => style.dim(text)),
    style.dim('─'.repeat(Math.min(WIDTH, total()))),
    ...rows.flatMap((row) => lines(row, same)),
  ].join('\n');
}

function padded(text: string, width: number, isRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return isRight ? `${blanks}${text}` : `${text}${blanks}`;
}

function wrapped(text: string, width: number): readonly string[] {
  return safeLines(text)
    .split(/[\n\u2028\u2029]/)
    .flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').flatMap((each) => pieces(each, width))) {
    if (current === '') current = word;
    else if (lengthOf(current) + 1 + lengthOf(word) <= width) current += ` ${word}`;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

/** A word that no line holds, in pieces. */
function pieces(word: string, width: number): readonly string[] {
  if (lengthOf(word) <= width) return [word];
  const characters = Array.from(word);
  return Array.from({ length: Math.ceil(characters.length / width) }, (_none, index) =>
    characters.slice(index * width, (index + 1) * width).join(''),
  );
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function safe(text: string): string {
  return safeLines(text).replaceAll('\n', ' ');
}
