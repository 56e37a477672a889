import { problem } from '../../domain/problem.ts';

/** A header field as it stands: `line` with its name and its folds, without the last line end. */
export interface Field {
  /** In small letters. */
  readonly name: string;
  readonly line: string;
}

export interface MessageParts {
  readonly fields: readonly Field[];
  /** What follows the empty line. */
  readonly body: Buffer;
}

/** RFC 5322 section 2.1.1. */
const MAX_LINE = 998;

/**
 * Takes a message apart into its fields and its body, byte for byte: `joinMessage` gives the same bytes again. Refuses what is
 * not ASCII in lines of at most 998 octets that end in CRLF, for nothing that we make is otherwise, and signatures stand on it.
 */
export function splitMessage(message: Uint8Array): MessageParts {
  const text = Buffer.from(message).toString('latin1');
  if (/[^\r\n\t\x20-\x7e]/.test(text)) refuse('it has bytes outside of printable ASCII');
  if (/(?<!\r)\n|\r(?!\n)/.test(text)) refuse('its lines do not all end in CRLF');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) refuse('it has no end of its header');
  if (text.split('\r\n').some((line) => line.length > MAX_LINE))
    refuse(`it has a line of more than ${MAX_LINE} octets`);
  const fields = text
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((line): Field => {
      const name = /^([A-Za-z][A-Za-z0-9-]{0,76}):/.exec(line)?.[1];
      if (name === undefined) return refuse('a line of its header is no field');
      return { name: name.toLowerCase(), line };
    });
  return { fields, body: Buffer.from(text.slice(end + 4), 'latin1') };
}

export function joinMessage({ fields, body }: MessageParts): Buffer {
  return Buffer.concat([Buffer.from(`${fields.map(({ line }) => line).join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

export function refuse(reason: string): never {
  throw problem(
    'refused',
    `this is no mail that may be sent: ${reason}`,
    'Draft the notice again; nothing has been sent',
  );
}

/** "Mon, 23 Nov 2026 10:00:00 +0000" (RFC 5322 section 3.3). */
export function mailDate(instant: number): string {
  return new Date(instant).toUTCString().replace('GMT', '+0000');
}
