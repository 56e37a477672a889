/** What a command writes to. Standard output carries results only; everything else goes to standard error. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Styles are plain text where there is no terminal, or NO_COLOR is set. */
  readonly style: Style;
  readonly errStyle: Style;
  readonly columns: number;
  readonly errIsTerminal: boolean;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

function createStyle(coloured: boolean): Style {
  const wrap = (open: number, close: number) => (text: string) =>
    coloured ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { bold: wrap(1, 22), dim: wrap(2, 22), red: wrap(31, 39), green: wrap(32, 39), yellow: wrap(33, 39) };
}

/** The process's own streams; NO_COLOR (no-color.org) and TERM=dumb are kept to. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const wantsColour = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    style: createStyle(stdout.isTTY && wantsColour),
    errStyle: createStyle(stderr.isTTY && wantsColour),
    columns: stdout.isTTY ? stdout.columns : 120,
    errIsTerminal: stderr.isTTY,
  };
}

/**
 * Text from feeds as a terminal may show it: control characters (an escape sequence could rewrite the screen) and marks
 * that turn the direction of writing round are taken out.
 */
export function safeText(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
