/** Elements whose content is no text for a reader. */
const UNREAD = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'noscript',
  'svg',
  'math',
  'iframe',
  'object',
  'select',
  'textarea',
]);
/** Elements that begin on a line of their own. */
const BLOCKS = new Set(['p', 'div', 'br', 'tr', 'li', 'ul', 'ol', 'table', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'pre', 'blockquote', 'section', 'article', 'header', 'footer', 'dt', 'dd']); // prettier-ignore
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß',
  eacute: 'é', egrave: 'è', ecirc: 'ê', agrave: 'à', acirc: 'â', ccedil: 'ç', ocirc: 'ô', iacute: 'í', oacute: 'ó', uacute: 'ú', aacute: 'á',
  ntilde: 'ñ', atilde: 'ã', otilde: 'õ', ndash: '–', mdash: '—', hellip: '…', laquo: '«', raquo: '»', rsquo: '’', lsquo: '‘', rdquo: '”', ldquo: '“',
}; // prettier-ignore

/**
 * The words of an HTML part, without markup, links, pictures and styles. One pass from the left; each character is looked
 * at a bounded number of times. Quoted replies (blockquote) get "> " before them, as they have in plain text, so that
 * our own words quoted back are told from the sender's.
 */
export function htmlToText(html: string): string {
  const out: string[] = [];
  let quoteDepth = 0;
  let at = 0;
  let lineIsOpen = false;
  const put = (text: string): void => {
    const words = text.replaceAll(/\s+/g, ' ');
    if (words === '' || (words === ' ' && !lineIsOpen)) return;
    if (!lineIsOpen && quoteDepth > 0) out.push('> ');
    out.push(lineIsOpen ? words : words.trimStart());
    lineIsOpen = true;
  };
  const breakLine = (): void => {
    out.push('\n');
    lineIsOpen = false;
  };
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      put(decoded(html.slice(at)));
      break;
    }
    if (open > at) put(decoded(html.slice(at, open)));
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    const name = /^<(\/?)([a-z][a-z0-9]{0,15})/i.exec(html.slice(open, open + 18));
    if (name === null && html[open + 1] !== '!' && html[open + 1] !== '?' && html[open + 1] !== '/') {
      put('<');
      at = open + 1;
      continue;
    }
    const close = html.indexOf('>', open);
    if (close < 0) break;
    at = close + 1;
    if (name === null) continue;
    const isEnd = name[1] === '/';
    const tag = (name[2] ?? '').toLowerCase();
    if (BLOCKS.has(tag)) breakLine();
    if (tag === 'blockquote') quoteDepth = Math.max(0, quoteDepth + (isEnd ? -1 : 1));
    if (!isEnd && UNREAD.has(tag)) at = endOf(html, tag, at);
  }
  return out
    .join('')
    .replaceAll(/ +\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** Behind the end tag of an element whose content is not read; at the end where it is never closed. */
function endOf(html: string, tag: string, from: number): number {
  const end = new RegExp(`</${tag}[^>]{0,100}>`, 'gi');
  end.lastIndex = from;
  return end.exec(html) === null ? html.length : end.lastIndex;
}

function decoded(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,8});/gi, (whole, entity: string) => {
    if (!entity.startsWith('#')) return ENTITIES[entity] ?? whole;
    const point = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
      ? String.fromCodePoint(point)
      : '\ufffd';
  });
}
