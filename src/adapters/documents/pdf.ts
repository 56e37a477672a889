import PdfKit from 'pdfkit';
import type { DocumentBlock, DocumentTable, DocumentWriter, PaperDocument } from '../../ports/documents.ts';
import { latinText } from './latin-text.ts';

/* In points, A4 on its side. */
const MARGIN = 45;
const FOOTER_HEIGHT = 40;
const PADDING = 3;
const SIZES = { title: 16, heading: 11, text: 10, cell: 7.5, footer: 6.5 } as const;
const REGULAR = 'Helvetica';
const BOLD = 'Helvetica-Bold';

const FONTS_NOTE =
  'Characters that are not of the Latin alphabet are transliterated here, or shown as "?"; the DOCX and the CSV have them as they are.';

/** PDF 1.3 with the fonts that every reader has. Table headers are repeated on every page. */
export const pdfWriter: DocumentWriter = {
  write(document) {
    const { title, author, createdAt, blocks, footer } = document;
    const paper = new PdfKit({
      size: 'A4',
      layout: 'landscape',
      margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOTER_HEIGHT },
      bufferPages: true,
      // The file's identifier follows from these; so the same document gives the same bytes.
      info: {
        Title: latinText(title),
        Author: latinText(author),
        CreationDate: new Date(createdAt),
        ModDate: new Date(createdAt),
      },
    });
    const written = bytesOf(paper);
    paper.font(BOLD).fontSize(SIZES.title).text(latinText(title)).moveDown(0.5);
    for (const block of blocks) writeBlock(paper, block);
    if (isChanged(document)) writeBlock(paper, { type: 'paragraph', text: FONTS_NOTE });
    writeFooters(paper, footer);
    paper.end();
    return written;
  },
};

type Paper = InstanceType<typeof PdfKit>;

function bytesOf(paper: Paper): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    paper.on('data', (chunk: Buffer) => chunks.push(chunk));
    paper.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    paper.on('error', reject);
  });
}

/** Whether anything in it is written otherwise than it was given. */
function isChanged({ title, blocks, footer }: PaperDocument): boolean {
  const texts = blocks.flatMap((block) => (block.type === 'table' ? block.rows.flat() : [block.text]));
  return [title, ...footer, ...texts].some((text) => latinText(text) !== text);
}

function writeBlock(paper: Paper, block: DocumentBlock): void {
  paper.x = MARGIN;
  if (block.type === 'table') {
    writeTable(paper, block);
    paper.moveDown(0.5);
    return;
  }
  const isHeading = block.type === 'heading';
  const text = latinText(block.text);
  paper.font(isHeading ? BOLD : REGULAR).fontSize(isHeading ? SIZES.heading : SIZES.text);
  // A heading at the foot of a page would stand apart from what it is about.
  const needed = paper.heightOfString(text, { width: innerWidth(paper) }) + (isHeading ? 60 : 0);
  if (paper.y + needed > lastLine(paper)) paper.addPage();
  paper.text(text, { width: innerWidth(paper) }).moveDown(0.4);
}

function writeTable(paper: Paper, { columns, rows }: DocumentTable): void {
  const whole = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => (innerWidth(paper) * share) / whole);
  const titles = columns.map(({ title }) => title);
  const header = (): void => {
    writeRow(paper, titles, widths, true);
  };
  if (paper.y + 2 * heightOf(paper, titles, widths, true) > lastLine(paper)) paper.addPage();
  header();
  for (const row of rows) {
    if (paper.y + heightOf(paper, row, widths, false) > lastLine(paper)) {
      paper.addPage();
      header();
    }
    writeRow(paper, row, widths, false);
  }
}

function writeRow(paper: Paper, cells: readonly string[], widths: readonly number[], isHeader: boolean): void {
  const height = heightOf(paper, cells, widths, isHeader);
  const top = paper.y;
  let left = MARGIN;
  for (const [index, cell] of cells.entries()) {
    const width = widths[index] ?? 0;
    if (isHeader) paper.rect(left, top, width, height).fill('#e6e6e6');
    paper.rect(left, top, width, height).lineWidth(0.4).stroke('#999999');
    paper
      .fillColor('black')
      .font(isHeader ? BOLD : REGULAR)
      .fontSize(SIZES.cell)
      .text(latinText(cell), left + PADDING, top + PADDING, { width: width - 2 * PADDING, height, lineGap: 0 });
    left += width;
  }
  paper.x = MARGIN;
  paper.y = top + height;
}

/** The highest cell's; never more than a page has. */
function heightOf(paper: Paper, cells: readonly string[], widths: readonly number[], isHeader: boolean): number {
  paper.font(isHeader ? BOLD : REGULAR).fontSize(SIZES.cell);
  const heights = cells.map((cell, index) =>
    paper.heightOfString(latinText(cell) || ' ', { width: (widths[index] ?? 0) - 2 * PADDING, lineGap: 0 }),
  );
  return Math.min(Math.max(...heights) + 2 * PADDING, (lastLine(paper) - MARGIN) / 2);
}

function writeFooters(paper: Paper, lines: readonly string[]): void {
  const { start, count } = paper.bufferedPageRange();
  for (let index = 0; index < count; index++) {
    paper.switchToPage(start + index);
    // Below the bottom margin the library would begin a page for it.
    paper.page.margins.bottom = 0;
    const top = paper.page.height - MARGIN - FOOTER_HEIGHT + 8;
    paper.font(REGULAR).fontSize(SIZES.footer).fillColor('black');
    for (const [place, line] of lines.entries())
      paper.text(latinText(line), MARGIN, top + place * 9, { width: innerWidth(paper), lineBreak: false });
    paper.text(`Page ${index + 1} of ${count}`, MARGIN, top + lines.length * 9, {
      width: innerWidth(paper),
      align: 'right',
    });
  }
}

function innerWidth(paper: Paper): number {
  return paper.page.width - 2 * MARGIN;
}

function lastLine(paper: Paper): number {
  return paper.page.height - MARGIN - FOOTER_HEIGHT;
}
