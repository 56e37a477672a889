import type { Given, GivenEndpoint, GivenFile, GivenServer } from '../../domain/giving.ts';
import { commentLines } from './rows.ts';

/*
 * A response policy zone (draft-vixie-dnsop-dns-rpz): NXDOMAIN for names, and for answers that lead to an address.
 */

/**
 * A name and the origin of the zone below which it stands may have 253 characters together, else a name server refuses the
 * whole zone: so much is left to an origin and the asterisk.
 */
const LONGEST_NAME = 190;

/** The zone's names are relative: whoever loads it gives it its origin. */
export function rpzFile(given: Given): GivenFile {
  return { name: 'dismantle.rpz', pieces: () => zone(given) };
}

/** Whether the zone has a rule for it: Tor and the blockchains do not ask the DNS, and very long names do not fit. */
export function standsInZone({ hostType, host }: Pick<GivenEndpoint, 'hostType' | 'host'>): boolean {
  return hostType === 'address' || (hostType === 'domain' && host.length <= LONGEST_NAME);
}

function* zone(given: Given): Generator<string> {
  yield* commentLines(given, ';');
  // RFC 1982: the serial has to grow, and it does with the newest change; 32 bits hold its seconds until 2106.
  const serial = Math.floor(given.newestChange / 1000) % 2 ** 32;
  yield '$TTL 300\n';
  yield `@ IN SOA localhost. hostmaster.invalid. ${serial} 300 60 604800 300\n`;
  yield '@ IN NS localhost.\n';
  const written = new Set<string>();
  for (const rule of rulesOf(given.servers)) {
    if (written.has(rule)) continue;
    written.add(rule);
    yield `${rule} IN CNAME .\n`;
  }
}

function* rulesOf(servers: readonly GivenServer[]): Generator<string> {
  for (const endpoint of servers.flatMap(({ endpoints }) => endpoints)) {
    if (!standsInZone(endpoint)) continue;
    if (endpoint.hostType === 'address') yield `${reversedAddress(endpoint.host)}.rpz-ip`;
    else {
      yield endpoint.host;
      if (endpoint.withNamesBelow) yield `*.${endpoint.host}`;
    }
  }
}

/** "32.7.113.0.203", "128.7.zz.db8.2001": the prefix length, then the address from its end; `zz` is "::" (section 4.1.1). */
export function reversedAddress(address: string): string {
  if (!address.includes(':')) return ['32', ...address.split('.').toReversed()].join('.');
  const words = address.replace('::', ':zz:').replace(/^:|:$/g, '').split(':');
  return ['128', ...words.toReversed()].join('.');
}
