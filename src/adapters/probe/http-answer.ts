import { plainText } from '../../domain/plain-text.ts';

/*
 * Reads an HTTP/1 answer as it comes in, leniently: controllers are not written with the RFC at hand, and what they send is
 * evidence even where it is wrong. Bounded in everything; decodes chunks, and nothing else.
 */

export const MAX_HEAD_BYTES = 64 * 1024;
export const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADERS = 100;
const MAX_HEADER_TEXT = 16 * 1024;
const MAX_INTERIM = 5;
const MAX_CHUNK_LINE = 256;

export interface HttpHead {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly location: string | null;
}

/** Where an answer stands after what has come of it. */
export interface HttpAnswer {
  /** Takes more; true once it needs no more. */
  take(chunk: Uint8Array): boolean;
  /** Nothing more comes. */
  end(): void;
  readonly head: HttpHead | null;
  readonly body: Uint8Array;
  readonly bodyTruncated: boolean;
  /** What came is no HTTP; then `complaint` holds its beginning. */
  readonly isHttp: boolean;
  /** What is wrong with it, a sentence; null where nothing is. */
  readonly complaint: string | null;
  /** Whether any byte has come. */
  readonly heard: boolean;
}

type State = 'head' | 'length' | 'close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'done';

export function createHttpAnswer(): HttpAnswer {
  let state: State = 'head';
  let held: Buffer = Buffer.alloc(0);
  let searched = 0;
  let interim = 0;
  let head: HttpHead | null = null;
  let isHttp = true;
  let heard = false;
  let complaint: string | null = null;
  /** Bytes that are still to come of the body or the chunk. */
  let left = 0;
  let body: Buffer[] = [];
  let bodyBytes = 0;
  let truncated = false;

  const isDone = (): boolean => state === 'done';
  const finish = (why: string | null = null): void => {
    complaint ??= why;
    state = 'done';
  };

  function keep(bytes: Buffer): void {
    const room = MAX_BODY_BYTES - bodyBytes;
    if (bytes.length > room) truncated = true;
    const kept = bytes.subarray(0, room);
    body.push(kept);
    bodyBytes += kept.length;
    if (truncated) finish();
  }

  function readHead(): boolean {
    const end = endOfHead(held, searched);
    const short = held.length < 5 ? held.length : 5;
    if (held.subarray(0, short).toString('latin1') !== 'HTTP/'.slice(0, short)) {
      isHttp = false;
      finish(`not HTTP: "${plainText(held.subarray(0, 400).toString('latin1'), 80)}"`);
      return false;
    }
    if (end === null) {
      searched = Math.max(0, held.length - 3);
      if (held.length <= MAX_HEAD_BYTES) return false;
      head = parseHead(held.subarray(0, MAX_HEAD_BYTES));
      finish(`its headers have no end within ${MAX_HEAD_BYTES} bytes`);
      return false;
    }
    const parsed = parseHead(held.subarray(0, end));
    held = held.subarray(end);
    searched = 0;
    if (parsed === null) {
      isHttp = false;
      finish('its first line is no status line');
      return false;
    }
    if (parsed.status >= 100 && parsed.status < 200 && parsed.status !== 101) {
      interim += 1;
      if (interim > MAX_INTERIM) finish('it sends one interim answer after another');
      return state === 'head' && held.length > 0;
    }
    head = parsed;
    beginBody(parsed);
    return !isDone();
  }

  function beginBody({ status, headers }: HttpHead): void {
    if (status === 101 || status === 204 || status === 304) return finish();
    const value = (wanted: string): string | null => headers.find(([name]) => name === wanted)?.[1] ?? null;
    if (/\bchunked\b/i.test(value('transfer-encoding') ?? '')) {
      state = 'chunk-size';
      return;
    }
    const length = value('content-length');
    if (length !== null && /^\d{1,15}$/.test(length)) {
      left = Number(length);
      state = 'length';
      if (left === 0) finish();
      return;
    }
    if (length !== null) complaint = 'its Content-Length is no number';
    state = 'close';
  }

  /** One step on; false where it needs more bytes, or none any more. */
  function step(): boolean {
    if (state === 'head') return readHead();
    if (state === 'done' || held.length === 0) return false;
    if (state === 'close') {
      keep(held);
      held = Buffer.alloc(0);
      return false;
    }
    if (state === 'length' || state === 'chunk-data') {
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      const wasLength = state === 'length';
      keep(part);
      if (left > 0) return false;
      if (wasLength) finish();
      else if (!truncated) state = 'chunk-end';
      return !wasLength && !truncated;
    }
    const newline = held.indexOf(10);
    if (newline < 0) {
      if (held.length > MAX_CHUNK_LINE) finish('its chunks are broken');
      return false;
    }
    const line = held.subarray(0, newline).toString('latin1').trim();
    held = held.subarray(newline + 1);
    if (state === 'chunk-end') {
      if (line === '') state = 'chunk-size';
      else finish('its chunks are broken');
      return !isDone();
    }
    const size = /^[0-9a-f]{1,8}(?=\s*(;|$))/i.exec(line)?.[0];
    if (size === undefined) finish('its chunks are broken');
    else if (/^0+$/.test(size)) finish();
    else {
      left = Number.parseInt(size, 16);
      state = 'chunk-data';
    }
    return size !== undefined && !/^0+$/.test(size);
  }

  return {
    take(chunk) {
      if (state === 'done') return true;
      if (chunk.length > 0) heard = true;
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      while (step());
      return isDone();
    },
    end() {
      if (state === 'done') return;
      if (state === 'head') {
        if (!heard) return finish();
        head = parseHead(held);
        isHttp = head !== null;
        finish(
          isHttp
            ? 'it closed within its headers'
            : `not HTTP: "${plainText(held.subarray(0, 400).toString('latin1'), 80)}"`,
        );
      } else finish(state === 'close' ? null : 'it closed before the end of its body');
    },
    get head() {
      // Headers that drip in are evidence as far as they have come.
      return head ?? (state === 'head' && isHttp ? parseHead(held) : null);
    },
    get body() {
      if (body.length > 1) body = [Buffer.concat(body)];
      return body[0] ?? Buffer.alloc(0);
    },
    get bodyTruncated() {
      return truncated;
    },
    get isHttp() {
      return isHttp;
    },
    get complaint() {
      return complaint;
    },
    get heard() {
      return heard;
    },
  };
}

/** Behind the empty line; bare line feeds count (RFC 9112 section 2.2). Null where there is none yet. */
function endOfHead(bytes: Buffer, from: number): number | null {
  const strict = bytes.indexOf('\r\n\r\n', from);
  const bare = bytes.indexOf('\n\n', from);
  if (strict < 0 && bare < 0) return null;
  if (bare < 0 || (strict >= 0 && strict < bare)) return strict + 4;
  return bare + 2;
}

/** Null where the first line is no status line; headers of which no name can be read are left out. */
function parseHead(bytes: Buffer): HttpHead | null {
  const text = bytes.toString('utf8');
  const firstEnd = text.indexOf('\n');
  const first = firstEnd < 0 ? text : text.slice(0, firstEnd);
  const status = /^HTTP\/\d(?:\.\d)? +(\d{3})(?!\d)/.exec(first)?.[1];
  if (status === undefined) return null;
  const headers: (readonly [string, string])[] = [];
  let location: string | null = null;
  let size = 0;
  for (let at = firstEnd < 0 ? text.length : firstEnd + 1; at < text.length && headers.length < MAX_HEADERS;) {
    const newline = text.indexOf('\n', at);
    const line = text.slice(at, newline < 0 ? text.length : newline);
    at = newline < 0 ? text.length : newline + 1;
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = plainText(line.slice(0, Math.min(colon, 400)).toLowerCase(), 100);
    const value = plainText(line.slice(colon + 1).trimStart(), 2000);
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (name === '' || size > MAX_HEADER_TEXT) continue;
    headers.push([name, value]);
    if (name === 'location') location ??= value;
  }
  return { status: Number(status), headers, location };
}
