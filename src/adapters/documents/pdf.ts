import PdfKit from 'pdfkit';
import { plainWords } from '../../ports/documents.ts';
import type { DocumentBlock, DocumentWriter, HeadlineFigure, PaperDocument, Words } from '../../ports/documents.ts';
import { latinText } from './latin-text.ts';
import { linkTargets } from './link-targets.ts';
import { writeDrawing } from './pdf-drawing.ts';
import {
  APPENDIX,
  BOLD,
  INK,
  innerWidth,
  latinWords,
  makeRoom,
  MUTED,
  placeFor,
  REGULAR,
  REPORT,
  RULE,
  SERIF,
  SERIF_BOLD,
  writeWords,
} from './pdf-paper.ts';
import type { Paper, Sheet } from './pdf-paper.ts';
import { writeTable } from './pdf-table.ts';

const FONTS_NOTE =
  'Characters that are not of the Latin alphabet are transliterated here, or shown as "?"; the DOCX and the CSV have them as they are.';
const REPORT_FONTS_NOTE =
  'Characters that are not of the Latin alphabet are transliterated here, or shown as "?"; the other formats have them as they are.';

const FONTS = { regular: REGULAR, bold: BOLD } as const;

/** PDF with the fonts that every reader has. Table headers are repeated on every page; charts are vectors. */
export const pdfWriter: DocumentWriter = {
  write(document) {
    const { title, author, createdAt, blocks } = document;
    const look = document.look === 'report' ? REPORT : APPENDIX;
    const { margin } = look;
    const paper = new PdfKit({
      size: 'A4',
      layout: look.layout,
      margins: { top: margin, left: margin, right: margin, bottom: margin + look.footerHeight },
      bufferPages: true,
      lang: 'en',
      displayTitle: true,
      // The file's identifier follows from these; so the same document gives the same bytes.
      info: {
        Title: latinText(title),
        Author: latinText(author),
        CreationDate: new Date(createdAt),
        ModDate: new Date(createdAt),
      },
    });
    const written = bytesOf(paper);
    const sheet: Sheet = { paper, look, places: linkTargets(blocks) };
    writeOpening(sheet, document);
    for (const [index, block] of blocks.entries()) writeBlock(sheet, block, blocks[index + 1]);
    if (isChanged(document)) {
      writeBlock(sheet, { type: 'paragraph', text: document.look === 'report' ? REPORT_FONTS_NOTE : FONTS_NOTE });
    }
    writeFooters(sheet, document.footer);
    paper.end();
    return written;
  },
};

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
function isChanged({ title, subtitle = '', blocks, footer }: PaperDocument): boolean {
  return [title, subtitle, ...footer, ...blocks.flatMap(textsOf)].some((text) =>
    text.split('\n').some((line) => latinText(line) !== line),
  );
}

function textsOf(block: DocumentBlock): readonly string[] {
  switch (block.type) {
    case 'heading':
      return [block.text];
    case 'paragraph':
      return [plainWords(block.text)];
    case 'notice':
      return [block.title, ...block.items.map(plainWords)];
    case 'figures':
      return block.items.flatMap(({ label, value, note }) => [label, value, note]);
    case 'chart':
      return [plainWords(block.caption), ...textsOf(block.table)];
    case 'terms':
      return block.items.flatMap(({ term, text }) => [term, plainWords(text)]);
    case 'table':
    default:
      return block.rows.flatMap((row) => row.map(plainWords));
  }
}

function writeOpening(sheet: Sheet, { title, subtitle, author, look }: PaperDocument): void {
  const { paper, look: style } = sheet;
  const width = innerWidth(sheet);
  if (look !== 'report') {
    paper.font(BOLD).fontSize(style.sizes.title).text(latinText(title)).moveDown(0.5);
    return;
  }
  paper.rect(style.margin, paper.y, width, 4).fill('#1d4f7c');
  paper.y += 18;
  paper.font(REGULAR).fontSize(9).fillColor(MUTED).text(latinText(author), style.margin, paper.y, { width });
  paper.moveDown(0.5);
  paper.font(SERIF_BOLD).fontSize(style.sizes.title).fillColor(INK).text(latinText(title), { width, lineGap: 1 });
  if (subtitle !== undefined) {
    paper.font(REGULAR).fontSize(11).fillColor(MUTED).text(latinText(subtitle), { width });
  }
  paper.moveDown(1.2);
}

function writeBlock(sheet: Sheet, block: DocumentBlock, next?: DocumentBlock): void {
  const { paper, look } = sheet;
  paper.x = look.margin;
  switch (block.type) {
    case 'heading':
      writeHeading(sheet, block, next);
      return;
    case 'paragraph':
      writeParagraph(sheet, block);
      return;
    case 'notice':
      writeNotice(sheet, block);
      return;
    case 'figures':
      writeFigures(sheet, block.items);
      return;
    case 'chart': {
      const width = innerWidth(sheet);
      const height = (block.drawing.height * width) / block.drawing.width;
      const caption = latinWords(block.caption);
      paper.font(REGULAR).fontSize(look.sizes.small);
      makeRoom(sheet, height + paper.heightOfString(caption, { width }) + 14);
      placeFor(sheet, block.id, paper.y);
      writeText(sheet, block.caption, look.sizes.small, MUTED);
      const top = paper.y + 4;
      writeDrawing(paper, block.drawing, [look.margin, top], width);
      paper.x = look.margin;
      paper.y = top + height + 6;
      writeTable(sheet, block.table);
      paper.moveDown(1.2);
      return;
    }
    case 'terms':
      for (const { id, term, text } of block.items) {
        makeRoom(sheet, 34);
        placeFor(sheet, id, paper.y);
        paper.font(BOLD).fontSize(look.sizes.text).fillColor(INK);
        paper.text(latinText(term), look.margin, paper.y, { width: innerWidth(sheet) });
        writeText(sheet, text, look.sizes.text, INK);
        paper.moveDown(0.5);
      }
      return;
    case 'table':
      writeTable(sheet, block);
      paper.moveDown(look.boxes ? 0.5 : 1);
      return;
  }
}

/** Words over the whole width, from where the last ended. */
function writeText(
  sheet: Sheet,
  words: Words,
  size: number,
  colour: string,
  fonts = FONTS as typeof FONTS | Fonts,
): void {
  const { paper, look } = sheet;
  paper.fontSize(size).fillColor(colour);
  writeWords(sheet, words, [look.margin, paper.y], { width: innerWidth(sheet), lineGap: look.boxes ? 0 : 1.5 }, fonts);
}

interface Fonts {
  readonly regular: string;
  readonly bold: string;
}

function writeHeading(
  sheet: Sheet,
  { text, level = 2, id }: Extract<DocumentBlock, { type: 'heading' }>,
  next: DocumentBlock | undefined,
): void {
  const { paper, look } = sheet;
  const latin = latinText(text);
  const isMinor = level === 3;
  paper.font(isMinor ? BOLD : look.headingFont).fontSize(isMinor ? look.sizes.minor : look.sizes.heading);
  // A heading at the foot of a page would stand apart from what it is about.
  const chart = next?.type === 'chart' ? (next.drawing.height * innerWidth(sheet)) / next.drawing.width + 50 : 0;
  makeRoom(sheet, paper.heightOfString(latin, { width: innerWidth(sheet) }) + Math.max(chart, look.boxes ? 60 : 90));
  if (!look.boxes && !isMinor && paper.y > look.margin + 1) {
    paper.y += 12;
    const y = paper.y;
    paper
      .moveTo(look.margin, y)
      .lineTo(look.margin + innerWidth(sheet), y)
      .lineWidth(0.5)
      .stroke(RULE);
    paper.y = y + 9;
  }
  placeFor(sheet, id, paper.y);
  if (id !== undefined && !isMinor) paper.outline.addItem(latin);
  paper.fillColor(look.boxes ? 'black' : INK);
  paper.text(latin, look.margin, paper.y, { width: innerWidth(sheet) }).moveDown(0.4);
}

function writeParagraph(sheet: Sheet, { text, tone, id }: Extract<DocumentBlock, { type: 'paragraph' }>): void {
  const { paper, look } = sheet;
  const isLead = tone === 'lead';
  const size = isLead ? 13.5 : tone === 'small' ? look.sizes.small : look.sizes.text;
  paper.font(isLead ? SERIF : REGULAR).fontSize(size);
  const height = paper.heightOfString(latinWords(text), { width: innerWidth(sheet), lineGap: look.boxes ? 0 : 1.5 });
  // What is longer than a page begins where it stands.
  makeRoom(sheet, Math.min(height, 300));
  placeFor(sheet, id, paper.y);
  const colour = look.boxes ? 'black' : tone === 'small' ? MUTED : INK;
  writeText(sheet, text, size, colour, isLead ? { regular: SERIF, bold: SERIF_BOLD } : FONTS);
  paper.moveDown(isLead ? 0.8 : 0.4);
}

function writeNotice(sheet: Sheet, { title, items, id }: Extract<DocumentBlock, { type: 'notice' }>): void {
  const { paper, look } = sheet;
  const width = innerWidth(sheet) - 34;
  paper.font(REGULAR).fontSize(8.8);
  const heights = items.map((item) => paper.heightOfString(latinWords(item), { width, lineGap: 1 }) + 3);
  const height = heights.reduce((sum, each) => sum + each, 0) + 36;
  makeRoom(sheet, Math.min(height, 500));
  const top = paper.y;
  placeFor(sheet, id, top);
  if (height <= 500) {
    paper.rect(look.margin, top, innerWidth(sheet), height).fill('#faf6ea');
    paper.rect(look.margin, top, 2.5, height).fill('#b9a14a');
  }
  paper.font(SERIF_BOLD).fontSize(11.5).fillColor(INK);
  paper.text(latinText(title), look.margin + 14, top + 10, { width: innerWidth(sheet) - 28 });
  paper.y += 3;
  for (const [index, item] of items.entries()) {
    makeRoom(sheet, heights[index] ?? 0);
    const y = paper.y;
    paper.circle(look.margin + 17, y + 4.2, 1.2).fill(INK);
    paper.fontSize(8.8).fillColor(INK);
    writeWords(sheet, item, [look.margin + 24, y], { width, lineGap: 1 }, FONTS);
    paper.y += 3;
  }
  paper.x = look.margin;
  paper.y += 14;
}

/** The headline's numbers, side by side between two lines. */
function writeFigures(sheet: Sheet, items: readonly HeadlineFigure[]): void {
  const { paper, look } = sheet;
  const each = innerWidth(sheet) / Math.max(1, items.length);
  const width = each - 14;
  const heights = items.map(({ value, note }) => {
    const large = paper.font(SERIF_BOLD).fontSize(18).heightOfString(latinText(value), { width });
    return large + paper.font(REGULAR).fontSize(8).heightOfString(latinText(note), { width });
  });
  const height = Math.max(0, ...heights) + 34;
  makeRoom(sheet, height);
  const top = paper.y;
  paper
    .moveTo(look.margin, top)
    .lineTo(look.margin + innerWidth(sheet), top)
    .lineWidth(0.8)
    .stroke(INK);
  for (const [index, { label, value, note, to }] of items.entries()) {
    const left = look.margin + index * each + (index === 0 ? 0 : 10);
    if (index > 0)
      paper
        .moveTo(left - 10, top)
        .lineTo(left - 10, top + height)
        .lineWidth(0.5)
        .stroke(RULE);
    paper.fontSize(8).fillColor(MUTED);
    writeWords(sheet, to === undefined ? label : [{ text: label, to }], [left, top + 9], { width }, FONTS);
    paper
      .font(SERIF_BOLD)
      .fontSize(18)
      .fillColor(INK)
      .text(latinText(value), left, paper.y + 2, { width });
    paper
      .font(REGULAR)
      .fontSize(8)
      .fillColor(MUTED)
      .text(latinText(note), left, paper.y + 1, { width });
  }
  paper
    .moveTo(look.margin, top + height)
    .lineTo(look.margin + innerWidth(sheet), top + height)
    .lineWidth(0.5)
    .stroke(RULE);
  paper.x = look.margin;
  paper.y = top + height + 16;
}

function writeFooters(sheet: Sheet, lines: readonly string[]): void {
  const { paper, look } = sheet;
  const { start, count } = paper.bufferedPageRange();
  for (let index = 0; index < count; index++) {
    paper.switchToPage(start + index);
    // Below the bottom margin the library would begin a page for it.
    paper.page.margins.bottom = 0;
    const top = paper.page.height - look.margin - look.footerHeight + 8;
    paper
      .font(REGULAR)
      .fontSize(look.sizes.footer)
      .fillColor(look.boxes ? 'black' : MUTED);
    const width = innerWidth(sheet);
    for (const [place, line] of lines.entries())
      paper.text(latinText(line), look.margin, top + place * 9, { width, lineBreak: false });
    // Upright pages have the number beside the last line.
    const numberTop = look.boxes ? top + lines.length * 9 : top + Math.max(0, lines.length - 1) * 9;
    paper.text(`Page ${index + 1} of ${count}`, look.margin, numberTop, { width, align: 'right' });
  }
}
