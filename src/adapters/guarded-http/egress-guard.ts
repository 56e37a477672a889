import { lookup } from 'node:dns/promises';
import { parseAddress, parsePrefix, prefixContains } from '../../domain/address.ts';
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
  /** For where this place leads to: with the exceptions that this one itself was let in by, and no others. */
  narrowedTo(target: CheckedTarget): EgressGuard;
  /** Why an address may not be connected to or asked about, or null. */
  reasonAgainstAddress(address: Address): string | null;
}

/** What counts as public here though it is not. Empty but for laboratories and what an installation names. */
export interface GuardExceptions {
  readonly networks: readonly Prefix[];
  /** Host names in small letters: they may lead into networks of one's own, and be asked over plain http. */
  readonly hosts: ReadonlySet<string>;
  /** Whether literal addresses of `networks` may be asked over plain http. */
  readonly plainHttp: boolean;
}

const MAX_ADDRESSES = 64;

/** Where machines of one's own stand. An excepted name leads there; never to link-local space, where clouds keep their keys. */
const OWN_NETWORKS: readonly Prefix[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
].flatMap((text) => {
  const parsed = parsePrefix(text);
  return parsed.ok ? [parsed.value] : [];
});

/**
 * Keeps requests on the public Internet: a feed, a registry's answer, a redirect or a poisoned name must not make this
 * machine talk to its own network (server-side request forgery).
 */
export function createEgressGuard(exceptions: GuardExceptions, resolveHost: ResolveHost): EgressGuard {
  const isExcepted = (address: Address): boolean =>
    exceptions.networks.some((network) => prefixContains(network, address));

  function reasonAgainstAddress(address: Address): string | null {
    return isExcepted(address) ? null : reservedAddressReason(address);
  }

  function mayBePlain(url: URL): boolean {
    const literal = literalAddress(url);
    if (literal === null) return exceptions.hosts.has(url.hostname);
    return exceptions.plainHttp && isExcepted(literal);
  }

  return {
    reasonAgainstAddress,
    narrowedTo({ url, addresses }) {
      const networks = exceptions.networks.filter((network) =>
        addresses.some((address) => prefixContains(network, address)),
      );
      const hosts = new Set(exceptions.hosts.has(url.hostname) ? [url.hostname] : []);
      return createEgressGuard({ networks, hosts, plainHttp: exceptions.plainHttp }, resolveHost);
    },
    reasonAgainst(url, extraPorts) {
      const isPlain = url.protocol === 'http:' && mayBePlain(url);
      if (url.protocol !== 'https:' && !isPlain) return `${url.protocol}// is not https`;
      if (url.username !== '' || url.password !== '') return 'it carries a user name or password';
      const port = portOf(url);
      if (port !== (isPlain ? 80 : 443) && !extraPorts.has(port)) return `the port ${port} is not that of the service`;
      const literal = literalAddress(url);
      const reason = literal === null ? null : reasonAgainstAddress(literal);
      return reason === null ? null : `${url.hostname}: ${reason}`;
    },
    async resolve(url) {
      const literal = literalAddress(url);
      const texts = literal === null ? await resolveHost(url.hostname) : [literal.text];
      if (texts.length === 0) return failure(`${url.hostname} has no address`);
      if (texts.length > MAX_ADDRESSES) return failure(`${url.hostname} has more than ${MAX_ADDRESSES} addresses`);
      const isOwn = literal === null && exceptions.hosts.has(url.hostname);
      const addresses: Address[] = [];
      for (const text of texts) {
        const parsed = parseAddress(text);
        if (!parsed.ok) return failure(`${url.hostname} resolves to "${text.slice(0, 60)}": ${parsed.problem}`);
        const address = parsed.value;
        // One address in private space spoils the name: which of them is taken would be chance.
        const reason =
          isOwn && OWN_NETWORKS.some((network) => prefixContains(network, address))
            ? null
            : reasonAgainstAddress(address);
        if (reason !== null) return failure(`${url.hostname} resolves to ${text}: ${reason}`);
        addresses.push(address);
      }
      return success({ url, addresses });
    },
  };
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'http:' ? 80 : 443;
}

/** The address that a URL names instead of a host; the URL parser has made octal, hexadecimal and short forms plain. */
export function literalAddress(url: URL): Address | null {
  const parsed = parseAddress(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  return parsed.ok ? parsed.value : null;
}

/** The operating system's resolver. */
export async function resolveBySystem(hostName: string): Promise<readonly string[]> {
  const found = await lookup(hostName, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}
