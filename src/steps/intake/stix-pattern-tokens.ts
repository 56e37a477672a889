import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { isEscapedAt } from '../../domain/json-elements.ts';

/** A word, literal or mark of a STIX pattern. */
export interface PatternToken {
  readonly kind: 'word' | 'mark' | 'string' | 'number' | 'timestamp' | 'binary';
  /** Of a literal in quotation marks: what stands between them, with nothing escaped. */
  readonly text: string;
  /** Where it begins in the pattern, from 0. */
  readonly at: number;
}

const WHITE_SPACE = /\s+/y;
const WORD = /[a-z_][a-z0-9_-]*/iy;
const NUMBER = /[+-]?(?:\d+(?:\.\d+)?|\.\d+)/y;
const MARK = /==|!=|<>|<=|>=|[=<>[\]().,:*]/y;

/** Literals other than plain strings: t'…' is a moment, h'…' and b'…' are bytes. */
const PREFIXES: ReadonlyMap<string, PatternToken['kind']> = new Map([
  ['t', 'timestamp'],
  ['h', 'binary'],
  ['b', 'binary'],
]);

/** Cuts a pattern into its tokens (the grammar of STIX 2.1 section 9); the problem is a sentence. */
export function patternTokens(pattern: string): Result<readonly PatternToken[], string> {
  const tokens: PatternToken[] = [];
  for (let at = skip(pattern, 0); at < pattern.length; at = skip(pattern, at)) {
    const kind = pattern[at + 1] === "'" ? PREFIXES.get(pattern[at] ?? '') : undefined;
    if (kind !== undefined || pattern[at] === "'") {
      const begin = kind === undefined ? at + 1 : at + 2;
      const end = endOfQuoted(pattern, begin);
      if (end === null) return failure(`not a STIX pattern: the quotation mark at character ${at + 1} is not closed`);
      const text = unescaped(pattern.slice(begin, end));
      if (text === null) return failure(`not a STIX pattern: a back slash escapes nothing behind character ${at + 1}`);
      tokens.push({ kind: kind ?? 'string', text, at });
      at = end + 1;
      continue;
    }
    const plain = match(WORD, 'word', pattern, at) ?? match(NUMBER, 'number', pattern, at);
    const token = plain ?? match(MARK, 'mark', pattern, at);
    if (token === null) return failure(`not a STIX pattern: character ${at + 1} has no meaning in one`);
    tokens.push(token);
    at += token.text.length;
  }
  return success(tokens);
}

/** Behind white space and comments, which the grammar skips; a comment that is not closed reaches to the end. */
function skip(pattern: string, from: number): number {
  let at = from;
  for (;;) {
    WHITE_SPACE.lastIndex = at;
    if (WHITE_SPACE.test(pattern)) at = WHITE_SPACE.lastIndex;
    const end = pattern.startsWith('/*', at) ? '*/' : pattern.startsWith('//', at) ? '\n' : null;
    if (end === null) return at;
    const found = pattern.indexOf(end, at + 2);
    at = found < 0 ? pattern.length : found + end.length;
  }
}

function match(form: RegExp, kind: PatternToken['kind'], pattern: string, at: number): PatternToken | null {
  form.lastIndex = at;
  const [text] = form.exec(pattern) ?? [];
  return text === undefined ? null : { kind, text, at };
}

/** Where the quotation mark stands that closes a literal, or null. */
function endOfQuoted(pattern: string, begin: number): number | null {
  for (let quote = pattern.indexOf("'", begin); quote >= 0; quote = pattern.indexOf("'", quote + 1)) {
    if (!isEscapedAt(pattern, begin, quote)) return quote;
  }
  return null;
}

/** A back slash escapes a quotation mark or another back slash, and nothing else (STIX 2.1 section 9). */
function unescaped(text: string): string | null {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\['\\]/g, '').includes('\\') ? null : text.replaceAll(/\\(['\\])/g, '$1');
}
