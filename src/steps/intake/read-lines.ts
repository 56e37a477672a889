/** One line of a file. `text` is null where the line was longer than the limit; its bytes were not kept. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string | null;
}

/** A line longer than this is refused, so that no file can fill the memory. */
export const MAX_LINE_BYTES = 64 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Splits UTF-8 bytes into lines (LF or CRLF), without a byte order mark. Bytes that are not UTF-8 come out as U+FFFD,
 * which no indicator may contain, so they end in a rejection and not in a guess.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let number = 1;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let pending = false;
  const take = (piece: Buffer): void => {
    pending = true;
    keptBytes += piece.length;
    if (keptBytes <= MAX_LINE_BYTES) kept.push(piece);
    else kept = [];
  };
  const finish = (): Line => {
    let text: string | null = null;
    if (keptBytes <= MAX_LINE_BYTES) {
      const bytes = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept);
      const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
      text = decoder.decode(bytes.subarray(0, end));
      if (number === 1 && text.startsWith('\uFEFF')) text = text.slice(1);
    }
    kept = [];
    keptBytes = 0;
    pending = false;
    return { number: number++, text };
  };
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = buffer.indexOf(LINE_FEED); end >= 0; end = buffer.indexOf(LINE_FEED, start)) {
      take(buffer.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    if (start < buffer.length) take(buffer.subarray(start));
  }
  if (pending) yield finish();
}
