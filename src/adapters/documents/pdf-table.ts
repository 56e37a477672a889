import type { DocumentTable, Words } from '../../ports/documents.ts';
import {
  BOLD,
  INK,
  innerWidth,
  lastLine,
  latinWords,
  MUTED,
  placeFor,
  REGULAR,
  RULE,
  writeWords,
} from './pdf-paper.ts';
import type { Sheet } from './pdf-paper.ts';

const PADDING = 3;

/** A table; its header stands on every page that it takes. */
export function writeTable(sheet: Sheet, { columns, rows, ids, caption, hasRowHeads = false }: DocumentTable): void {
  const { paper, look } = sheet;
  const whole = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => (innerWidth(sheet) * share) / whole);
  const rights = columns.map(({ align }) => align === 'right');
  const titles = columns.map(({ title }) => title);
  const headHeight = heightOf(sheet, titles, widths, true);
  const [first] = rows;
  const firstHeight = first === undefined ? 0 : heightOf(sheet, first, widths, false);
  const captionHeight = caption === undefined ? 0 : look.sizes.small * 2;
  if (paper.y + captionHeight + headHeight + firstHeight > lastLine(sheet)) paper.addPage();
  if (caption !== undefined) {
    paper.font(BOLD).fontSize(look.sizes.small).fillColor(INK);
    paper.text(caption, look.margin, paper.y, { width: innerWidth(sheet) }).moveDown(0.3);
  }
  writeRow(sheet, titles, widths, rights, headHeight, 'head');
  for (const [index, row] of rows.entries()) {
    const height = heightOf(sheet, row, widths, false);
    if (paper.y + height > lastLine(sheet)) {
      paper.addPage();
      writeRow(sheet, titles, widths, rights, headHeight, 'head');
    }
    placeFor(sheet, ids?.[index], paper.y);
    writeRow(sheet, row, widths, rights, height, hasRowHeads ? 'named' : 'plain');
  }
}

function writeRow(
  sheet: Sheet,
  cells: readonly Words[],
  widths: readonly number[],
  rights: readonly boolean[],
  height: number,
  what: 'head' | 'named' | 'plain',
): void {
  const { paper, look } = sheet;
  const isHead = what === 'head';
  const top = paper.y;
  let left = look.margin;
  for (const [index, cell] of cells.entries()) {
    const width = widths[index] ?? 0;
    if (look.boxes) {
      if (isHead) paper.rect(left, top, width, height).fill('#e6e6e6');
      paper.rect(left, top, width, height).lineWidth(0.4).stroke('#999999');
    }
    paper.fillColor(isHead && !look.boxes ? MUTED : look.boxes ? 'black' : INK).fontSize(look.sizes.cell);
    // Where no lines part the cells, the first stands at the margin.
    const before = look.boxes ? PADDING : index === 0 ? 0 : PADDING;
    const box = { width: width - before - PADDING, height: height - PADDING, lineGap: 0 };
    writeWords(
      sheet,
      cell,
      [left + before, top + PADDING],
      rights[index] === true ? { ...box, align: 'right' } : box,
      isHead ? { regular: BOLD, bold: BOLD } : { regular: REGULAR, bold: BOLD },
    );
    left += width;
  }
  if (!look.boxes) {
    paper
      .moveTo(look.margin, top + height)
      .lineTo(left, top + height)
      .lineWidth(isHead ? 0.8 : 0.5)
      .stroke(isHead ? INK : RULE);
  }
  paper.x = look.margin;
  paper.y = top + height;
}

/** The highest cell's; never more than half a page. */
function heightOf(sheet: Sheet, cells: readonly Words[], widths: readonly number[], isHead: boolean): number {
  const { paper, look } = sheet;
  paper.font(isHead ? BOLD : REGULAR).fontSize(look.sizes.cell);
  const heights = cells.map((cell, index) =>
    paper.heightOfString(latinWords(cell) || ' ', { width: (widths[index] ?? 0) - 2 * PADDING, lineGap: 0 }),
  );
  return Math.min(Math.max(...heights) + 2 * PADDING, (lastLine(sheet) - look.margin) / 2);
}
