import { domainToASCII } from 'node:url';
import { getPublicSuffix, parse } from 'tldts';
import { failure, success } from './result.ts';
import type { Result } from './result.ts';
import type { HostType } from './server.ts';

/** A name that a server can be reached by, in lower-case punycode without a trailing dot. */
export interface HostName {
  readonly text: string;
  readonly hostType: Exclude<HostType, 'address'>;
}

/**
 * Top-level labels of name systems that run on a blockchain: no registrar or registry can suspend a name there
 * (Namecoin, Emercoin, ENS, Unstoppable Domains).
 */
const BLOCKCHAIN_LABELS: ReadonlySet<string> = new Set([
  'bit', 'bazar', 'coin', 'emc', 'lib', 'eth', 'crypto', 'nft', 'wallet', 'bitcoin', 'dao', '888', 'zil', 'blockchain',
]); // prettier-ignore

/** Reserved names that a drill lives on (RFC 2606, RFC 6761). */
const DRILL_LABELS: ReadonlySet<string> = new Set(['example', 'test', 'invalid']);

/** RFC 6761, RFC 7686, RFC 8375, RFC 9476 and ICANN's .internal: names that no public resolver answers for. */
const RESERVED_LABELS: ReadonlySet<string> = new Set([
  'localhost',
  'local',
  'internal',
  'arpa',
  'alt',
  'home',
  'corp',
  'lan',
]);
const RESERVED_NAMES = ['example.com', 'example.net', 'example.org'];

export function isDrillName(name: string): boolean {
  return DRILL_LABELS.has(lastLabel(name));
}

/** Why a real operation has no business with a name, or null. */
export function reservedNameReason(name: string): string | null {
  const last = lastLabel(name);
  if (RESERVED_LABELS.has(last)) return `.${last} is reserved; no public server has such a name`;
  const reserved = RESERVED_NAMES.find((entry) => name === entry || name.endsWith(`.${entry}`));
  return reserved === undefined ? null : `${reserved} is reserved for documentation (RFC 2606)`;
}

function lastLabel(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Parses a host name strictly; the reason why not is a sentence for rejects.csv. */
export function parseHostName(raw: string): Result<HostName, string> {
  const withoutDot = raw.endsWith('.') ? raw.slice(0, -1) : raw;
  if (withoutDot === '' || withoutDot.length > 1000 || NEVER_IN_A_NAME.test(withoutDot))
    return failure('not a host name');
  const text = isAscii(withoutDot) ? withoutDot.toLowerCase() : domainToASCII(withoutDot);
  if (text === '' || text.length > 253) return failure('not a host name');
  const labels = text.split('.');
  if (labels.length < 2) return failure('a single word, not a full host name');
  for (const label of labels) {
    if (!/^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) return failure('not a host name');
  }
  const last = lastLabel(text);
  if (last === 'onion') return onionName(text, labels);
  if (BLOCKCHAIN_LABELS.has(last)) return success({ text, hostType: 'blockchain-name' });
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) return failure('not four plain decimal numbers from 0 to 255');
  if (DRILL_LABELS.has(last) || RESERVED_LABELS.has(last)) return success({ text, hostType: 'domain' });
  return knownDomain(text);
}

/**
 * ASCII but letters, digits, dot, dash and underscore; format characters; lone surrogates. Beside a non-ASCII letter
 * `domainToASCII` would otherwise undo %-escapes, cut the text at a slash and drop what cannot be seen.
 */
const NEVER_IN_A_NAME = /[\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f\p{Cf}\p{Cs}]/u;

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** Version 2 addresses have 16 base32 characters, version 3 have 56 (Tor rend-spec). */
function onionName(text: string, labels: readonly string[]): Result<HostName, string> {
  const address = labels.at(-2) ?? '';
  if (!/^([a-z2-7]{16}|[a-z2-7]{56})$/.test(address))
    return failure('not an .onion address (16 or 56 base32 characters)');
  return success({ text, hostType: 'onion' });
}

/** A top-level domain that does not exist is a file name or a typing error; a bare public suffix names no server. */
function knownDomain(text: string): Result<HostName, string> {
  const { isIcann, domain } = parse(text, { validateHostname: false });
  if (isIcann !== true) return failure(`.${lastLabel(text)} is not a top-level domain`);
  // Private suffixes too: a dynamic-DNS or hosting name under which strangers register is nobody's C2 as a whole.
  const suffix = getPublicSuffix(text, { validateHostname: false, allowPrivateDomains: true });
  if (domain === null || suffix === text) {
    return failure(`${text} is a public suffix under which many register names, not a server`);
  }
  return success({ text, hostType: 'domain' });
}
