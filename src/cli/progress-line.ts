import type { Progress } from '../ports/progress.ts';
import { safeText } from './terminal.ts';
import type { Terminal } from './terminal.ts';

const REDRAW_MS = 100;
/** Where there is no terminal to redraw, a line at most this often, and none for what is done sooner. */
const LINE_MS = 2000;
/** How often it is looked whether a step that says nothing more has become a long one. */
const LOOK_MS = 100;

/**
 * Says on standard error what goes on: one line that is redrawn on a terminal, now and then a new line elsewhere. What
 * has been said is not said again. `end` stops it and takes the line away.
 */
export function createProgressLine(terminal: Terminal): Progress & { end(): void } {
  const pauseMs = terminal.errIsTerminal ? REDRAW_MS : LINE_MS;
  let lastAt = performance.now();
  let latest = '';
  let shown = '';
  const look = (): void => {
    if (latest === shown || performance.now() - lastAt < pauseMs) return;
    lastAt = performance.now();
    shown = latest;
    if (terminal.errIsTerminal) terminal.status(latest);
    else terminal.err(`${latest}\n`);
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return {
    step(text, done, total) {
      latest = `${safeText(text)}${countText(done, total)} …`;
      look();
    },
    beforeQuestion(text) {
      latest = shown;
      if (terminal.errIsTerminal) terminal.err(`${safeText(text)}\n`);
    },
    end() {
      clearInterval(timer);
      terminal.status('');
    },
  };
}

/** A step that has just begun has counted nothing worth saying. */
function countText(done: number | undefined, total: number | undefined): string {
  if (done === undefined || done === 0) return '';
  return ` ${done.toLocaleString('en')}${total === undefined ? '' : ` of ${total.toLocaleString('en')}`}`;
}
