import type { Progress } from '../ports/progress.ts';
import type { Terminal } from './terminal.ts';

const REDRAW_MS = 100;
/** Where there is no terminal to redraw, a line at most this often, and none for what is done sooner. */
const LINE_MS = 2000;

/** One line on standard error that says what goes on: redrawn on a terminal, now and then a new line elsewhere. */
export function createProgressLine(terminal: Terminal, quiet: boolean): Progress & { clear(): void } {
  let last = performance.now();
  let shown = false;
  const clear = (): void => {
    if (shown && terminal.errIsTerminal) terminal.err('\r\u001b[2K');
    shown = false;
  };
  return {
    clear,
    step(text, done, total) {
      if (quiet) return;
      const now = performance.now();
      if (now - last < (terminal.errIsTerminal ? REDRAW_MS : LINE_MS)) return;
      last = now;
      const count =
        done === undefined
          ? ''
          : ` ${done.toLocaleString('en')}${total === undefined ? '' : ` of ${total.toLocaleString('en')}`}`;
      const line = `${text}${count} …`;
      if (terminal.errIsTerminal)
        terminal.err(`\r\u001b[2K${terminal.errStyle.dim(line.slice(0, terminal.columns - 1))}`);
      else terminal.err(`${line}\n`);
      shown = true;
    },
  };
}
