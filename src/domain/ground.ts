import { parsePrefix, prefixContains, prefixText } from './address.ts';
import type { Address, Prefix } from './address.ts';
import { isDrillName, reservedNameReason } from './host-name.ts';
import type { HostType } from './server.ts';

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`);
  return parsed.value;
}

/** Where drills live: documentation space (RFC 5737, RFC 3849), benchmarking (RFC 2544), and the lab's own loopback net. */
const DRILL_PREFIXES: readonly Prefix[] = [
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '198.18.0.0/15',
  '127.66.0.0/16',
  '2001:db8::/32',
].map(prefix);

/**
 * Special-purpose space after the IANA registries (RFC 6890) and multicast, the most telling name first where two hold.
 * The few rows that are reachable (AS112, relays) are services of the Internet itself, run by many at once.
 */
const RESERVED: readonly { readonly prefix: Prefix; readonly name: string }[] = (
  [
    ['0.0.0.0/8', '"this network" (RFC 791)'],
    ['10.0.0.0/8', 'private space (RFC 1918)'],
    ['100.64.0.0/10', 'carrier-grade NAT space (RFC 6598)'],
    ['127.0.0.0/8', 'loopback (RFC 1122)'],
    ['169.254.0.0/16', 'link-local space (RFC 3927)'],
    ['172.16.0.0/12', 'private space (RFC 1918)'],
    ['192.0.0.0/24', 'IETF protocol space (RFC 6890)'],
    ['192.0.2.0/24', 'documentation space (RFC 5737)'],
    ['192.31.196.0/24', 'AS112 name service (RFC 7535)'],
    ['192.52.193.0/24', 'multicast tunnel relays (RFC 7450)'],
    ['192.88.99.0/24', 'the former 6to4 relay anycast (RFC 7526)'],
    ['192.168.0.0/16', 'private space (RFC 1918)'],
    ['192.175.48.0/24', 'AS112 name service (RFC 7534)'],
    ['198.18.0.0/15', 'benchmarking space (RFC 2544)'],
    ['198.51.100.0/24', 'documentation space (RFC 5737)'],
    ['203.0.113.0/24', 'documentation space (RFC 5737)'],
    ['224.0.0.0/4', 'multicast (RFC 5771)'],
    ['240.0.0.0/4', 'reserved space (RFC 1112)'],
    ['::/128', 'the unspecified address (RFC 4291)'],
    ['::1/128', 'loopback (RFC 4291)'],
    ['64:ff9b::/96', 'IPv4/IPv6 translation space (RFC 6052)'],
    ['64:ff9b:1::/48', 'local-use translation space (RFC 8215)'],
    ['100::/64', 'discard-only space (RFC 6666)'],
    ['100:0:0:1::/64', 'dummy prefix space (RFC 9780)'],
    ['2001:db8::/32', 'documentation space (RFC 3849)'],
    ['2001::/32', 'Teredo tunnels (RFC 4380)'],
    ['2001::/23', 'IETF protocol space (RFC 2928)'],
    ['2002::/16', '6to4 tunnels (RFC 7526)'],
    ['2620:4f:8000::/48', 'AS112 name service (RFC 7534)'],
    ['3fff::/20', 'documentation space (RFC 9637)'],
    ['5f00::/16', 'segment-routing space (RFC 9602)'],
    ['fc00::/7', 'unique local space (RFC 4193)'],
    ['fe80::/10', 'link-local space (RFC 4291)'],
    ['ff00::/8', 'multicast (RFC 4291)'],
  ] as const
).map(([text, name]) => ({ prefix: prefix(text), name }));

/** 1 where any reserved IPv4 range begins with this octet: most addresses need no further look. */
const RESERVED_FIRST_OCTET = Uint8Array.from({ length: 256 }, (_, octet) =>
  RESERVED.some(({ prefix: { address, bits } }) => {
    if (address.version !== 4) return false;
    const first = address.number >>> 24;
    return octet >= first && octet <= (bits >= 8 ? first : first + 2 ** (8 - bits) - 1);
  })
    ? 1
    : 0,
);

const GLOBAL_UNICAST_V6 = prefix('2000::/3');

export function isDrillAddress(address: Address): boolean {
  return DRILL_PREFIXES.some((range) => prefixContains(range, address));
}

/** Why an address cannot be a public server, or null. */
export function reservedAddressReason(address: Address): string | null {
  if (address.version === 4 && RESERVED_FIRST_OCTET[address.number >>> 24] === 0) return null;
  const found = RESERVED.find((range) => prefixContains(range.prefix, address));
  if (found !== undefined) return `${prefixText(found.prefix)} is ${found.name}`;
  if (address.version === 6 && !prefixContains(GLOBAL_UNICAST_V6, address))
    return 'outside the global unicast space 2000::/3';
  return null;
}

/**
 * Rule 3 (protected ground) at intake: a drill takes documentation and lab hosts only, every other operation refuses
 * those and all other reserved space. Null when the host may come in.
 */
export function groundReason(
  host: { readonly hostType: HostType; readonly host: string; readonly address: Address | null },
  drill: boolean,
): string | null {
  if (drill) {
    const inside =
      host.address === null ? host.hostType === 'domain' && isDrillName(host.host) : isDrillAddress(host.address);
    return inside ? null : 'a drill takes documentation and lab addresses and .example, .test and .invalid names only';
  }
  if (host.address !== null) return reservedAddressReason(host.address);
  if (isDrillName(host.host)) return 'a name reserved for documentation and tests; only a drill (--drill) takes it';
  return reservedNameReason(host.host);
}
