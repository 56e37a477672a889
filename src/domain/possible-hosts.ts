import { ipv4Number, parseAddress } from './address.ts';
import type { Prefix } from './address.ts';
import { refang } from './defang.ts';
import { canonicalHost, parseListPrefix } from './warning-list.ts';
import type { CanonicalHost } from './warning-list.ts';

/** Whom a text may mean. */
export interface PossibleHosts {
  /** Each once; the plainest reading first. */
  readonly hosts: readonly CanonicalHost[];
  /** Set where the text names a whole prefix rather than one host. */
  readonly prefix: Prefix | null;
}

/** Lower-case names, not ending in a number: what intake hands on. Nothing of it can be read in two ways. */
const PLAIN_NAME = /^(?:[a-z0-9_-]+\.)*(?!0x[0-9a-f]*$)[a-z0-9_-]*[a-z_-][a-z0-9_-]*$/;
const MAX_CHARACTERS = 2048;

/**
 * Every host that some reader takes a text for: a list is only worth something if no spelling slips past it. Intake
 * refuses most of these spellings; this is the second fence. For a canonical host it is exactly that host.
 *
 * Undone are defanging, schemes, user information, ports, paths, %-escapes (RFC 3986), zone ids (RFC 6874), full-width
 * and invisible characters, and leading zeros, which some read as octal and others as decimal (RFC 6943 section 3.1.1).
 * Not undone are look-alikes: a name with a Cyrillic letter is another name, which somebody else may have registered.
 */
export function possibleHosts(text: string): PossibleHosts {
  const number = ipv4Number(text);
  if (number >= 0) return { hosts: [{ address: { version: 4, text, number }, name: '' }], prefix: null };
  if (text.length <= 253 && PLAIN_NAME.test(text)) return { hosts: [{ address: null, name: text }], prefix: null };
  // What intake hands on is in the form of RFC 5952; a group at its end that could be a port has been refused there.
  const address = text.includes(':') ? parseAddress(text) : null;
  if (address?.ok === true && address.value.text === text) {
    return { hosts: [{ address: address.value, name: '' }], prefix: null };
  }

  const whole = withoutDisguise(text.slice(0, MAX_CHARACTERS));
  const hosts = new Map<string, CanonicalHost>();
  const add = (candidate: string): void => {
    for (const reading of [candidate, ...decimalReading(candidate)]) {
      const host = canonicalHost(reading);
      const key = host.address?.text ?? host.name;
      if (key !== '' && !hosts.has(key)) hosts.set(key, host);
    }
  };
  for (const authority of authorities(whole)) for (const host of hostsOf(authority)) add(host);
  const prefix = whole.includes('/') ? parseListPrefix(whole) : null;
  const bits = prefix?.ok === true ? prefix.value.bits : -1;
  const isWhole = prefix?.ok === true && bits < (prefix.value.address.version === 4 ? 32 : 128);
  return { hosts: [...hosts.values()], prefix: isWhole && prefix.ok ? prefix.value : null };
}

/** Characters that nobody sees, blanks, and the wide forms of the plain ones. */
function withoutDisguise(text: string): string {
  return refang(unescaped(text).normalize('NFKC'))
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replaceAll(/[\u3002\uff61]/g, '.');
}

/** %-escapes, also those of an escape. What is none stays as it is: a zone id begins with one. */
function unescaped(text: string): string {
  let result = text;
  for (let round = 0; round < 3 && result.includes('%'); round += 1) {
    result = result.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
      try {
        return decodeURIComponent(escapes);
      } catch {
        return escapes;
      }
    });
  }
  return result;
}

/** RFC 3986 ends it at a slash; browsers end it at a back slash as well. */
function authorities(text: string): readonly string[] {
  const rest = text.replace(/^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}/i, '');
  return [rest.replace(/[/?#\\].*$/s, ''), rest.replace(/[/?#].*$/s, '')];
}

function hostsOf(authority: string): readonly string[] {
  const host = withoutDots(authority.slice(authority.lastIndexOf('@') + 1));
  const bracketed = /^\[([^\]]*)\]/.exec(host)?.[1];
  if (bracketed !== undefined) return [withoutZone(bracketed)];
  const parts = host.split(':');
  if (parts.length <= 2) return [parts[0] ?? ''];
  // An IPv6 address, one with a port behind it that lacks its brackets, or an IPv4 address with two ports.
  const readings = [withoutZone(host), ...(/^\d+$/.test(parts.at(-1) ?? '') ? [parts.slice(0, -1).join(':')] : [])];
  return (parts[0] ?? '').includes('.') ? [...readings, parts[0] ?? ''] : readings;
}

/** Around a host they say nothing; around an IPv6 address they would hide it. */
function withoutDots(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text[from] === '.') from += 1;
  while (to > from && text[to - 1] === '.') to -= 1;
  return text.slice(from, to);
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/s, '');
}

/** "198.051.100.007" as four decimals, which is how a person means it; the URL standard reads octal. */
function decimalReading(text: string): readonly string[] {
  const bare = withoutDots(text);
  if (!/^\d{1,9}(?:\.\d{1,9}){3}$/.test(bare) || !/(?:^|\.)0\d/.test(bare)) return [];
  const decimal = bare.replaceAll(/(^|\.)0+(?=\d)/g, '$1');
  return parseAddress(decimal).ok ? [decimal] : [];
}
