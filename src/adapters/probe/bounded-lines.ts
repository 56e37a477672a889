import type { Readable } from 'node:stream';

/**
 * Gives each line of a stream; a longer one than allowed is not kept, and told once as `onTooLong`.
 *
 * @param maxBytes without the line feed
 */
export function eachLine(
  stream: Readable,
  maxBytes: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): void {
  let held: Buffer[] = [];
  let size = 0;
  let skipping = false;
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let newline = rest.indexOf(10); newline >= 0; newline = rest.indexOf(10)) {
      add(rest.subarray(0, newline));
      rest = rest.subarray(newline + 1);
      const line = Buffer.concat(held).toString('utf8');
      const whole = !skipping;
      held = [];
      size = 0;
      skipping = false;
      if (whole && line.trim() !== '') onLine(line);
    }
    add(rest);
  });

  function add(part: Buffer): void {
    if (skipping || part.length === 0) return;
    size += part.length;
    if (size <= maxBytes) {
      held.push(part);
      return;
    }
    held = [];
    skipping = true;
    onTooLong();
  }
}
