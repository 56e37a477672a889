import type { Terminal } from './terminal.ts';

/** One object or array on standard output, and nothing else there. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}
