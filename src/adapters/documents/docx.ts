import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  HeadingLevel,
  Packer,
  PageNumber,
  PageOrientation,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import { isoInstant } from '../../domain/instant.ts';
import type { DocumentBlock, DocumentTable, DocumentWriter, PaperDocument } from '../../ports/documents.ts';
import { withoutZipTimes } from './zip-times.ts';

/* Word's units: a twip is a twentieth of a point, sizes of letters are half points. A4, on its side. */
const PAGE = { width: 11_906, height: 16_838 } as const;
const MARGIN = 1000;
const TABLE_WIDTH = PAGE.height - 2 * MARGIN;
const CELL_SIZE = 16;
const TEXT_SIZE = 20;
const FOOTER_SIZE = 14;
const FONT = 'Arial';

/** Office Open XML (ECMA-376), which Word and LibreOffice open. Table headers are repeated on every page. */
export const docxWriter: DocumentWriter = {
  async write(document) {
    // The library dates this one part by the machine's clock; ours goes before it.
    const properties = { path: 'docProps/core.xml', data: coreProperties(document) };
    return withoutZipTimes(await Packer.toBuffer(wordDocument(document), undefined, [properties]));
  },
};

function wordDocument({ title, author, blocks, footer }: PaperDocument): Document {
  return new Document({
    title,
    creator: author,
    styles: { default: { document: { run: { font: FONT, size: TEXT_SIZE } } } },
    sections: [
      {
        properties: {
          page: {
            size: { ...PAGE, orientation: PageOrientation.LANDSCAPE },
            margin: { top: MARGIN, right: MARGIN, bottom: MARGIN, left: MARGIN },
          },
        },
        footers: { default: new Footer({ children: footerLines(footer) }) },
        children: [
          new Paragraph({ text: title, heading: HeadingLevel.TITLE, spacing: { after: 200 } }),
          ...blocks.map(blockOf),
        ],
      },
    ],
  });
}

function blockOf(block: DocumentBlock): Paragraph | Table {
  if (block.type === 'table') return tableOf(block);
  if (block.type === 'paragraph') return new Paragraph({ text: block.text, spacing: { after: 120 } });
  return new Paragraph({
    text: block.text,
    heading: HeadingLevel.HEADING_2,
    keepNext: true,
    spacing: { before: 240, after: 120 },
  });
}

function tableOf({ columns, rows }: DocumentTable): Table {
  const whole = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => Math.round((TABLE_WIDTH * share) / whole));
  const titles = columns.map(({ title }) => title);
  const border = { style: BorderStyle.SINGLE, size: 4, color: '999999' };
  return new Table({
    layout: TableLayoutType.FIXED,
    columnWidths: widths,
    width: { size: TABLE_WIDTH, type: WidthType.DXA },
    borders: {
      top: border,
      bottom: border,
      left: border,
      right: border,
      insideHorizontal: border,
      insideVertical: border,
    },
    rows: [rowOf(titles, widths, true), ...rows.map((cells) => rowOf(cells, widths, false))],
  });
}

function rowOf(cells: readonly string[], widths: readonly number[], isHeader: boolean): TableRow {
  return new TableRow({
    tableHeader: isHeader,
    cantSplit: true,
    children: cells.map(
      (text, index) =>
        new TableCell({
          width: { size: widths[index] ?? 0, type: WidthType.DXA },
          margins: { top: 30, bottom: 30, left: 60, right: 60 },
          ...(isHeader ? { shading: { type: ShadingType.CLEAR, fill: 'E6E6E6', color: 'auto' } } : {}),
          children: [new Paragraph({ children: [new TextRun({ text, size: CELL_SIZE, bold: isHeader })] })],
        }),
    ),
  });
}

function footerLines(lines: readonly string[]): readonly Paragraph[] {
  const texts = lines.map((text) => new Paragraph({ children: [new TextRun({ text, size: FOOTER_SIZE })] }));
  const numbers = ['Page ', PageNumber.CURRENT, ' of ', PageNumber.TOTAL_PAGES];
  return [
    ...texts,
    new Paragraph({
      alignment: AlignmentType.RIGHT,
      children: [new TextRun({ children: numbers, size: FOOTER_SIZE })],
    }),
  ];
}

/** ECMA-376 part 2, section 11. */
function coreProperties({ title, author, createdAt }: PaperDocument): string {
  const at = isoInstant(createdAt);
  const date = (name: string): string =>
    `<dcterms:${name} xsi:type="dcterms:W3CDTF">${at.slice(0, 19)}Z</dcterms:${name}>`;
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' +
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" ' +
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" ' +
    'xmlns:dcmitype="http://purl.org/dc/dcmitype/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<dc:title>${xmlText(title)}</dc:title><dc:creator>${xmlText(author)}</dc:creator>` +
    `<cp:lastModifiedBy>${xmlText(author)}</cp:lastModifiedBy><cp:revision>1</cp:revision>` +
    `${date('created')}${date('modified')}</cp:coreProperties>`
  );
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
