import { lookup } from 'node:dns/promises';
import { parseAddress, prefixContains } from '../../domain/address.ts';
import type { Address, Prefix } from '../../domain/address.ts';
import { reservedAddressReason } from '../../domain/ground.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** Resolves a host name to all its addresses, as text. */
export type ResolveHost = (hostName: string) => Promise<readonly string[]>;

/** A place that may be connected to: by this address and no other, whatever the name says a moment later. */
export interface CheckedTarget {
  readonly url: URL;
  readonly addresses: readonly Address[];
}

export interface EgressGuard {
  /** Null, or why this URL may not be asked: said before anything is resolved. */
  reasonAgainst(url: URL, extraPorts: ReadonlySet<number>): string | null;
  /** Resolves the host once and checks every address that comes. */
  resolve(url: URL): Promise<Result<CheckedTarget, string>>;
  /** Why an address may not be connected to or asked about, or null. */
  reasonAgainstAddress(address: Address): string | null;
}

const MAX_ADDRESSES = 64;

/**
 * Keeps lookups on the public Internet: a registry's answer, a redirect or a poisoned name must not make this machine
 * talk to its own network (server-side request forgery).
 *
 * @param allowedNetworks reserved networks that count as public here; for tests on loopback, empty otherwise
 */
export function createEgressGuard(allowedNetworks: readonly Prefix[], resolveHost: ResolveHost): EgressGuard {
  function reasonAgainstAddress(address: Address): string | null {
    if (allowedNetworks.some((network) => prefixContains(network, address))) return null;
    return reservedAddressReason(address);
  }

  return {
    reasonAgainstAddress,
    reasonAgainst(url, extraPorts) {
      if (url.protocol !== 'https:') return `${url.protocol}// is not https`;
      if (url.username !== '' || url.password !== '') return 'it carries a user name or password';
      const port = url.port === '' ? 443 : Number(url.port);
      if (port !== 443 && !extraPorts.has(port)) return `the port ${port} is not that of the service`;
      const literal = literalAddress(url);
      const reason = literal === null ? null : reasonAgainstAddress(literal);
      return reason === null ? null : `${url.hostname}: ${reason}`;
    },
    async resolve(url) {
      const literal = literalAddress(url);
      const texts = literal === null ? await resolveHost(url.hostname) : [literal.text];
      if (texts.length === 0) return failure(`${url.hostname} has no address`);
      if (texts.length > MAX_ADDRESSES) return failure(`${url.hostname} has more than ${MAX_ADDRESSES} addresses`);
      const addresses: Address[] = [];
      for (const text of texts) {
        const parsed = parseAddress(text);
        if (!parsed.ok) return failure(`${url.hostname} resolves to "${text.slice(0, 60)}": ${parsed.problem}`);
        // One address in private space spoils the name: which of them is taken would be chance.
        const reason = reasonAgainstAddress(parsed.value);
        if (reason !== null) return failure(`${url.hostname} resolves to ${text}: ${reason}`);
        addresses.push(parsed.value);
      }
      return success({ url, addresses });
    },
  };
}

/** The address that a URL names instead of a host; the URL parser has made octal, hexadecimal and short forms plain. */
function literalAddress(url: URL): Address | null {
  const parsed = parseAddress(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  return parsed.ok ? parsed.value : null;
}

/** The operating system's resolver. */
export async function resolveBySystem(hostName: string): Promise<readonly string[]> {
  const found = await lookup(hostName, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}
