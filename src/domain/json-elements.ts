/** A value of a JSON document that a selector names, or the place where the document breaks off. */
export type JsonElement = JsonPlace &
  (
    | {
        /** The value as it stands in the document. Only its brackets are known to match; it may yet be no JSON. */
        readonly text: string;
      }
    | {
        readonly text: null;
        /** Why there is no text: a sentence for rejects.csv. */
        readonly reason: string;
      }
  );

export interface JsonPlace {
  /** The keys, and from 0 the indices, that lead to it. */
  readonly path: readonly (string | number)[];
  /** Where it begins, from 1; lines end in LF. */
  readonly line: number;
}

/**
 * Which values are wanted: the keys that lead there, `*` for any key or index. `['objects', '*']` is each entry of the
 * list "objects". What a selector has taken is not searched for others.
 */
export type Selector = readonly string[];

export interface ScanOptions {
  /** What the document must be; a document of another kind is one element with the reason. */
  readonly root?: 'list' | 'object' | 'either';
  /** Keys of an object at the root whose values have to be lists; a document in which one is not stops there. */
  readonly lists?: readonly string[];
  /** An element with more characters than this is passed over without being kept. */
  readonly maxCharacters?: number;
}

export const MAX_ELEMENT_CHARACTERS = 1_048_576;

/** Deeper than any feed goes, and far from what a parser's stack cannot bear. */
const MAX_DEPTH = 100;
/** No selector is that long, so a longer key needs no exact reading. */
const MAX_KEY_CHARACTERS = 1000;

const NO_WHITE_SPACE = /[^ \t\r\n]/g;
const STRUCTURE = /["{}[\]]/g;
/** A number or a word ends where anything else begins. */
const WORD_END = /[\s,"{}[\]]/g;

/**
 * Cuts a JSON document, in pieces of any size, into the values that `selectors` name, in the document's order, without
 * holding more than one of them. A document that is cut off or whose brackets do not match ends in one element with a
 * reason; everything before it stands.
 */
export async function* readJsonElements(
  text: AsyncIterable<string>,
  selectors: readonly Selector[],
  options: ScanOptions = {},
): AsyncGenerator<JsonElement> {
  const scanner = new JsonElementScanner(selectors, options);
  for await (const piece of text) {
    yield* scanner.push(piece);
    if (scanner.stopped) return;
  }
  yield* scanner.end();
}

/** An open list or object on the way to what is selected. */
interface Container {
  readonly isList: boolean;
  /** Where the container itself stands in the document, to tell what was never closed. */
  readonly line: number;
  /** The selectors that lead through it. */
  readonly selectors: readonly Selector[];
  /** Of a list: the selectors that lead on from each of its entries, and how many entries there were. */
  readonly ofEntries: readonly Selector[];
  entries: number;
  /** Of an object: the key whose value is next. */
  key: string;
}

/** The value or key that the scanner is inside of. */
interface Token {
  readonly kind: 'key' | 'value';
  readonly form: 'string' | 'word' | 'container';
  readonly line: number;
  /** Null where nobody wants the text. */
  readonly path: readonly (string | number)[] | null;
  readonly limit: number;
  readonly parts: string[];
  /** Characters so far, kept or not. */
  length: number;
  /** Inside a container: how many brackets are open, and which of the first ones are lists. */
  depth: number;
  readonly lists: boolean[];
  isTooDeep: boolean;
}

/**
 * The scanner below `readJsonElements`, for text that is at hand. It looks at brackets, quotation marks, commas and
 * colons only. A comma too many or too few between two elements does no harm, since it is clear where they end.
 */
export class JsonElementScanner {
  private readonly selectors: readonly Selector[];
  private readonly root: 'list' | 'object' | 'either';
  private readonly maxCharacters: number;
  private readonly lists: readonly string[];
  private readonly containers: Container[] = [];
  private expects: 'value' | 'key' | 'colon' | 'nothing' = 'value';
  private token: Token | null = null;
  /** Inside a string: whether it is one within the token, and whether its next character is escaped. */
  private inString = false;
  private isEscaped = false;
  private hasBegun = false;
  private hasStopped = false;
  private line = 1;
  /** The next line feed in the piece that is not counted yet; infinite where there is none. */
  private lineFeed = Infinity;
  private found: JsonElement[] = [];

  constructor(selectors: readonly Selector[], options: ScanOptions = {}) {
    this.selectors = selectors;
    this.root = options.root ?? 'either';
    this.maxCharacters = options.maxCharacters ?? MAX_ELEMENT_CHARACTERS;
    this.lists = options.lists ?? [];
  }

  /** True once the document broke off: what follows is not looked at. */
  get stopped(): boolean {
    return this.hasStopped;
  }

  /** How many characters are kept for the element that is not complete yet. */
  get keptCharacters(): number {
    return this.token?.parts.reduce((sum, part) => sum + part.length, 0) ?? 0;
  }

  /** The elements that end in this piece. */
  push(piece: string): readonly JsonElement[] {
    this.found = [];
    if (piece === '' || this.hasStopped) return this.found;
    this.lineFeed = nextLineFeed(piece, 0);
    let at = !this.hasBegun && piece.startsWith('\uFEFF') ? 1 : 0;
    this.hasBegun = true;
    while (at < piece.length && !this.hasStopped) {
      at = this.token === null ? this.between(piece, at) : this.inside(piece, at, this.token, at);
    }
    this.lineAt(piece, piece.length);
    return this.found;
  }

  /** What is left when the text has ended: nothing, or the one element that tells where the document breaks off. */
  end(): readonly JsonElement[] {
    this.found = [];
    if (this.hasStopped) return this.found;
    if (this.expects === 'nothing' && this.token === null) return this.found;
    const open = this.containers.at(-1);
    if (this.token?.path) this.stop('the file ends in the middle of this entry', this.token.line, this.token.path);
    else if (open === undefined) this.stop('there is no JSON document in this file', this.line);
    else this.stop(`the file ends before the bracket of line ${open.line} is closed`, this.line);
    return this.found;
  }

  /** Between values: takes the next mark of the document's own structure and says where to go on. */
  private between(piece: string, from: number): number {
    NO_WHITE_SPACE.lastIndex = from;
    if (!NO_WHITE_SPACE.test(piece)) return piece.length;
    const at = NO_WHITE_SPACE.lastIndex - 1;
    const mark = piece[at];
    if (this.expects === 'nothing') {
      this.stop('there is text behind the end of the document', this.lineAt(piece, at));
    } else if (mark === '}' || mark === ']') {
      this.close(mark, this.lineAt(piece, at));
    } else if (mark === ',' && this.containers.length > 0 && this.expects !== 'colon') {
      this.expectNext();
    } else if (this.expects === 'colon') {
      if (mark === ':') this.expects = 'value';
      else this.stop('a key without a colon behind it', this.lineAt(piece, at));
    } else if (this.expects === 'key' && mark === '"') {
      return this.begin(piece, at, newToken('key', 'string', this.lineAt(piece, at), null, MAX_KEY_CHARACTERS));
    } else if (this.expects === 'key') {
      this.stop('a key without quotation marks', this.lineAt(piece, at));
    } else {
      return this.beginValue(piece, at);
    }
    return at + 1;
  }

  private expectNext(): void {
    const container = this.containers.at(-1);
    this.expects = container === undefined ? 'nothing' : container.isList ? 'value' : 'key';
  }

  private close(mark: '}' | ']', line: number): void {
    const container = this.containers.pop();
    if (container === undefined || container.isList !== (mark === ']')) {
      const open = container === undefined ? 'none' : `the "${container.isList ? '[' : '{'}" of line ${container.line}`;
      this.stop(`a "${mark}" that closes ${open}`, line);
    } else this.expectNext();
  }

  private beginValue(piece: string, at: number): number {
    const line = this.lineAt(piece, at);
    const mark = piece[at];
    const isList = mark === '[';
    const isContainer = isList || mark === '{';
    const container = this.containers.at(-1);
    if (container === undefined && !this.isRoot(isContainer ? (isList ? 'list' : 'object') : 'scalar', line)) return at;
    const depth = this.containers.length;
    if (depth === 1 && container?.isList === false && !isList && this.lists.includes(container.key)) {
      this.stop(`"${container.key}" is no list`, line);
      return at;
    }
    const selectors = this.leadingOn(container);
    if (container?.isList === true) container.entries += 1;
    const isSelected = selectors.some((selector) => selector.length === depth);
    if (isContainer && !isSelected && selectors.length > 0) {
      const ofEntries = isList ? selectors.filter((selector) => selector[depth] === '*') : [];
      this.containers.push({ isList, line, selectors, ofEntries, entries: 0, key: '' });
      this.expects = isList ? 'value' : 'key';
      return at + 1;
    }
    const form = isContainer ? 'container' : mark === '"' ? 'string' : 'word';
    return this.begin(piece, at, newToken('value', form, line, isSelected ? this.path() : null, this.maxCharacters));
  }

  /** Where the value stands that has just begun. */
  private path(): readonly (string | number)[] {
    return this.containers.map(({ isList, entries, key }) => (isList ? entries - 1 : key));
  }

  private isRoot(kind: 'list' | 'object' | 'scalar', line: number): boolean {
    if (kind === this.root || (this.root === 'either' && kind !== 'scalar')) return true;
    const wanted = { list: 'a JSON list', object: 'a JSON object', either: 'a JSON object or list' }[this.root];
    this.stop(`the document is not ${wanted}`, line);
    return false;
  }

  /** The selectors that the value about to begin is on the way of. */
  private leadingOn(container: Container | undefined): readonly Selector[] {
    if (container === undefined) return this.selectors;
    if (container.isList) return container.ofEntries;
    const step = this.containers.length - 1;
    return container.selectors.filter((selector) => selector[step] === '*' || selector[step] === container.key);
  }

  private begin(piece: string, at: number, token: Token): number {
    this.token = token;
    this.inString = token.form === 'string';
    this.isEscaped = false;
    if (token.form === 'container') return this.inside(piece, at, token, at);
    return this.inside(piece, at + 1, token, at);
  }

  /** Goes on inside a token, whose part in this piece begins at `start`; says where to go on behind it. */
  private inside(piece: string, from: number, token: Token, start: number): number {
    const end = this.endOf(piece, from, token);
    if (this.hasStopped) return piece.length;
    const part = piece.slice(start, end ?? piece.length);
    token.length += part.length;
    if (token.length > token.limit || token.isTooDeep) token.parts.length = 0;
    if (end !== null) this.finish(token, part);
    else if ((token.path !== null || token.kind === 'key') && token.length <= token.limit && !token.isTooDeep) {
      token.parts.push(part);
    }
    return end ?? piece.length;
  }

  /** Where the token ends in this piece, or null where it goes on beyond it. */
  private endOf(piece: string, from: number, token: Token): number | null {
    if (token.form === 'string') return this.endOfString(piece, from);
    if (token.form === 'container') return this.endOfContainer(piece, from, token);
    WORD_END.lastIndex = from;
    return WORD_END.test(piece) ? WORD_END.lastIndex - 1 : null;
  }

  private endOfString(piece: string, from: number): number | null {
    const begin = this.isEscaped ? from + 1 : from;
    this.isEscaped = false;
    for (let mark = piece.indexOf('"', begin); mark >= 0; mark = piece.indexOf('"', mark + 1)) {
      if (isEscapedAt(piece, begin, mark)) continue;
      this.inString = false;
      return mark + 1;
    }
    this.isEscaped = isEscapedAt(piece, begin, piece.length);
    return null;
  }

  private endOfContainer(piece: string, from: number, token: Token): number | null {
    let at = from;
    for (;;) {
      if (this.inString) {
        const end = this.endOfString(piece, at);
        if (end === null) return null;
        at = end;
      }
      STRUCTURE.lastIndex = at;
      if (!STRUCTURE.test(piece)) return null;
      at = STRUCTURE.lastIndex;
      const mark = piece[at - 1];
      if (mark === '"') this.inString = true;
      else if (mark === '{' || mark === '[') {
        token.depth += 1;
        // Beyond the greatest depth the brackets are only counted, so that no document can fill the memory.
        if (token.depth <= MAX_DEPTH) token.lists[token.depth] = mark === '[';
        else token.isTooDeep = true;
      } else {
        if (token.depth <= MAX_DEPTH && token.lists[token.depth] !== (mark === ']')) {
          this.stop(`a "${mark}" in line ${this.lineAt(piece, at - 1)} closes no bracket`, token.line, token.path);
          return null;
        }
        token.depth -= 1;
        if (token.depth === 0) return at;
      }
    }
  }

  private finish(token: Token, last: string): void {
    this.token = null;
    if (token.kind === 'key') {
      const container = this.containers.at(-1);
      const raw = token.parts.join('') + last;
      if (container !== undefined) container.key = token.length > token.limit ? '' : keyOf(raw);
      this.expects = 'colon';
      return;
    }
    this.expectNext();
    const { path, line } = token;
    if (path === null) return;
    if (token.isTooDeep) {
      this.found.push({ path, line, text: null, reason: `nested deeper than ${MAX_DEPTH} levels` });
    } else if (token.length > token.limit) {
      this.found.push({ path, line, text: null, reason: `longer than ${token.limit} characters` });
    } else {
      this.found.push({ path, line, text: token.parts.length === 0 ? last : token.parts.join('') + last });
    }
  }

  private stop(reason: string, line: number, path: readonly (string | number)[] | null = null): void {
    this.hasStopped = true;
    this.token = null;
    this.found.push({ path: path ?? this.path().slice(0, -1), line, text: null, reason });
  }

  /** The line of a place in the piece, which is never before the last one asked for. */
  private lineAt(piece: string, at: number): number {
    while (this.lineFeed < at) {
      this.line += 1;
      this.lineFeed = nextLineFeed(piece, this.lineFeed + 1);
    }
    return this.line;
  }
}

function newToken(kind: Token['kind'], form: Token['form'], line: number, path: Token['path'], limit: number): Token {
  return { kind, form, line, path, limit, parts: [], length: 0, depth: 0, lists: [], isTooDeep: false };
}

function nextLineFeed(piece: string, from: number): number {
  const at = piece.indexOf('\n', from);
  return at < 0 ? Infinity : at;
}

/** Whether what stands at `end` is escaped: whether an odd number of back slashes stands before `end`, none of them before `begin`. */
export function isEscapedAt(piece: string, begin: number, end: number): boolean {
  let at = end;
  while (at > begin && piece.charCodeAt(at - 1) === BACK_SLASH) at -= 1;
  return (end - at) % 2 === 1;
}

const BACK_SLASH = 92;

/** A key may be escaped ("\u006fbjects"). One that is no JSON string is taken as it stands. */
function keyOf(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    const key: unknown = JSON.parse(raw);
    return typeof key === 'string' ? key : raw;
  } catch {
    return raw;
  }
}
