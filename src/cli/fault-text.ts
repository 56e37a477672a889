import { safeLines } from './terminal.ts';

/** A fault of ours, whole, for whoever runs the program; `what` met it. */
export function faultText(what: string, fault: unknown): string {
  const words =
    typeof fault === 'string'
      ? fault
      : fault instanceof Error
        ? (fault.stack ?? fault.message)
        : 'a fault that is no error';
  return `dismantle: ${what} failed:\n${safeLines(words)}\n`;
}
