/** A tag longer than this is not kept, so that no file can fill the memory. */
export const MAX_TAG_CHARACTERS = 64 * 1024;

/** What XML consists of, as far as lists of servers are made of it. */
export type XmlToken =
  | {
      readonly kind: 'open';
      readonly line: number;
      readonly name: string;
      /** As written, between the name and the end of the tag. */
      readonly attributes: string;
      /** `<name/>`: there will be no closing tag. */
      readonly isEmpty: boolean;
    }
  | { readonly kind: 'close'; readonly line: number; readonly name: string }
  /** A part of a text; the next may go on with it. References in it are not resolved, CDATA is escaped like the rest. */
  | { readonly kind: 'text'; readonly line: number; readonly text: string }
  /** What cannot be read, with the reason; reading goes on behind it. */
  | { readonly kind: 'broken'; readonly line: number; readonly text: string; readonly reason: string };

const COMMENT = '<!--';
const CDATA = '<![CDATA[';
/** Markup that is passed over, by how it begins and ends. A document type is, too: no entity of its own is ever read. */
const PASSED_OVER = [
  { begin: COMMENT, end: '-->', what: 'a comment' },
  { begin: '<?', end: '?>', what: 'a processing instruction' },
  { begin: '<!', end: '>', what: 'a declaration' },
] as const;

const NAME = /^<\/?([\p{L}_][\p{L}\p{N}_.:-]*)/u;
const SHOWN_CHARACTERS = 300;

interface Passing {
  readonly line: number;
  readonly end: string;
  readonly what: string;
}

/**
 * Takes XML 1.0 apart (https://www.w3.org/TR/xml/), whole documents and fragments in any number, without asking that
 * they be well-formed: what is broken is a token of its own. It holds no more than one tag.
 */
export class XmlTokenizer {
  #buffer = '';
  #line = 1;
  #passing: Passing | null = null;
  #isInCdata = false;
  #isInLongTag = false;

  *tokens(piece: string): Generator<XmlToken> {
    this.#buffer += piece;
    yield* this.#advance(false);
  }

  /** What is left when no more text comes. */
  *end(): Generator<XmlToken> {
    yield* this.#advance(true);
    if (this.#passing !== null) {
      const { line, what } = this.#passing;
      yield { kind: 'broken', line, text: '', reason: `${what} that is not closed: what follows it is not read` };
    } else if (this.#isInCdata) {
      yield { kind: 'broken', line: this.#line, text: '', reason: 'a CDATA section that is not closed' };
    }
  }

  *#advance(isEnd: boolean): Generator<XmlToken> {
    for (;;) {
      const before = this.#buffer.length;
      if (this.#passing !== null) yield* this.#passOver(this.#passing, isEnd);
      else if (this.#isInCdata) yield* this.#cdata(isEnd);
      else if (this.#isInLongTag) this.#passLongTag();
      else if (this.#buffer.startsWith('<')) yield* this.#markup(isEnd);
      else yield* this.#text();
      if (this.#buffer.length === before) return;
    }
  }

  *#text(): Generator<XmlToken> {
    const next = this.#buffer.indexOf('<');
    const line = this.#line;
    const text = this.#take(next < 0 ? this.#buffer.length : next);
    if (text !== '') yield { kind: 'text', line, text };
  }

  *#markup(isEnd: boolean): Generator<XmlToken> {
    // More has to come before it is known what this begins.
    if (!isEnd && CDATA.startsWith(this.#buffer)) return;
    if (!isEnd && COMMENT.startsWith(this.#buffer)) return;
    if (this.#buffer.startsWith(CDATA)) {
      this.#take(CDATA.length);
      this.#isInCdata = true;
      return;
    }
    const passed = PASSED_OVER.find(({ begin }) => this.#buffer.startsWith(begin));
    if (passed !== undefined) {
      const line = this.#line;
      this.#take(passed.begin.length);
      this.#passing = { line, ...passed };
      return;
    }
    yield* this.#tag(isEnd);
  }

  *#tag(isEnd: boolean): Generator<XmlToken> {
    const line = this.#line;
    const end = endOfTag(this.#buffer);
    const length = end?.length ?? this.#buffer.length;
    if (length > MAX_TAG_CHARACTERS) {
      this.#isInLongTag = true;
      yield { kind: 'broken', line, text: this.#take(1), reason: 'a tag longer than 64 KiB' };
      return;
    }
    if (end === null && !isEnd) return;
    const text = this.#take(length);
    const name = NAME.exec(text)?.[1];
    if (end?.isClosed !== true) yield broken(line, text, 'a tag that is not closed');
    else if (name === undefined) yield broken(line, text, 'a tag without a name');
    else if (text.startsWith('</')) yield { kind: 'close', line, name };
    else {
      const isEmpty = text.endsWith('/>');
      const attributes = text.slice(name.length + 1, isEmpty ? -2 : -1);
      yield { kind: 'open', line, name, attributes, isEmpty };
    }
  }

  #passLongTag(): void {
    const end = this.#buffer.search(/[<>]/);
    this.#isInLongTag = end < 0;
    this.#take(end < 0 ? this.#buffer.length : end + (this.#buffer[end] === '>' ? 1 : 0));
  }

  *#cdata(isEnd: boolean): Generator<XmlToken> {
    const line = this.#line;
    const end = this.#buffer.indexOf(']]>');
    const text = this.#take(end >= 0 ? end : this.#buffer.length - (isEnd ? 0 : 2));
    if (text !== '') yield { kind: 'text', line, text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;') };
    if (end < 0) return;
    this.#take(3);
    this.#isInCdata = false;
  }

  *#passOver(passing: Passing, isEnd: boolean): Generator<XmlToken> {
    // The square brackets of a document type hold declarations with ends of their own.
    const subset = passing.what === 'a declaration' ? /^[^>[]*\[/.exec(this.#buffer) : null;
    if (subset !== null) {
      this.#take(subset[0].length);
      this.#passing = { ...passing, end: ']', what: 'a document type' };
      return;
    }
    const end = this.#buffer.indexOf(passing.end);
    const inside = end < 0 ? this.#buffer : this.#buffer.slice(0, end);
    const again = passing.what === 'a comment' ? inside.indexOf(COMMENT) : -1;
    // "<!-->" and "<!--->" end a comment and begin none.
    if (again >= 0 && end < 0 && !isEnd && again + COMMENT.length + 2 > this.#buffer.length) {
      this.#take(again);
      return;
    }
    if (again >= 0) {
      const { line, what } = passing;
      yield {
        kind: 'broken',
        line,
        text: '',
        reason: `${what} that is not closed before the next: what it holds is not read`,
      };
      this.#take(again);
      this.#passing = { ...passing, line: this.#line };
      this.#take(COMMENT.length);
      return;
    }
    if (end < 0) {
      // A mark of the end, or of another beginning, may be cut.
      this.#take(isEnd ? this.#buffer.length : this.#buffer.length - 3);
      return;
    }
    this.#take(end + passing.end.length);
    // Behind the brackets of a document type stands its own end.
    this.#passing = passing.end === ']' ? { ...passing, end: '>' } : null;
  }

  #take(length: number): string {
    const taken = this.#buffer.slice(0, Math.max(0, length));
    this.#buffer = this.#buffer.slice(taken.length);
    for (let at = taken.indexOf('\n'); at >= 0; at = taken.indexOf('\n', at + 1)) this.#line += 1;
    return taken;
  }
}

/** How long the tag at the head of the text is; null where more text has to come to tell. */
function endOfTag(text: string): { readonly length: number; readonly isClosed: boolean } | null {
  const stop = /[<>"']/g;
  stop.lastIndex = 1;
  for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
    const [mark] = match;
    // No tag holds "<", not even in quotation marks (XML section 2.4): another one begins there.
    if (mark === '<') return { length: match.index, isClosed: false };
    if (mark === '>') return { length: match.index + 1, isClosed: true };
    const [quoteEnd, next] = [text.indexOf(mark, match.index + 1), text.indexOf('<', match.index + 1)];
    if (next >= 0 && (quoteEnd < 0 || next < quoteEnd)) return { length: next, isClosed: false };
    if (quoteEnd < 0) return null;
    stop.lastIndex = quoteEnd + 1;
  }
  return null;
}

function broken(line: number, text: string, reason: string): XmlToken {
  return { kind: 'broken', line, text: text.slice(0, SHOWN_CHARACTERS).trim(), reason };
}

/** Resolves the references to characters and to the five entities that XML itself knows; others stay as they are. */
export function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g,
    (reference, decimal?: string, hexadecimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? reference;
      const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
      const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      return isCharacter ? String.fromCodePoint(code) : reference;
    },
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
