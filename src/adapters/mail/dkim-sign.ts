import { hash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Instant } from '../../domain/instant.ts';
import type { Field, MessageParts } from './message-fields.ts';

export interface DkimKey {
  /** d= and s=, in ASCII. */
  readonly domain: string;
  readonly selector: string;
  readonly key: KeyObject;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
}

/** Fields that a message has once: signed once more than they are there, so that none can be put in (RFC 6376 section 5.4.2). */
const OVERSIGNED: readonly string[] = [
  'from', 'to', 'cc', 'subject', 'date', 'message-id', 'reply-to', 'in-reply-to', 'references', 'mime-version',
  'content-type', 'content-transfer-encoding', 'auto-submitted',
]; // prettier-ignore
/** Signed where they are. */
const SIGNED: readonly string[] = ['sender', 'content-language', 'content-disposition'];

const FOLD_AT = 72;

/**
 * Puts a DKIM signature before a message: relaxed/relaxed (RFC 6376 section 3.4), rsa-sha256 or ed25519-sha256 (RFC 8463), over
 * the whole body. Ours, because neither of the libraries at hand signs a field that is not there.
 */
export function dkimSigned(message: MessageParts, dkim: DkimKey, date: Instant): MessageParts {
  const bodyHash = hash('sha256', relaxedBody(message.body), 'base64');
  const names = [...OVERSIGNED, ...SIGNED].flatMap((name) => {
    const present = message.fields.filter((field) => field.name === name).length;
    return Array.from({ length: present + (OVERSIGNED.includes(name) ? 1 : 0) }, () => name);
  });
  const tags = [
    'v=1',
    `a=${dkim.algorithm}`,
    'c=relaxed/relaxed',
    `d=${dkim.domain}`,
    `s=${dkim.selector}`,
    `t=${Math.floor(date / 1000)}`,
    `h=${foldedList(names)}`,
    `bh=${bodyHash}`,
    'b=',
  ];
  const unsigned = `DKIM-Signature: ${tags.join(';\r\n ')}`;
  // The field itself comes last, its b= empty and without a line end (section 3.7).
  const signedText = `${names.map((name, index) => relaxedField(nth(message.fields, names, index, name))).join('')}${relaxedLine(unsigned)}`;
  const signature =
    dkim.algorithm === 'rsa-sha256'
      ? sign('sha256', Buffer.from(signedText, 'latin1'), dkim.key)
      : sign(null, hash('sha256', Buffer.from(signedText, 'latin1'), 'buffer'), dkim.key);
  const folded = signature.toString('base64').match(/.{1,72}/g) ?? [];
  const field: Field = { name: 'dkim-signature', line: `${unsigned}\r\n ${folded.join('\r\n ')}` };
  return { fields: [field, ...message.fields], body: message.body };
}

/** What the index-th name of h= stands for: fields of one name from the last to the first, then none (section 5.4.2). */
function nth(fields: readonly Field[], names: readonly string[], index: number, name: string): Field | null {
  const before = names.slice(0, index).filter((earlier) => earlier === name).length;
  return fields.filter((field) => field.name === name).toReversed()[before] ?? null;
}

function relaxedField(field: Field | null): string {
  return field === null ? '' : `${relaxedLine(field.line)}\r\n`;
}

/** Section 3.4.2. */
function relaxedLine(line: string): string {
  const colon = line.indexOf(':');
  const value = line
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ');
  return `${line.slice(0, colon).trim().toLowerCase()}:${value.trim()}`;
}

/** Section 3.4.4. */
function relaxedBody(body: Buffer): Buffer {
  const lines = body
    .toString('latin1')
    .split('\r\n')
    .map((line) => line.replaceAll(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return Buffer.from(lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`, 'latin1');
}

function foldedList(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length + 1 > FOLD_AT) lines.push(name);
    else lines[lines.length - 1] = `${last}:${name}`;
  }
  return lines.join(':\r\n ');
}
