import type { Terminal } from './terminal.ts';

/** JSON leaves these as they are; a terminal that shows the output might obey them. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One object or array on standard output, and nothing else there. */
export function printJson(terminal: Terminal, value: unknown): void {
  const text = JSON.stringify(value, null, 2);
  terminal.out(`${text.replaceAll(UNSAFE, escaped)}\n`);
}

/** RFC 8259 section 7. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
