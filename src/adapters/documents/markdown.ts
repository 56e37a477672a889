import { runsOf } from '../../ports/documents.ts';
import type { DocumentBlock, DocumentTable, DocumentWriter, PaperDocument, Words } from '../../ports/documents.ts';
import { anchorText } from './markup-text.ts';

/**
 * CommonMark with the tables of GitHub's dialect. Charts are tables. Whatever somebody else wrote is escaped, so that it begins
 * no heading, link, picture, cell or element of HTML.
 */
export const markdownWriter: DocumentWriter = {
  write: (document) => Promise.resolve(Buffer.from(pageOf(document))),
};

function pageOf({ title, subtitle, author, blocks, footer }: PaperDocument): string {
  return [
    `# ${escaped(title)}`,
    ...(subtitle === undefined ? [] : [`${escaped(author)}: ${escaped(subtitle)}`]),
    ...blocks.map(blockOf),
    '---',
    ...footer.map(escaped),
  ]
    .join('\n\n')
    .concat('\n');
}

function blockOf(block: DocumentBlock): string {
  switch (block.type) {
    case 'heading':
      return `${anchor(block.id)}${'#'.repeat(block.level ?? 2)} ${escaped(block.text)}`;
    case 'paragraph':
      return `${anchor(block.id)}${block.tone === 'lead' ? `**${words(block.text)}**` : words(block.text)}`;
    case 'notice':
      return `${anchor(block.id)}**${escaped(block.title)}**\n\n${block.items.map((item) => `- ${words(item)}`).join('\n')}`;
    case 'figures':
      return block.items
        .map(({ label, value, note, to }) => {
          const name = to === undefined ? escaped(label) : words([{ text: label, to }]);
          return `- ${name}: **${escaped(value)}** (${escaped(note)})`;
        })
        .join('\n');
    case 'chart':
      return `${anchor(block.id)}**${escaped(block.drawing.title)}.** ${words(block.caption)}\n\n${escaped(block.drawing.description)}\n\n${tableOf(block.table)}`;
    case 'terms':
      return block.items.map(({ id, term, text }) => `${anchor(id)}**${escaped(term)}**: ${words(text)}`).join('\n\n');
    case 'table':
    default:
      return tableOf(block);
  }
}

function tableOf({ columns, rows, ids, caption }: DocumentTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = [
    line(columns.map(({ title }) => escaped(title))),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...rows.map((row, index) =>
      line(row.map((cell, place) => `${place === 0 ? inlineAnchor(ids?.[index]) : ''}${words(cell)}`)),
    ),
  ].join('\n');
  return caption === undefined ? table : `**${escaped(caption)}**\n\n${table}`;
}

function anchor(id: string | undefined): string {
  return id === undefined ? '' : `${inlineAnchor(id)}\n\n`;
}

function inlineAnchor(id: string | null | undefined): string {
  return id === null || id === undefined ? '' : `<a id="${anchorText(id)}"></a>`;
}

function words(text: Words): string {
  return runsOf(text)
    .map((run) => {
      const inner = escaped(run.text);
      if (inner.trim() === '') return inner;
      const marked = run.strong === true ? `**${inner}**` : inner;
      return run.to === undefined ? marked : `[${marked}](#${anchorText(run.to)})`;
    })
    .join('');
}

/** Line ends become breaks; the marks of Markdown lose their meaning by a backslash (CommonMark 0.31 section 2.4). */
function escaped(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
    .replaceAll(/[\\`*_{}[\]<>#|~&!^$=]/g, '\\$&')
    .replaceAll(/^(\s*)([-+]|\d+[.)])(?=\s|$)/gm, '$1\\$2')
    .replaceAll('\n', '<br>');
}
