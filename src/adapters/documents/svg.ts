import type { Drawing, Mark } from '../../domain/drawing.ts';
import { anchorText, markupText } from './markup-text.ts';

/**
 * A drawing as SVG inside of HTML. Colours are classes, so that the page's style decides about light, dark and print; a title and a
 * description stand for it where nobody sees it (SVG 2 section 5.8).
 */
export function svgOf(drawing: Drawing, id: string): string {
  const { width, height, title, description, marks } = drawing;
  const name = anchorText(id);
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${name}-title ${name}-description">` +
    `<title id="${name}-title">${markupText(title)}</title><desc id="${name}-description">${markupText(description)}</desc>` +
    `${marks.map(markOf).join('')}</svg>`
  );
}

function markOf(mark: Mark): string {
  if (mark.type === 'text') {
    const { x, y, text, size, ink = 'ink', anchor = 'start', strong = false } = mark;
    const place = `x="${round(x)}" y="${round(y)}" font-size="${size}"`;
    const classes = ['t', `f-${ink}`, ...(anchor === 'start' ? [] : [`a-${anchor}`]), ...(strong ? ['b'] : [])];
    return `<text ${place} class="${classes.join(' ')}">${markupText(text)}</text>`;
  }
  const { d, fill, stroke, width = 1, dash } = mark;
  const classes = [fill === undefined ? 'f-none' : `f-${fill}`, ...(stroke === undefined ? [] : [`s-${stroke}`])];
  const line = stroke === undefined ? '' : ` stroke-width="${width}"`;
  return `<path class="${classes.join(' ')}"${line}${dash === undefined ? '' : ` stroke-dasharray="${dash.join(' ')}"`} d="${markupText(d)}"/>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
