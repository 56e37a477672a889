import { describe, expect, test } from 'vitest';
import { addressV4, ipv6Text, parseAddress, parsePrefix, prefixContains } from './address.ts';
import type { Address } from './address.ts';
import { groundReason, isDrillAddress, reservedAddressReason } from './ground.ts';
import type { HostType } from './server.ts';

/** IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, as of 2025), and multicast. */
const SPECIAL_PURPOSE = [
  '0.0.0.0/8', '0.0.0.0/32', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12',
  '192.0.0.0/24', '192.0.0.0/29', '192.0.0.8/32', '192.0.0.9/32', '192.0.0.10/32', '192.0.0.170/32',
  '192.0.0.171/32', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16',
  '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4', '255.255.255.255/32',
  '224.0.0.0/4',
  '::1/128', '::/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '100:0:0:1::/64', '2001::/23', '2001::/32',
  '2001:1::1/128', '2001:1::2/128', '2001:1::3/128', '2001:2::/48', '2001:3::/32', '2001:4:112::/48', '2001:10::/28',
  '2001:20::/28', '2001:30::/28', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20', '5f00::/16',
  'fc00::/7', 'fe80::/10', 'ff00::/8',
]; // prettier-ignore

const DRILL = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '198.18.0.0/15', '127.66.0.0/16', '2001:db8::/32'];

const PREFIXES = SPECIAL_PURPOSE.map((text) => {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
});

function ends(text: string): readonly [first: Address, last: Address] {
  const prefix = PREFIXES[SPECIAL_PURPOSE.indexOf(text)];
  const parsed = prefix === undefined ? parsePrefix(text) : { ok: true as const, value: prefix };
  if (!parsed.ok) throw new Error(text);
  const { address, bits } = parsed.value;
  const last = shifted(address, (1n << BigInt((address.version === 4 ? 32 : 128) - bits)) - 1n);
  if (last === null) throw new Error(text);
  return [address, last];
}

/** The address so many further on, or null beyond the end of the space. */
function shifted(address: Address, by: bigint): Address | null {
  if (address.version === 4) {
    const number = BigInt(address.number) + by;
    return number < 0n || number > 0xffff_ffffn ? null : addressV4(Number(number));
  }
  const number = ((address.high << 64n) | address.low) + by;
  if (number < 0n || number >> 128n !== 0n) return null;
  const [high, low] = [number >> 64n, number & 0xffff_ffff_ffff_ffffn];
  return { version: 6, text: ipv6Text(high, low), high, low };
}

const host = (text: string): { hostType: HostType; host: string; address: Address | null } => {
  const parsed = parseAddress(text);
  return parsed.ok
    ? { hostType: 'address', host: parsed.value.text, address: parsed.value }
    : { hostType: text.endsWith('.onion') ? 'onion' : 'domain', host: text, address: null };
};

describe('a real operation', () => {
  test.each(SPECIAL_PURPOSE)('refuses %s from its first address to its last', (text) => {
    for (const address of ends(text)) {
      expect(reservedAddressReason(address)).not.toBeNull();
      expect(groundReason({ hostType: 'address', host: address.text, address }, false)).not.toBeNull();
    }
  });

  test.each(['fec0::1', '4000::1', '::203.0.113.7', '8000::', '1::'])(
    'refuses %s, outside the global unicast space',
    (text) => {
      expect(groundReason(host(text), false)).not.toBeNull();
    },
  );

  test('takes the addresses just before and just behind special-purpose space', () => {
    const isSpecial = (address: Address) => PREFIXES.some((prefix) => prefixContains(prefix, address));
    let beside = 0;
    for (const text of SPECIAL_PURPOSE) {
      const [first, last] = ends(text);
      for (const address of [shifted(first, -1n), shifted(last, 1n)]) {
        if (address === null || isSpecial(address) || (address.version === 6 && address.high >> 61n !== 1n)) continue;
        beside += 1;
        expect([address.text, reservedAddressReason(address)]).toEqual([address.text, null]);
      }
    }
    expect(beside).toBeGreaterThan(35);
  });

  test('refuses the names that drills and private networks live on', () => {
    for (const name of ['c2.example', 'c2.test', 'c2.invalid', 'c2.local', 'c2.example.org', 'c2.home.arpa']) {
      expect([name, groundReason(host(name), false)]).not.toEqual([name, null]);
    }
    expect(groundReason(host('c2.example'), false)).toContain('--drill');
  });

  test('gives the more telling name where two ranges hold', () => {
    expect(groundReason(host('2001::7'), false)).toContain('Teredo');
    expect(groundReason(host('::1'), false)).toContain('loopback');
  });
});

describe('a drill', () => {
  test.each(DRILL)('takes %s from its first address to its last', (text) => {
    for (const address of ends(text)) {
      expect(isDrillAddress(address)).toBe(true);
      expect(groundReason({ hostType: 'address', host: address.text, address }, true)).toBeNull();
    }
  });

  test.each(SPECIAL_PURPOSE.filter((text) => !DRILL.includes(text) && text !== '127.0.0.0/8'))(
    'refuses %s all the same',
    (text) => {
      for (const address of ends(text)) expect(isDrillAddress(address)).toBe(false);
    },
  );

  test('refuses what could be a real server, loopback outside the lab, and names that nobody reserved', () => {
    for (const text of ['127.0.0.1', '10.0.0.1', '192.168.0.1', '3fff::1', '::1', '64:ff9b::1']) {
      expect([text, groundReason(host(text), true)]).not.toEqual([text, null]);
    }
    for (const text of DRILL) {
      const [first, last] = ends(text);
      for (const address of [shifted(first, -1n), shifted(last, 1n)]) {
        if (address === null) throw new Error(text);
        expect([address.text, isDrillAddress(address)]).toEqual([address.text, false]);
      }
    }
    for (const name of ['c2.example.com', 'c2.xn--p1ai', 'c2.local', 'abcdefghij234567.onion']) {
      expect([name, groundReason(host(name), true)]).not.toEqual([name, null]);
    }
    expect(groundReason(host('c2.example'), true)).toBeNull();
  });
});
