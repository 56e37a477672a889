import { addressV4, ipv6Text, parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { field } from './answer-values.ts';

/** A range of addresses of one version, both ends inclusive. */
export interface AddressRange {
  readonly start: Address;
  readonly end: Address;
}

/**
 * The range of a network object. RFC 9083 section 5.4 asks for plain addresses; registries have written
 * "192.000.002.000" (ARIN), "192.0.2.0/32" (RIPE), a prefix as the start (LACNIC), IPv6 in full and in capitals.
 */
export function readRange(answer: object): Result<AddressRange, string> {
  const startText = field(answer, 'startAddress');
  const endText = field(answer, 'endAddress');
  if (typeof startText !== 'string') return failure('the answer has no startAddress');
  const start = readAddress(startText);
  if (!start.ok) return failure(`startAddress: ${start.problem}`);
  const { address, bits } = start.value;
  // A prefix alone, or twice, names its whole range.
  if (endText === undefined || endText === null || (endText === startText && bits !== null)) {
    if (bits === null) return failure('the answer has no endAddress');
    return success({ start: address, end: lastOf(address, bits) });
  }
  if (typeof endText !== 'string') return failure('the answer has no endAddress');
  const end = readAddress(endText);
  if (!end.ok) return failure(`endAddress: ${end.problem}`);
  if (end.value.address.version !== address.version)
    return failure('its range begins and ends in different versions of IP');
  if (compareAddresses(address, end.value.address) > 0) return failure('its range ends before it begins');
  return success({ start: address, end: end.value.address });
}

function readAddress(text: string): Result<{ readonly address: Address; readonly bits: number | null }, string> {
  const [, host = '', length] = /^\s*([0-9a-f.:]{2,45})(?:\/(\d{1,3}))?\s*$/i.exec(text.slice(0, 60)) ?? [];
  const padded = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  // Leading zeros are decimal here: ARIN pads to three digits. Whoever reads them as octal gets another network, which
  // would not contain the address asked.
  const parsed = parseAddress(padded === null ? host : padded.slice(1).map(Number).join('.'));
  if (!parsed.ok) return failure('not an address');
  const bits = length === undefined ? null : Number(length);
  if (bits !== null && bits > (parsed.value.version === 4 ? 32 : 128)) return failure('not an address');
  return success({ address: parsed.value, bits });
}

const ALL_ONES_128 = (1n << 128n) - 1n;

/** The number of an address among those of its version. */
function numberOf(address: Address): bigint {
  return address.version === 4 ? BigInt(address.number) : (address.high << 64n) | address.low;
}

function lastOf(address: Address, bits: number): Address {
  if (address.version === 4) return addressV4((address.number | (bits === 32 ? 0 : 0xffff_ffff >>> bits)) >>> 0);
  const last = numberOf(address) | (ALL_ONES_128 >> BigInt(bits));
  const high = last >> 64n;
  const low = last & 0xffff_ffff_ffff_ffffn;
  return { version: 6, text: ipv6Text(high, low), high, low };
}

function compareAddresses(one: Address, other: Address): number {
  const difference = numberOf(one) - numberOf(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function rangeContains({ start, end }: AddressRange, address: Address): boolean {
  if (start.version !== address.version) return false;
  return compareAddresses(start, address) <= 0 && compareAddresses(address, end) <= 0;
}

/** How many addresses. */
export function rangeSize({ start, end }: AddressRange): bigint {
  return numberOf(end) - numberOf(start) + 1n;
}
