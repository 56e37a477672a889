import { parseAddress, parsePrefix, prefixContains } from '../domain/address.ts';
import type { Address, Prefix } from '../domain/address.ts';

/*
 * Who comes: the other end of the connection. Where that is a proxy of ours, whom the proxy names; what anybody else has written into the
 * same header stands to the left of that, and is not believed.
 */

export interface ForwardedHeaders {
  readonly 'x-forwarded-for': string | undefined;
  /** RFC 7239 */
  readonly forwarded: string | undefined;
}

/** The prefixes of `http.trustedProxy`, which the settings have checked. */
export function trustedProxies(texts: readonly string[]): readonly Prefix[] {
  return texts.flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix.ok ? [prefix.value] : [];
  });
}

/**
 * The address that counts as the client's: the right-most one that is no proxy of ours.
 *
 * @param peer the other end of the connection
 */
export function clientAddress(peer: string, headers: ForwardedHeaders, trusted: readonly Prefix[]): string {
  const isOurs = (address: Address): boolean => trusted.some((prefix) => prefixContains(prefix, address));
  const from = parseAddress(peer);
  if (!from.ok || !isOurs(from.value)) return peer;
  const ways = [listOf(headers['x-forwarded-for']), forwardedFor(headers.forwarded)].filter((way) => way.length > 0);
  const [first, second] = ways.map((way) => rightMost(way, from.value, isOurs).text);
  // A proxy writes one of the two, and the client may have written the other: which is which is not to be seen.
  return first !== undefined && (second === undefined || second === first) ? first : from.value.text;
}

function rightMost(way: readonly string[], peer: Address, isOurs: (address: Address) => boolean): Address {
  let last = peer;
  for (const text of way.toReversed()) {
    const address = parseAddress(bare(text));
    // "unknown", a name, or no address at all: as far as this is known who it was.
    if (!address.ok) return last;
    last = address.value;
    if (!isOurs(last)) return last;
  }
  return last;
}

/** Without a port and brackets: "192.0.2.7:443", "[2001:db8::7]:443". */
function bare(text: string): string {
  return text.replace(/^\[([^\]]*)\](?::\d{1,5})?$/, '$1').replace(/^([\d.]+):\d{1,5}$/, '$1');
}

function listOf(header: string | undefined): readonly string[] {
  return header === undefined ? [] : header.split(',').map((part) => part.trim());
}

/** The `for` of each element; an element without one counts, since a proxy has added it. */
function forwardedFor(header: string | undefined): readonly string[] {
  return listOf(header).map(
    (element) => /(?:^|;)\s*for=("[^"]*"|[^;\s]*)/i.exec(element)?.[1]?.replaceAll('"', '') ?? '',
  );
}
