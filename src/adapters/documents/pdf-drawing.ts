import type { Drawing, Ink, Mark } from '../../domain/drawing.ts';
import { latinText } from './latin-text.ts';
import { BOLD, REGULAR } from './pdf-paper.ts';
import type { Paper } from './pdf-paper.ts';

const INKS: Readonly<Record<Ink, string>> = {
  ink: '#16202a',
  muted: '#55616d',
  rule: '#d9dee3',
  paper: '#ffffff',
  land: '#e6e9ec',
  sea: '#ffffff',
  disabled: '#1d4f7c',
  'disabled-fill': '#6d97bd',
  'disabled-soft': '#bfd2e2',
  live: '#a83a1c',
  'live-soft': '#e9b9a6',
  notice: '#6a5a1e',
};

/** A drawing as vectors, as wide as that, at a place. */
export function writeDrawing(paper: Paper, drawing: Drawing, [x, y]: readonly [number, number], width: number): void {
  paper.save();
  paper.translate(x, y);
  paper.scale(width / drawing.width);
  for (const mark of drawing.marks) writeMark(paper, mark);
  paper.restore();
}

function writeMark(paper: Paper, mark: Mark): void {
  if (mark.type === 'text') {
    const { text, size, ink = 'ink', anchor = 'start', strong = false } = mark;
    paper
      .font(strong ? BOLD : REGULAR)
      .fontSize(size)
      .fillColor(INKS[ink]);
    const latin = latinText(text);
    const length = paper.widthOfString(latin);
    const left = anchor === 'start' ? mark.x : anchor === 'end' ? mark.x - length : mark.x - length / 2;
    // The library counts from the top of the letters; 0.718 is Helvetica's ascender.
    paper.text(latin, left, mark.y - 0.718 * size, { lineBreak: false });
    return;
  }
  const { d, fill, stroke, width = 1, dash } = mark;
  paper.path(d).lineJoin('round');
  if (stroke !== undefined) paper.lineWidth(width);
  if (dash === undefined) paper.undash();
  else paper.dash(dash[0] ?? 3, { space: dash[1] ?? 3 });
  if (fill !== undefined && stroke !== undefined) paper.fillAndStroke(INKS[fill], INKS[stroke]);
  else if (fill !== undefined) paper.fill(INKS[fill]);
  else if (stroke !== undefined) paper.stroke(INKS[stroke]);
  paper.undash();
}
