import { addressV4, ipv6Text } from './address.ts';
import type { Address, Prefix } from './address.ts';
import { numberOfHalves } from './range-table.ts';

const LOW_64 = 0xffff_ffff_ffff_ffffn;

/** The fewest prefixes that cover exactly the addresses from `first` to `last`, both included and of one version. */
export function prefixesOfRange(first: Address, last: Address): readonly Prefix[] {
  if (first.version !== last.version) return [];
  const width = first.version === 4 ? 32 : 128;
  const end = numberOf(last);
  const prefixes: Prefix[] = [];
  for (let start = numberOf(first); start <= end;) {
    // As long as the start is a multiple of the size, and the size fits into what is left.
    let size = 0;
    while (size < width && start % (1n << BigInt(size + 1)) === 0n && start + (1n << BigInt(size + 1)) - 1n <= end)
      size++;
    prefixes.push({ address: addressOf(start, first.version), bits: width - size });
    start += 1n << BigInt(size);
  }
  return prefixes;
}

function numberOf(address: Address): bigint {
  return address.version === 4 ? BigInt(address.number) : numberOfHalves(address.high, address.low);
}

function addressOf(number: bigint, version: 4 | 6): Address {
  if (version === 4) return addressV4(Number(number));
  const high = number >> 64n;
  const low = number & LOW_64;
  return { version: 6, text: ipv6Text(high, low), high, low };
}
