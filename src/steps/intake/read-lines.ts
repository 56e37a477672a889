/** One line of a file. `text` is null where the line was longer than the limit; its characters were not kept. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string | null;
}

/** A line longer than this is refused, so that no file can fill the memory. */
export const MAX_LINE_CHARACTERS = 64 * 1024;

export const TOO_LONG = 'the line is longer than 64 KiB';

/** Splits decoded text into lines (LF or CRLF), a block of lines for each piece of text. */
export async function* readLines(text: AsyncIterable<string>): AsyncGenerator<readonly Line[]> {
  let number = 1;
  let rest = '';
  let isTooLong = false;
  const lineOf = (line: string): Line => {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    return { number: number++, text: bare.length > MAX_LINE_CHARACTERS ? null : bare };
  };
  for await (const piece of text) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      const line = piece.slice(start, end);
      start = end + 1;
      if (isTooLong) lines.push({ number: number++, text: null });
      else lines.push(lineOf(rest === '' ? line : rest + line));
      rest = '';
      isTooLong = false;
    }
    if (!isTooLong) rest += piece.slice(start);
    if (rest.length > MAX_LINE_CHARACTERS + 1) {
      rest = '';
      isTooLong = true;
    }
    if (lines.length > 0) yield lines;
  }
  if (isTooLong) yield [{ number, text: null }];
  else if (rest !== '') yield [lineOf(rest)];
}
