import {
  AlignmentType,
  BookmarkEnd,
  BookmarkStart,
  BorderStyle,
  Document,
  Footer,
  HeadingLevel,
  InternalHyperlink,
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
import type { ParagraphChild } from 'docx';
import { isoInstant } from '../../domain/instant.ts';
import { runsOf } from '../../ports/documents.ts';
import type { DocumentBlock, DocumentTable, DocumentWriter, PaperDocument, Words } from '../../ports/documents.ts';
import { linkTargets } from './link-targets.ts';
import { withoutZipTimes } from './zip-times.ts';

/* Word's units: a twip is a twentieth of a point, sizes of letters are half points. A4. */
const PAGE = { width: 11_906, height: 16_838 } as const;
const MARGIN = 1000;
const CELL_SIZE = 16;
const SMALL_SIZE = 17;
const TEXT_SIZE = 20;
const LEAD_SIZE = 26;
const FOOTER_SIZE = 14;
const FONT = 'Arial';
const MUTED = '55616D';

/** Office Open XML (ECMA-376), which Word and LibreOffice open. Table headers are repeated on every page; charts are tables. */
export const docxWriter: DocumentWriter = {
  async write(document) {
    // The library dates this one part by the machine's clock; ours goes before it.
    const properties = { path: 'docProps/core.xml', data: coreProperties(document) };
    return withoutZipTimes(await Packer.toBuffer(wordDocument(document), undefined, [properties]));
  },
};

/** What is the same in a whole document. */
interface Setting {
  readonly tableWidth: number;
  readonly isReport: boolean;
  /** A number for each place that a link may lead to: the library's own count through the whole process. */
  readonly places: ReadonlyMap<string, number>;
}

function wordDocument({ title, subtitle, author, blocks, footer, look }: PaperDocument): Document {
  const isReport = look === 'report';
  const setting: Setting = {
    isReport,
    tableWidth: (isReport ? PAGE.width : PAGE.height) - 2 * MARGIN,
    places: new Map([...linkTargets(blocks)].map((id, index) => [id, index + 1])),
  };
  return new Document({
    title: wordText(title),
    creator: wordText(author),
    styles: { default: { document: { run: { font: FONT, size: TEXT_SIZE } } } },
    sections: [
      {
        properties: {
          page: {
            size: { ...PAGE, orientation: isReport ? PageOrientation.PORTRAIT : PageOrientation.LANDSCAPE },
            margin: { top: MARGIN, right: MARGIN, bottom: MARGIN, left: MARGIN },
          },
        },
        footers: { default: new Footer({ children: footerLines(footer) }) },
        children: [
          new Paragraph({
            text: wordText(title),
            heading: HeadingLevel.TITLE,
            spacing: { after: isReport ? 60 : 200 },
          }),
          ...(subtitle === undefined
            ? []
            : [paragraphOf(setting, `${author}: ${subtitle}`, { color: MUTED, after: 240 })]),
          ...blocks.flatMap((block) => blockOf(setting, block)),
        ],
      },
    ],
  });
}

function blockOf(setting: Setting, block: DocumentBlock): readonly (Paragraph | Table)[] {
  switch (block.type) {
    case 'paragraph':
      if (block.tone === 'lead')
        return [paragraphOf(setting, block.text, { size: LEAD_SIZE, after: 240, id: block.id })];
      if (block.tone === 'small')
        return [paragraphOf(setting, block.text, { size: SMALL_SIZE, color: MUTED, id: block.id })];
      return [paragraphOf(setting, block.text, { id: block.id })];
    case 'heading':
      return [
        new Paragraph({
          children: marked(setting, block.id, [new TextRun({ text: wordText(block.text) })]),
          heading: block.level === 3 ? HeadingLevel.HEADING_3 : HeadingLevel.HEADING_2,
          keepNext: true,
          spacing: { before: 240, after: 120 },
        }),
      ];
    case 'notice':
      return [
        paragraphOf(setting, [{ text: block.title, strong: true }], { id: block.id, after: 60 }),
        ...block.items.map(
          (item) => new Paragraph({ children: runs(setting, item, SMALL_SIZE), bullet: { level: 0 } }),
        ),
        new Paragraph({}),
      ];
    case 'figures':
      return [
        tableOf(setting, {
          type: 'table',
          columns: block.items.map(({ label }) => ({ title: label, share: 1 })),
          rows: [block.items.map(({ value, note }) => [{ text: value, strong: true }, { text: `\n${note}` }])],
        }),
        new Paragraph({}),
      ];
    case 'chart':
      return [
        paragraphOf(setting, [{ text: `${block.drawing.title}. `, strong: true }, ...runsOf(block.caption)], {
          id: block.id,
          after: 60,
        }),
        paragraphOf(setting, block.drawing.description, { size: SMALL_SIZE, color: MUTED }),
        ...blockOf(setting, block.table),
      ];
    case 'terms':
      return block.items.map(({ id, term, text }) =>
        paragraphOf(setting, [{ text: `${term}: `, strong: true }, ...runsOf(text)], { id }),
      );
    case 'table':
    default:
      return [
        ...(block.caption === undefined
          ? []
          : [paragraphOf(setting, [{ text: block.caption, strong: true }], { after: 60 })]),
        tableOf(setting, block),
        ...(setting.isReport ? [new Paragraph({ spacing: { after: 60 } })] : []),
      ];
  }
}

interface ParagraphLook {
  readonly size?: number;
  readonly color?: string;
  readonly after?: number;
  readonly id?: string | undefined;
}

function paragraphOf(
  setting: Setting,
  words: Words,
  { size = TEXT_SIZE, color, after = 120, id }: ParagraphLook,
): Paragraph {
  return new Paragraph({ children: marked(setting, id, runs(setting, words, size, color)), spacing: { after } });
}

/** Line ends are breaks. A link leads nowhere that is not in the document. */
function runs({ places }: Setting, words: Words, size: number, color?: string, isBold = false): ParagraphChild[] {
  return runsOf(words).flatMap(({ text, to, strong = false }): readonly ParagraphChild[] => {
    const look = { size, bold: strong || isBold, ...(color === undefined ? {} : { color }) };
    const children = wordText(text)
      .split('\n')
      .map((line, index) => new TextRun({ ...look, text: line, ...(index === 0 ? {} : { break: 1 }) }));
    return to !== undefined && places.has(to) ? [new InternalHyperlink({ anchor: to, children })] : children;
  });
}

/** What a link leads to. */
function marked({ places }: Setting, id: string | null | undefined, children: ParagraphChild[]): ParagraphChild[] {
  if (id === null || id === undefined) return children;
  const number = places.get(id);
  if (number === undefined) return children;
  // A paragraph takes both, as its own documentation shows; its types name only the class that numbers by itself.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const [start, end] = [new BookmarkStart(id, number), new BookmarkEnd(number)] as unknown as ParagraphChild[];
  return [...(start === undefined ? [] : [start]), ...children, ...(end === undefined ? [] : [end])];
}

function tableOf(setting: Setting, { columns, rows, ids }: DocumentTable): Table {
  const whole = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => Math.round((setting.tableWidth * share) / whole));
  const rights = columns.map(({ align }) => align === 'right');
  const titles = columns.map(({ title }) => title);
  const border = { style: BorderStyle.SINGLE, size: 4, color: setting.isReport ? 'D9DEE3' : '999999' };
  const upright = setting.isReport ? { style: BorderStyle.NONE, size: 0, color: 'auto' } : border;
  const row = (cells: readonly Words[], isHeader: boolean, id: string | null): TableRow =>
    new TableRow({
      tableHeader: isHeader,
      cantSplit: true,
      children: cells.map((words, index) => {
        const children = runs(setting, words, CELL_SIZE, undefined, isHeader);
        return cellOf(index === 0 ? marked(setting, id, children) : children, {
          width: widths[index] ?? 0,
          isRight: rights[index] ?? false,
          isHeader,
        });
      }),
    });
  return new Table({
    layout: TableLayoutType.FIXED,
    columnWidths: widths,
    width: { size: setting.tableWidth, type: WidthType.DXA },
    borders: {
      top: border,
      bottom: border,
      left: upright,
      right: upright,
      insideHorizontal: border,
      insideVertical: upright,
    },
    rows: [row(titles, true, null), ...rows.map((cells, index) => row(cells, false, ids?.[index] ?? null))],
  });
}

function cellOf(
  children: ParagraphChild[],
  { width, isRight, isHeader }: { readonly width: number; readonly isRight: boolean; readonly isHeader: boolean },
): TableCell {
  return new TableCell({
    width: { size: width, type: WidthType.DXA },
    margins: { top: 30, bottom: 30, left: 60, right: 60 },
    ...(isHeader ? { shading: { type: ShadingType.CLEAR, fill: 'E6E6E6', color: 'auto' } } : {}),
    children: [new Paragraph({ children, ...(isRight ? { alignment: AlignmentType.RIGHT } : {}) })],
  });
}

function footerLines(lines: readonly string[]): readonly Paragraph[] {
  const texts = lines.map(
    (text) => new Paragraph({ children: [new TextRun({ text: wordText(text), size: FOOTER_SIZE })] }),
  );
  const numbers = ['Page ', PageNumber.CURRENT, ' of ', PageNumber.TOTAL_PAGES];
  return [
    ...texts,
    new Paragraph({
      alignment: AlignmentType.RIGHT,
      children: [new TextRun({ children: numbers, size: FOOTER_SIZE })],
    }),
  ];
}

/** The library escapes markup; what no XML may hold (XML 1.0 section 2.2) it would write as it is. */
function wordText(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
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
  return wordText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
