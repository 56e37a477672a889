import { addressV4, ipv4Number, parseAddress } from './address.ts';
import type { Address } from './address.ts';
import { parseHostName } from './host-name.ts';
import { failure, success } from './result.ts';
import type { Result } from './result.ts';
import type { Endpoint, HostType } from './server.ts';

/** One normalised observable: a host, and how it is reached as far as the source said. */
export interface Indicator extends Endpoint {
  readonly hostType: HostType;
  readonly host: string;
  /** Set exactly when hostType is `address`. */
  readonly address: Address | null;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };
const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'tcp']);
const MAX_LENGTH = 2048;

/**
 * What a reader cannot see. Besides the categories that say so there are letters and signs that only look blank: those
 * that Unicode lets a program leave out (UAX #44, Default_Ignorable_Code_Point: the Hangul fillers among them), the
 * blank Braille pattern and the null note head. In a path they would set words apart and make a sentence of it.
 */
const BLANK = /[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u;

/**
 * Parses one observable that has been refanged already: `address`, `address:port`, `[v6]:port`, `name`, `name:port`,
 * `scheme://host[:port][/path]`, `host/path`. Anything else is refused with a sentence for rejects.csv.
 */
export function parseIndicator(text: string): Result<Indicator, string> {
  // What most rows of most feeds are needs none of the questions below.
  const plain = plainEndpoint(text);
  if (plain !== null) return success(plain);
  if (text.length === 0) return failure('empty');
  if (text.length > MAX_LENGTH) return failure(`longer than ${MAX_LENGTH} characters`);
  if (BLANK.test(text)) return failure('white space, control or invisible characters inside');
  // What readers of bytes write for bytes that are not UTF-8: nobody knows what stood there.
  if (text.includes('\ufffd')) return failure('characters that could not be read');
  if (text.startsWith('/')) return failure('a URL path without a host names no server');
  const { scheme, authority, path } = splitUrl(text);
  if (scheme !== null && !SCHEMES.has(scheme)) return failure(`the scheme ${scheme}:// is not one of http, https, tcp`);
  if (authority.includes('@')) return failure('user information before the host (user@host)');
  // Browsers take it for a slash, RFC 3986 for no part of a URL: "one\\@two" names a different host to each.
  if (path?.startsWith('\\') === true) return failure('a back slash after the host, which can be read in two ways');
  const split = splitPort(authority);
  if (!split.ok) return split;
  const host = parseHost(split.value.host);
  if (!host.ok) return host;
  const { address } = host.value;
  const bits = scheme === null && address !== null ? prefixBits(path ?? '') : null;
  if (bits !== null && bits !== (address?.version === 6 ? '128' : '32')) {
    return failure('a prefix names many hosts, not one server');
  }
  const port = split.value.port ?? (scheme === null ? null : (DEFAULT_PORTS[scheme] ?? null));
  return success({ ...host.value, port, scheme, path: path === '/' || bits !== null ? null : path });
}

/** Four plain decimals, with or without a port; null for anything else. */
function plainEndpoint(text: string): Indicator | null {
  const colon = text.indexOf(':');
  const number = ipv4Number(colon < 0 ? text : text.slice(0, colon));
  if (number < 0) return null;
  const port = colon < 0 ? null : parsePort(text.slice(colon + 1));
  if (port !== null && !port.ok) return null;
  const address = addressV4(number);
  return { hostType: 'address', host: address.text, address, port: port?.value ?? null, scheme: null, path: null };
}

/** The "24" of "/24" and of "/24:443" after an address, or null. */
function prefixBits(path: string): string | null {
  return /^\/(\d{1,3}(?::.*)?)$/s.exec(path)?.[1] ?? null;
}

function splitUrl(text: string): { scheme: string | null; authority: string; path: string | null } {
  const match = /^([a-z][a-z0-9+.-]{0,31}):\/\//i.exec(text);
  const scheme = match?.[1]?.toLowerCase() ?? null;
  const rest = match === null ? text : text.slice(match[0].length);
  const end = rest.search(/[/?#\\]/);
  if (end < 0) return { scheme, authority: rest, path: null };
  return { scheme, authority: rest.slice(0, end), path: rest.slice(end) };
}

function splitPort(authority: string): Result<{ host: string; port: number | null }, string> {
  if (authority.startsWith('[')) {
    const match = /^\[([^\]]*)\](?::(.*))?$/.exec(authority);
    if (match === null) return failure('not an [IPv6 address]:port');
    return withPort(match[1] ?? '', match[2]);
  }
  const colons = authority.split(':').length - 1;
  if (colons === 0) return success({ host: authority, port: null });
  if (colons === 1) {
    const [host = '', port = ''] = authority.split(':');
    return withPort(host, port);
  }
  // Several colons: an IPv6 address without brackets, or one of the "address:port:port" entries seen in the wild.
  if (authority.includes('.') && !parseAddress(authority).ok) return failure('more than one port');
  // RFC 5952 section 6: "2001:db8::1:443" may be an address, or an address and a port; either would be a guess.
  const behindZeros = authority.split('::')[1]?.split(':') ?? [];
  if (behindZeros.length > 1 && parsePort(behindZeros.at(-1) ?? '').ok && (behindZeros.at(-1)?.length ?? 0) > 1) {
    return failure('an IPv6 address whose end may be a port; write [address]:port, or [address] for the address alone');
  }
  return success({ host: authority, port: null });
}

function withPort(host: string, port: string | undefined): Result<{ host: string; port: number | null }, string> {
  if (port === undefined) return success({ host, port: null });
  if (port === '') return failure('a colon without a port');
  const parsed = parsePort(port);
  return parsed.ok ? success({ host, port: parsed.value }) : parsed;
}

/** 1 to 65535 in plain decimals without a leading zero. */
export function parsePort(text: string): Result<number, string> {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 65_535) return failure('the port is not a number from 1 to 65535');
  return success(Number(text));
}

function parseHost(text: string): Result<Pick<Indicator, 'hostType' | 'host' | 'address'>, string> {
  if (text === '') return failure('no host');
  const address = parseAddress(text);
  if (address.ok) return success({ hostType: 'address', host: address.value.text, address: address.value });
  if (text.includes(':') || /^[0-9.]+$/.test(text) || /^0x[0-9a-f.x]+$/i.test(text)) return address;
  const name = parseHostName(text);
  if (!name.ok) return name;
  return success({ hostType: name.value.hostType, host: name.value.text, address: null });
}
