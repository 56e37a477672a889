import { createHash } from 'node:crypto';
import { runsOf } from '../../ports/documents.ts';
import type { DocumentBlock, DocumentTable, DocumentWriter, PaperDocument, Words } from '../../ports/documents.ts';
import { PAGE_STYLE } from './html-style.ts';
import { anchorText, markupText } from './markup-text.ts';
import { svgOf } from './svg.ts';

/** Nothing is loaded from anywhere and nothing runs, even where an escape should fail (CSP level 3). */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** One file of HTML: no outside resource, no script; for a screen in light and dark, and for paper. */
export const htmlWriter: DocumentWriter = {
  write: (document) => Promise.resolve(Buffer.from(pageOf(document))),
};

function pageOf({ title, subtitle, author, blocks, footer }: PaperDocument): string {
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
    '<meta name="format-detection" content="telephone=no, address=no, email=no">\n',
    `<title>${markupText(title)}</title>\n<style>${PAGE_STYLE}</style>\n</head>\n<body>\n`,
    '<a class="skip" href="#main">To the report</a>\n<div class="page">\n<header>\n',
    `<p class="by">${markupText(author)}</p>\n<h1>${markupText(title)}</h1>\n`,
    subtitle === undefined ? '' : `<p class="sub">${markupText(subtitle)}</p>\n`,
    '</header>\n<main id="main">\n',
    ...withContents(blocks),
    `</main>\n<footer>${footer.map((line) => `<div>${markupText(line)}</div>`).join('')}</footer>\n</div>\n</body>\n</html>\n`,
  ].join('');
}

/** The contents stand before the first heading: after the headline. */
function withContents(blocks: readonly DocumentBlock[]): readonly string[] {
  const first = blocks.findIndex(({ type }) => type === 'heading');
  const headings = blocks.filter((block) => block.type === 'heading' && block.level !== 3 && block.id !== undefined);
  if (first < 0 || headings.length < 4) return blocks.map(blockOf);
  const items = headings.map((heading) =>
    heading.type === 'heading'
      ? `<li><a href="#${anchorText(heading.id ?? '')}">${markupText(heading.text)}</a></li>`
      : '',
  );
  return [
    ...blocks.slice(0, first).map(blockOf),
    `<nav aria-label="Contents"><ol>${items.join('')}</ol></nav>\n`,
    ...blocks.slice(first).map(blockOf),
  ];
}

function blockOf(block: DocumentBlock): string {
  switch (block.type) {
    case 'heading':
      return `<h${block.level ?? 2}${idOf(block.id)}>${markupText(block.text)}</h${block.level ?? 2}>\n`;
    case 'paragraph':
      return `<p${idOf(block.id)}${block.tone === undefined ? '' : ` class="${block.tone}"`}>${wordsOf(block.text)}</p>\n`;
    case 'notice':
      return `<section class="notice"${idOf(block.id)}><h2>${markupText(block.title)}</h2><ul>${block.items.map((item) => `<li>${wordsOf(item)}</li>`).join('')}</ul></section>\n`;
    case 'figures':
      return `<dl class="figures">${block.items
        .map(({ label, value, note, to }) => {
          const name = to === undefined ? markupText(label) : wordsOf([{ text: label, to }]);
          return `<div><dt>${name}</dt><dd class="v">${markupText(value)}</dd><dd class="n">${markupText(note)}</dd></div>`;
        })
        .join('')}</dl>\n`;
    case 'chart':
      return `<figure id="${anchorText(block.id)}"><div class="chart"><figcaption>${wordsOf(block.caption)}</figcaption>${svgOf(block.drawing, `${block.id}-drawing`)}</div><details${isLong(block.table) ? ' open' : ''}><summary>The same in numbers</summary>${tableOf(block.table)}</details></figure>\n`;
    case 'terms':
      return `<dl class="terms">${block.items
        .map(({ id, term, text }) => `<dt id="${anchorText(id)}">${markupText(term)}</dt><dd>${wordsOf(text)}</dd>`)
        .join('')}</dl>\n`;
    case 'table':
    default:
      return tableOf(block);
  }
}

/** A table that leads further is shown at once: links into what is folded away lead nowhere on paper. */
function isLong({ rows }: DocumentTable): boolean {
  return rows.some((row) => row.some((cell) => typeof cell !== 'string'));
}

function tableOf({ columns, rows, ids, caption, hasRowHeads = false }: DocumentTable): string {
  const right = columns.map(({ align }) => (align === 'right' ? ' class="r"' : ''));
  const head = columns.map(({ title }, index) => `<th scope="col"${right[index]}>${markupText(title)}</th>`).join('');
  const body = rows.map((row, number) => {
    const cells = row.map((cell, index) =>
      hasRowHeads && index === 0
        ? `<th scope="row"${right[index]}>${wordsOf(cell)}</th>`
        : `<td${right[index] ?? ''}>${wordsOf(cell)}</td>`,
    );
    return `<tr${idOf(ids?.[number] ?? undefined)}>${cells.join('')}</tr>\n`;
  });
  return `<div class="scroll" tabindex="0" role="group" aria-label="${markupText(caption ?? `Table: ${columns[0]?.title ?? ''}`)}"><table>${caption === undefined ? '' : `<caption>${markupText(caption)}</caption>`}<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('')}</tbody></table></div>\n`;
}

function idOf(id: string | undefined): string {
  return id === undefined ? '' : ` id="${anchorText(id)}"`;
}

function wordsOf(words: Words): string {
  return runsOf(words)
    .map(({ text, to, strong = false }) => {
      const inner = markupText(text).replaceAll('\n', '<br>');
      const marked = strong ? `<strong>${inner}</strong>` : inner;
      return to === undefined ? marked : `<a href="#${anchorText(to)}">${marked}</a>`;
    })
    .join('');
}
