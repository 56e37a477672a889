import { MAX_MESSAGE_BYTES } from './bounds.ts';

const LF = 0x0a;
const FROM = Buffer.from('From ');

/**
 * Whether a file is an mbox: its first line is "From " with a sender or date behind it. A message never begins so (a
 * field name holds no blank).
 */
export function isMbox(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 5)).equals(FROM);
}

/**
 * Parts an mbox (RFC 4155) into messages while it is read. A line "From " that follows an empty line, or begins the file,
 * begins a message; of lines ">From ", ">>From " … one ">" is taken away (mboxrd; mboxo wrote only the first kind). A
 * message beyond the largest size is handed on cut at that size plus one byte, which the reader refuses and says so.
 */
export async function* splitMbox(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let lines: Uint8Array[] = [];
  let sizeBytes = 0;
  let begun = false;
  let afterBlank = true;
  for await (const line of linesOf(chunks)) {
    const isBlank = line.length === 1 || (line.length === 2 && line[0] === 0x0d);
    if (afterBlank && isMbox(line)) {
      if (begun) yield Buffer.concat(withoutLastBlank(lines));
      begun = true;
      lines = [];
      sizeBytes = 0;
      afterBlank = false;
      continue;
    }
    afterBlank = isBlank;
    if (!begun || sizeBytes > MAX_MESSAGE_BYTES) continue;
    const content = /^>+From /.test(Buffer.from(line.subarray(0, 80)).toString('latin1')) ? line.subarray(1) : line;
    lines.push(content.subarray(0, MAX_MESSAGE_BYTES + 1 - sizeBytes));
    sizeBytes += content.length;
  }
  if (begun) yield Buffer.concat(withoutLastBlank(lines));
}

/** The empty line before the next "From " belongs to the mbox, not to the message. */
function withoutLastBlank(lines: readonly Uint8Array[]): readonly Uint8Array[] {
  const last = lines.at(-1);
  const isBlank =
    last !== undefined && (last.length === 1 || (last.length === 2 && last[0] === 0x0d)) && last.at(-1) === LF;
  return isBlank ? lines.slice(0, -1) : lines;
}

/** Lines with their ends; a line longer than a message may be comes in pieces, of which only the first begins a line. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      const end = chunk.indexOf(LF, at);
      const piece = chunk.subarray(at, end < 0 ? chunk.length : end + 1);
      waiting.push(piece);
      waitingBytes += piece.length;
      at += piece.length;
      if (end < 0 && waitingBytes <= MAX_MESSAGE_BYTES) break;
      yield waiting.length === 1 ? piece : Buffer.concat(waiting);
      waiting = [];
      waitingBytes = 0;
    }
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting);
}
