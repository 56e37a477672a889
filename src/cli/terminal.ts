import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** What a command writes to. Standard output carries results only; everything else goes to standard error. */
export interface Terminal {
  out(text: string): void;
  /** For much output: resolves when the reader is ready for more, so that what waits stays small. */
  outBytes(chunk: Uint8Array): Promise<void>;
  err(text: string): void;
  /** Shows a line on standard error in place of the last one, until anything else is written; "" takes it away. */
  status(line: string): void;
  /** Shows several lines in place of the last ones, as `status` does. Nothing where standard error is no terminal. */
  panel(lines: readonly string[]): void;
  /** Styles are plain text where there is no terminal, or NO_COLOR is set. */
  readonly style: Style;
  readonly errStyle: Style;
  readonly errIsTerminal: boolean;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** A stream as Node gives it: `isTTY` and `columns` are there only when it is a terminal. */
export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface TerminalStreams {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A terminal's width where it does not say. */
const COLUMNS = 80;

function createStyle(coloured: boolean): Style {
  const wrap = (open: number, close: number) => (text: string) =>
    coloured ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { bold: wrap(1, 22), dim: wrap(2, 22), red: wrap(31, 39), green: wrap(32, 39), yellow: wrap(33, 39) };
}

/** The process's own streams; NO_COLOR (no-color.org) and TERM=dumb are kept to. */
export function processTerminal(): Terminal {
  return createTerminal(process);
}

export function createTerminal({ stdout, stderr, env }: TerminalStreams): Terminal {
  const wantsColour = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  const errIsTerminal = stderr.isTTY === true;
  const errStyle = createStyle(errIsTerminal && wantsColour);
  let shown = 0;
  // Both streams may be one screen: whatever is written begins on an empty line.
  const wipe = (): void => {
    if (shown > 0) stderr.write(`\r\u001b[2K${'\u001b[1A\u001b[2K'.repeat(shown - 1)}`);
    shown = 0;
  };
  const width = (): number => (stderr.columns ?? COLUMNS) - 1;
  return {
    out(text) {
      wipe();
      stdout.write(text);
    },
    async outBytes(chunk) {
      wipe();
      if (!stdout.write(chunk)) await once(stdout, 'drain');
    },
    err(text) {
      wipe();
      stderr.write(text);
    },
    status(line) {
      if (!errIsTerminal) return;
      wipe();
      if (line === '') return;
      stderr.write(errStyle.dim(line.slice(0, width())));
      shown = 1;
    },
    panel(lines) {
      if (!errIsTerminal) return;
      wipe();
      stderr.write(lines.map((line) => line.slice(0, width())).join('\n'));
      shown = lines.length;
    },
    style: createStyle(stdout.isTTY === true && wantsColour),
    errStyle,
    errIsTerminal,
  };
}

/** Control characters, and marks that turn the direction of writing round; line ends apart. */
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Lines that may quote somebody else's text, as a terminal may show them: an escape sequence could rewrite the screen. */
export function safeLines(text: string): string {
  return text.replaceAll(UNSAFE, '\ufffd');
}

/** The same for text that must stay on one line. */
export function safeText(text: string): string {
  return safeLines(text).replaceAll(/[\n\u2028\u2029]/g, '\ufffd');
}
