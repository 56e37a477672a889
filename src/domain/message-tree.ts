import { failure, success } from './result.ts';
import type { Result } from './result.ts';

/** One header field as it stands in the message. */
export interface HeaderField {
  /** In small letters. */
  readonly name: string;
  /** Unfolded, not decoded. */
  readonly value: string;
  /** The longest of its lines. */
  readonly longestLine: number;
}

/** One part of a message (RFC 2045), or the whole. */
export interface MessagePart {
  readonly fields: readonly HeaderField[];
  /** "text/plain", in small letters. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly encoding: string;
  readonly filename: string | null;
  /** Decoded from its transfer encoding; empty for a multipart. */
  readonly content: Uint8Array;
  readonly parts: readonly MessagePart[];
  /** False for a multipart that ends without its closing delimiter: something is cut off. */
  readonly isClosed: boolean;
}

export interface MessageTree extends MessagePart {
  readonly longestLine: number;
  readonly hasBareLineEnds: boolean;
  /** What is not ASCII stands in a header, or in a body that does not say so. */
  readonly hasUndeclared8bit: boolean;
}

const MAX_BYTES = 50_000_000;
const MAX_PARTS = 5000;
const MAX_DEPTH = 6;

/**
 * Reads a message into the tree of its parts, strictly and bounded: it is to be judged, so nothing is repaired but
 * line ends. The reason why not is a sentence.
 */
export function readMessageTree(bytes: Uint8Array): Result<MessageTree, string> {
  if (bytes.length > MAX_BYTES) return failure('larger than 50 MB');
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const text = raw.replaceAll(/\r?\n|\r/g, '\r\n');
  const budget = { parts: 0 };
  const root = readPart(text, 0, budget);
  if (root === null) return failure(`more than ${MAX_PARTS} parts, or nested deeper than ${MAX_DEPTH}`);
  if (root.fields.length === 0) return failure('no header field: this is no mail message');
  return success({
    ...root,
    longestLine: text.split('\r\n').reduce((longest, line) => Math.max(longest, line.length), 0),
    hasBareLineEnds: text !== raw,
    hasUndeclared8bit: hasUndeclared8bit(text),
  });
}

function hasUndeclared8bit(text: string): boolean {
  if (!/[\x80-\xff]/.test(text)) return false;
  return (
    /[\x80-\xff]/.test(text.slice(0, text.indexOf('\r\n\r\n'))) ||
    !/^content-transfer-encoding: *(8bit|binary)/im.test(text)
  );
}

function readPart(text: string, depth: number, budget: { parts: number }): MessagePart | null {
  budget.parts += 1;
  if (budget.parts > MAX_PARTS || depth > MAX_DEPTH) return null;
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const body = end < 0 ? '' : text.slice(end === 0 ? 2 : end + 4);
  const fields = readFields(head);
  const { value: type, parameters } = readParameters(fieldOf(fields, 'content-type') ?? 'text/plain');
  const { parameters: disposition } = readParameters(fieldOf(fields, 'content-disposition') ?? '');
  const encoding = (fieldOf(fields, 'content-transfer-encoding') ?? '7bit').trim().toLowerCase();
  const boundary = parameters.get('boundary');
  const parts: MessagePart[] = [];
  let isClosed = true;
  if (type.startsWith('multipart/') && boundary !== undefined && boundary !== '') {
    const split = splitAt(body, boundary);
    isClosed = split.isClosed;
    for (const piece of split.pieces) {
      const part = readPart(piece, depth + 1, budget);
      if (part === null) return null;
      parts.push(part);
    }
  }
  return {
    fields,
    type,
    parameters,
    encoding,
    filename: disposition.get('filename') ?? parameters.get('name') ?? null,
    content: type.startsWith('multipart/') ? new Uint8Array() : decode(body, encoding),
    parts,
    isClosed,
  };
}

/** The body parts between the delimiter lines (RFC 2046 section 5.1.1); preamble and epilogue are left out. */
function splitAt(body: string, boundary: string): { pieces: readonly string[]; isClosed: boolean } {
  const pieces: string[] = [];
  const delimiter = `\r\n--${boundary}`;
  const text = `\r\n${body}`;
  let from = -1;
  let at = text.indexOf(delimiter);
  while (at >= 0) {
    const lineEnd = text.indexOf('\r\n', at + delimiter.length);
    const rest = text.slice(at + delimiter.length, lineEnd < 0 ? undefined : lineEnd);
    if (/^(--)?[ \t]*$/.test(rest)) {
      if (from >= 0) pieces.push(text.slice(from, Math.max(from, at)));
      if (rest.startsWith('--') || lineEnd < 0) return { pieces, isClosed: rest.startsWith('--') };
      from = lineEnd + 2;
      // The line end of this delimiter may be the one that begins the next.
      at = text.indexOf(delimiter, lineEnd);
    } else {
      at = text.indexOf(delimiter, at + delimiter.length);
    }
  }
  if (from >= 0) pieces.push(text.slice(from));
  return { pieces, isClosed: false };
}

function readFields(head: string): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  const lines = head.split('\r\n').filter((line) => line !== '');
  for (const [index, line] of lines.entries()) {
    const [, name, value] = /^([!-9;-~]+):[ \t]?(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const folded: string[] = [];
    for (let next = index + 1; /^[ \t]/.test(lines[next] ?? ''); next += 1) folded.push(lines[next] ?? '');
    fields.push({
      name: name.toLowerCase(),
      value: [value, ...folded].join(''),
      longestLine: [line, ...folded].reduce((longest, { length }) => Math.max(longest, length), 0),
    });
  }
  return fields;
}

/** The first field of a name, or undefined. */
export function fieldOf(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

function readParameters(value: string): { value: string; parameters: ReadonlyMap<string, string> } {
  const [first = ''] = value.split(';');
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of value.matchAll(/;\s*([!-~]+?)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g)) {
    parameters.set(name.toLowerCase(), quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  return { value: first.trim().toLowerCase(), parameters };
}

function decode(body: string, encoding: string): Uint8Array {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1');
  const joined = body.replaceAll(/=[ \t]*\r\n/g, '');
  return Buffer.from(
    joined.replaceAll(/=([0-9A-Fa-f]{2})/g, (_mark, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** The text of a part in its charset (UTF-8 where it names none that is known), with "\n" for line ends. */
export function textOf({ content, parameters }: MessagePart): string {
  return decodeCharset(content, parameters.get('charset') ?? 'utf-8').replaceAll('\r\n', '\n');
}

function decodeCharset(content: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(content);
  } catch {
    return new TextDecoder().decode(content);
  }
}

/** A header value with its encoded words read (RFC 2047). */
export function decodeWords(value: string): string {
  return value.replaceAll(/(=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=)\s+(?==\?[^?\s]+\?[BbQq]\?)/g, '$1').replaceAll(
    /((?:=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=)+)/g,
    // Neighbours of one charset are read together, for a character may be cut in two between them.
    (run: string) => {
      const words = [...run.matchAll(/=\?([^?\s]+)\?([BbQq])\?([^?\s]*)\?=/g)];
      const bytes = words.map(([, , kind = 'Q', text = '']) =>
        kind.toUpperCase() === 'B'
          ? Buffer.from(text, 'base64')
          : Buffer.from(decode(text.replaceAll('_', ' '), 'quoted-printable')),
      );
      return decodeCharset(Buffer.concat(bytes), words[0]?.[1]?.split('*')[0] ?? 'utf-8');
    },
  );
}
