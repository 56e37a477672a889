/** What a message may be made of. Beyond any of these it is kept as it is, and a person reads it. */
export const MAX_MESSAGE_BYTES = 25 * 1024 * 1024;
export const MAX_HEADER_BYTES = 256 * 1024;
export const MAX_NESTING = 20;
export const MAX_PARTS = 500;
const MAX_LINES = 200_000;
/** Lines that could part one part from the next, whatever the boundary is. */
const MAX_DASH_LINES = 20_000;

/** Why the raw bytes are not even to be parsed; null where nothing speaks against it. */
export function outOfBounds(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'it is empty';
  if (bytes.length > MAX_MESSAGE_BYTES) return `it is larger than ${MAX_MESSAGE_BYTES / 1024 / 1024} MiB`;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const boundaries = new Set<string>();
  // A boundary parameter stands within some head; more of them than parts are allowed need not be told apart.
  for (const [, quoted, bare] of raw
    .toString('latin1')
    .matchAll(/boundary[ \t]*=[ \t]*(?:"([^"\r\n]{1,200})"|([^\s";]{1,200}))/gi)) {
    boundaries.add(quoted ?? bare ?? '');
    if (boundaries.size > MAX_PARTS) return `it has more than ${MAX_PARTS} boundaries`;
  }
  let lines = 0;
  let dashLines = 0;
  let parts = 0;
  for (let at = 0; at >= 0 && at < raw.length;) {
    if (raw[at] === 0x2d && raw[at + 1] === 0x2d) {
      dashLines += 1;
      const line = raw.subarray(at + 2, at + 204).toString('latin1');
      const word = /^[^\r\n]*/.exec(line)?.[0].trimEnd() ?? '';
      if (boundaries.has(word)) parts += 1;
      if (parts > MAX_PARTS) return `it has more than ${MAX_PARTS} parts`;
      if (dashLines > MAX_DASH_LINES) return `it has more than ${MAX_DASH_LINES} lines that may part it`;
    }
    lines += 1;
    // The reader keeps an object a line: two million empty ones take minutes and gigabytes.
    if (lines > MAX_LINES) return `it has more than ${MAX_LINES} lines`;
    const end = raw.indexOf(0x0a, at);
    at = end < 0 ? -1 : end + 1;
  }
  return null;
}
