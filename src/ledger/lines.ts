const NEWLINE = 0x0a;

/** Receives each line without its newline; null instead of one that is not UTF-8. `isWhole` is false without a newline. */
export type LineHandler = (text: string | null, isWhole: boolean) => void;

/** Parts a stream of bytes into lines. Memory is bounded by the longest line allowed. */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #handle: LineHandler;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  constructor(maxBytes: number, handle: LineHandler) {
    this.#maxBytes = maxBytes;
    this.#handle = handle;
  }

  /** Takes the next bytes. False when a line is too long: then nothing more can be read. */
  push(chunk: Uint8Array): boolean {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (this.#pieceBytes + end - start > this.#maxBytes) return false;
      if (this.#pieceBytes === 0) {
        this.#handle(decode(bytes, start, end), true);
      } else {
        this.#pieces.push(bytes.subarray(start, end));
        this.#flush(true);
      }
      start = end + 1;
    }
    if (start < bytes.length) {
      // A copy: whoever hands in the chunk may use its memory again.
      this.#pieces.push(Buffer.from(bytes.subarray(start)));
      this.#pieceBytes += bytes.length - start;
    }
    return this.#pieceBytes <= this.#maxBytes;
  }

  /** Hands on what stands after the last newline. */
  end(): void {
    if (this.#pieceBytes > 0) this.#flush(false);
  }

  #flush(isWhole: boolean): void {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#handle(decode(bytes, 0, bytes.length), isWhole);
  }
}

function decode(bytes: Buffer, start: number, end: number): string | null {
  const text = bytes.toString('utf8', start, end);
  // Bytes that are not UTF-8 come out as U+FFFD; only where one stands need it be asked whether it stood there before.
  if (!text.includes('\uFFFD')) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start, end));
  } catch {
    return null;
  }
}
