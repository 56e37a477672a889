import type PdfKit from 'pdfkit';
import { runsOf } from '../../ports/documents.ts';
import type { Run, Words } from '../../ports/documents.ts';
import { latinText } from './latin-text.ts';

export type Paper = InstanceType<typeof PdfKit>;

export const REGULAR = 'Helvetica';
export const BOLD = 'Helvetica-Bold';
export const SERIF = 'Times-Roman';
export const SERIF_BOLD = 'Times-Bold';

/** How a document looks on paper; lengths in points. */
export interface Look {
  readonly layout: 'portrait' | 'landscape';
  readonly margin: number;
  readonly footerHeight: number;
  readonly sizes: Readonly<Record<'title' | 'heading' | 'minor' | 'text' | 'small' | 'cell' | 'footer', number>>;
  readonly headingFont: string;
  /** Lines around each cell; otherwise below each row alone. */
  readonly boxes: boolean;
}

export const APPENDIX: Look = {
  layout: 'landscape',
  margin: 45,
  footerHeight: 40,
  sizes: { title: 16, heading: 11, minor: 10, text: 10, small: 8.5, cell: 7.5, footer: 6.5 },
  headingFont: BOLD,
  boxes: true,
};

export const REPORT: Look = {
  layout: 'portrait',
  margin: 50,
  footerHeight: 22,
  sizes: { title: 26, heading: 15, minor: 11, text: 9.5, small: 8, cell: 7.2, footer: 7 },
  headingFont: SERIF_BOLD,
  boxes: false,
};

export const INK = '#16202a';
export const MUTED = '#55616d';
export const RULE = '#d9dee3';

/** One paper being written: with what its pages look like, and which places a link may lead to. */
export interface Sheet {
  readonly paper: Paper;
  readonly look: Look;
  readonly places: ReadonlySet<string>;
}

export function innerWidth({ paper, look }: Sheet): number {
  return paper.page.width - 2 * look.margin;
}

export function lastLine({ paper, look }: Sheet): number {
  return paper.page.height - look.margin - look.footerHeight;
}

/** Begins a page where less than that is left of this one. */
export function makeRoom(sheet: Sheet, height: number): void {
  if (sheet.paper.y + height > lastLine(sheet)) sheet.paper.addPage();
}

export function placeFor(sheet: Sheet, id: string | null | undefined, y: number): void {
  if (id !== null && id !== undefined) sheet.paper.addNamedDestination(id, 'XYZ', null, Math.max(0, y - 12), null);
}

interface TextOptions {
  readonly width: number;
  readonly height?: number;
  readonly align?: 'right';
  readonly lineGap?: number;
}

/** Words at a place, run by run. A link leads nowhere that is not in the document. */
export function writeWords(
  { paper, places }: Sheet,
  words: Words,
  [x, y]: readonly [number, number],
  options: TextOptions,
  fonts: { readonly regular: string; readonly bold: string },
): void {
  const runs = joined(runsOf(words));
  // Runs that are joined cannot be set to the right; such cells have one.
  for (const [index, { text, to, strong = false }] of runs.entries()) {
    const isLast = index === runs.length - 1;
    const further = { continued: !isLast, goTo: to !== undefined && places.has(to) ? to : null };
    paper.font(strong ? fonts.bold : fonts.regular);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it takes null for "no longer a link", its types do not
    const all = { ...options, ...further } as unknown as PDFKit.Mixins.TextOptions;
    if (index === 0) paper.text(latinLines(text), x, y, all);
    else paper.text(latinLines(text), all);
  }
}

/** A comma that begins a run would begin a line: it goes to the run before. */
function joined(runs: readonly Run[]): readonly Run[] {
  const whole: Run[] = [];
  for (const run of runs) {
    const last = whole.at(-1);
    const isComma = last !== undefined && run.text.startsWith(', ');
    if (isComma) whole[whole.length - 1] = { ...last, text: `${last.text}, ` };
    const text = isComma ? run.text.slice(2) : run.text;
    if (text !== '') whole.push({ ...run, text });
  }
  return whole;
}

/** Text as a PDF has it, for measuring. */
export function latinWords(words: Words): string {
  return runsOf(words)
    .map(({ text }) => latinLines(text))
    .join('');
}

/** A line end is none of the letters. */
function latinLines(text: string): string {
  return text.split('\n').map(latinText).join('\n');
}
