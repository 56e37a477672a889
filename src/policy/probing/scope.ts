import { parseAddress, parsePrefix, prefixContains } from '../../domain/address.ts';
import type { Address, Prefix } from '../../domain/address.ts';
import { reservedAddressReason } from '../../domain/ground.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** Where a drill's servers stand: each with an address of its own, none of them on the network (DESIGN.md, drill). */
export const LABORATORY = '127.66.0.0/16';

const LABORATORY_PREFIX: Prefix = (() => {
  const parsed = parsePrefix(LABORATORY);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
})();

/**
 * The scope guard: whether a look may go to this address, as it stands in a store, a DNS answer or a job. Gives the one address
 * that may be connected to, or why not.
 *
 * Only plain forms come through. Octal, hexadecimal and short forms mean different hosts to different systems (RFC 6943, section
 * 3.1.1); an IPv6 form that wraps an IPv4 address would leave through another door than the one that was checked.
 */
export function probeScope(text: string, drill: boolean): Result<Address, string> {
  const parsed = parseAddress(text);
  if (!parsed.ok) return failure(`${text.slice(0, 60)}: ${parsed.problem}`);
  const address = parsed.value;
  if (address.version === 4 && text.includes(':'))
    return failure(`${text.slice(0, 60)} is ${address.text} in IPv6 disguise (RFC 4291, section 2.5.5)`);
  if (drill) {
    return prefixContains(LABORATORY_PREFIX, address)
      ? success(address)
      : failure(`${address.text} is outside of the laboratory ${LABORATORY}: a drill looks nowhere else`);
  }
  const reason = reservedAddressReason(address);
  return reason === null ? success(address) : failure(`${address.text}: ${reason}`);
}
