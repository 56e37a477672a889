import { failure, success } from './result.ts';
import type { Result } from './result.ts';

/**
 * An IP address in canonical form. `text` is dotted decimal for IPv4 and RFC 5952 for IPv6; an IPv4-mapped
 * IPv6 address never appears, it is unwrapped to IPv4 when parsed.
 */
export type Address = AddressV4 | AddressV6;

export interface AddressV4 {
  readonly version: 4;
  readonly text: string;
  /** Unsigned 32-bit number. */
  readonly number: number;
}

export interface AddressV6 {
  readonly version: 6;
  readonly text: string;
  /** The first 64 bits. */
  readonly high: bigint;
  /** The last 64 bits. */
  readonly low: bigint;
}

/**
 * The IPv4 number of four plain decimals ("198.51.100.7"), or -1. Refuses leading zeros (read as octal by some
 * systems), hexadecimal, and short forms: RFC 6943 section 3.1.1 tells why these are not comparable.
 */
export function ipv4Number(text: string): number {
  const length = text.length;
  if (length < 7 || length > 15) return -1;
  let number = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (digits === 0 || dots === 3) return -1;
      number = number * 256 + octet;
      octet = 0;
      digits = 0;
      dots++;
    } else if (code >= 48 && code <= 57) {
      if (digits > 0 && octet === 0) return -1;
      octet = octet * 10 + code - 48;
      if (octet > 255) return -1;
      digits++;
    } else {
      return -1;
    }
  }
  if (dots !== 3 || digits === 0) return -1;
  return number * 256 + octet;
}

export function ipv4Text(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

/** The eight 16-bit groups of an IPv6 text (RFC 4291 section 2.2), or null. */
function ipv6Groups(text: string): readonly number[] | null {
  if (text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const parsed = halves.map((half, index) => (half === '' ? [] : ipv6Half(half, index === halves.length - 1)));
  const [left, right] = parsed;
  if (left === undefined || left === null || right === null) return null;
  if (right === undefined) return left.length === 8 ? left : null;
  // "::" stands for at least one group of zeros.
  const zeros = 8 - left.length - right.length;
  return zeros < 1 ? null : [...left, ...Array.from({ length: zeros }, () => 0), ...right];
}

function ipv6Half(text: string, mayEndInIPv4: boolean): number[] | null {
  const words = text.split(':');
  const groups: number[] = [];
  for (const [index, word] of words.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(word)) {
      groups.push(Number.parseInt(word, 16));
      continue;
    }
    const number = mayEndInIPv4 && index === words.length - 1 ? ipv4Number(word) : -1;
    if (number < 0) return null;
    groups.push(number >>> 16, number & 0xffff);
  }
  return groups;
}

function halfOfGroups(groups: readonly number[]): bigint {
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** RFC 5952: lower case, no leading zeros, the longest run of zero groups (two or more, leftmost) as "::". */
export function ipv6Text(high: bigint, low: bigint): string {
  const groups: number[] = [];
  for (const half of [high, low]) {
    for (let shift = 48n; shift >= 0n; shift -= 16n) groups.push(Number((half >> shift) & 0xffffn));
  }
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
    if (end > start) start = end;
  }
  const words = groups.map((group) => group.toString(16));
  if (bestStart < 0) return words.join(':');
  return `${words.slice(0, bestStart).join(':')}::${words.slice(bestStart + bestLength).join(':')}`;
}

export function addressV4(number: number): AddressV4 {
  return { version: 4, text: ipv4Text(number), number };
}

/** Parses a strict textual address. Zone ids ("fe80::1%eth0") are refused: they mean nothing on another machine. */
export function parseAddress(text: string): Result<Address, string> {
  const number = ipv4Number(text);
  if (number >= 0) return success({ version: 4, text, number });
  if (text.includes(':')) {
    if (text.includes('%')) return failure('an IPv6 address with a zone id names nothing on another machine');
    const groups = ipv6Groups(text);
    if (groups === null) return failure('not an IPv6 address');
    const high = halfOfGroups(groups.slice(0, 4));
    const low = halfOfGroups(groups.slice(4));
    // RFC 4291 section 2.5.5.2: ::ffff:a.b.c.d is the IPv4 address a.b.c.d.
    if (high === 0n && low >> 32n === 0xffffn) return success(addressV4(Number(low & 0xffff_ffffn)));
    return success({ version: 6, text: ipv6Text(high, low), high, low });
  }
  if (/^[0-9.]+$/.test(text)) return failure('not four plain decimal numbers from 0 to 255');
  if (/^0x[0-9a-f.x]+$/i.test(text)) return failure('a hexadecimal address; only four plain decimal numbers are taken');
  return failure('not an IP address');
}

/** An address range in CIDR notation. `bits` counts from the left: 0 to 32, or 0 to 128. */
export interface Prefix {
  readonly address: Address;
  readonly bits: number;
}

/** Parses "198.51.100.0/24", "2001:db8::/32", or a bare address as a prefix of full length. Host bits must be zero. */
export function parsePrefix(text: string): Result<Prefix, string> {
  const slash = text.indexOf('/');
  const parsed = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!parsed.ok) return parsed;
  const address = parsed.value;
  const width = address.version === 4 ? 32 : 128;
  if (slash < 0) return success({ address, bits: width });
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > width) {
    return failure(`the prefix length must be 0 to ${width}`);
  }
  const bits = Number(length);
  const base = maskAddress(address, bits);
  if (base.text !== address.text)
    return failure(`bits are set after the first ${bits}; did you mean ${base.text}/${bits}?`);
  return success({ address, bits });
}

const ALL_ONES_64 = 0xffff_ffff_ffff_ffffn;

/** The address with every bit after the first `bits` cleared. */
export function maskAddress(address: Address, bits: number): Address {
  if (address.version === 4) {
    return addressV4(bits === 0 ? 0 : (address.number & (0xffff_ffff << (32 - bits))) >>> 0);
  }
  const highBits = BigInt(Math.min(bits, 64));
  const lowBits = BigInt(Math.max(bits - 64, 0));
  const high = address.high & ((ALL_ONES_64 << (64n - highBits)) & ALL_ONES_64);
  const low = address.low & ((ALL_ONES_64 << (64n - lowBits)) & ALL_ONES_64);
  return { version: 6, text: ipv6Text(high, low), high, low };
}

export function prefixContains(prefix: Prefix, address: Address): boolean {
  const { address: base, bits } = prefix;
  // By number, not by text: this runs for every row of a feed, against every special-purpose range.
  if (base.version === 4) {
    return address.version === 4 && (bits === 0 || (address.number ^ base.number) >>> (32 - bits) === 0);
  }
  if (address.version === 4) return false;
  if (bits <= 64) return (address.high ^ base.high) >> BigInt(64 - bits) === 0n;
  return address.high === base.high && (address.low ^ base.low) >> BigInt(128 - bits) === 0n;
}

export function prefixText(prefix: Prefix): string {
  return `${prefix.address.text}/${prefix.bits}`;
}
