/*
 * What people paste: an address, a network, a URL, host:port, defanged in any of the usual ways.
 */

/** As people write what nobody is to click on, and as it is. */
export function refanged(text: string): string {
  return text
    .replaceAll(/[[({]\s*(?:\.|dot)\s*[\])}]/gi, '.')
    .replaceAll(/\\\./g, '.')
    .replaceAll(/[[({]:[\])}]/g, ':')
    .replaceAll(/[[({]:\/\/[\])}]/g, '://')
    .replaceAll(/[[({]\/[\])}]/g, '/');
}

/** One server, or a network of them. */
export interface Indicator {
  /** As the service writes it: lower case, IPv6 at its shortest; a network with its length. */
  readonly text: string;
  readonly is: 'host' | 'network';
  /** What was written beside it and says nothing of which server: `port 443`, `path`. */
  readonly beside: readonly ('port' | 'path')[];
}

export type Pasted = Indicator | { readonly is: 'faulty'; readonly why: 'address' | 'network' | 'range' };

const SCHEME = /^[a-z][a-z\d+.*-]*:\/\//i;
const NAME = /^(?=.{1,253}$)(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/;

/** An IPv6 address with its port as our notices write it: "2001:db8[:]:c2 port 443". */
const WITH_PORT_IN_A_WORD = /^([\da-f:.]+)\s+port\s+\d{1,5}$/;

/**
 * A whole indicator, or what looks like one and is none; null: something else. A bare name is something else: it may be a part of one.
 */
export function pasted(text: string): Pasted | null {
  const plain = refanged(text.trim()).toLowerCase();
  const scheme = SCHEME.exec(plain)?.[0] ?? '';
  if (scheme !== '') return ofUrl(plain.slice(scheme.length));
  if (/^\d+\.\d+\.\d+\.\d+\s*[-–]\s*[\d.]+$/.test(plain)) return { is: 'faulty', why: 'range' };
  const [, beforePort] = WITH_PORT_IN_A_WORD.exec(plain) ?? [];
  if (beforePort !== undefined && isLikeIpv6(beforePort)) return hostOf(beforePort, ['port']);
  const network = /^([\da-f.:]+)\/(\d{1,3})$/.exec(plain);
  // A name with a path is none: the part before the bar is an address.
  if (network?.[1] !== undefined && network[2] !== undefined && /^\d+\.\d+\.\d+\.\d+$|:.*:/.test(network[1]))
    return networkOf(network[1], network[2]);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(plain) || isLikeIpv6(plain)) return hostOf(plain, []);
  const [, host, rest] = /^(\[[\da-f:.]+\]|[^/:\s[\]]+)((?::\d{1,5})?(?:\/\S*)?)$/.exec(plain) ?? [];
  if (host === undefined || rest === undefined || (rest === '' && !host.startsWith('['))) return null;
  // What has neither dots nor brackets is a word with a bar in it.
  return /^\[|\./.test(host) ? ofUrl(plain) : null;
}

function isLikeIpv6(text: string): boolean {
  return /^[\da-f:]*(?:\d+\.\d+\.\d+\.\d+)?$/.test(text) && /:.*:/.test(text);
}

/** Of user@host:port/path?query#fragment. */
function ofUrl(text: string): Pasted {
  const [, authority = '', path = ''] = /^([^/?#]*)(.*)$/s.exec(text) ?? [];
  const [, bracketed, name, port] = /^(?:[^@]*@)?(?:\[([\da-f:.]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const host = bracketed ?? name;
  if (host === undefined) return { is: 'faulty', why: 'address' };
  return hostOf(host, [
    ...(port === undefined ? [] : (['port'] as const)),
    ...(path === '' || path === '/' ? [] : (['path'] as const)),
  ]);
}

function hostOf(host: string, beside: Indicator['beside']): Pasted {
  if (ipv4Number(host) !== null) return { is: 'host', text: host, beside };
  if (host.includes(':')) {
    const shortest = shortIpv6(host);
    return shortest === null ? { is: 'faulty', why: 'address' } : { is: 'host', text: shortest, beside };
  }
  return NAME.test(host) ? { is: 'host', text: host, beside } : { is: 'faulty', why: 'address' };
}

function networkOf(base: string, bits: string): Pasted {
  const length = Number(bits);
  const isIpv4 = ipv4Number(base) !== null;
  const short = isIpv4 ? base : shortIpv6(base);
  if (short === null || length > (isIpv4 ? 32 : 128)) return { is: 'faulty', why: 'network' };
  return { is: 'network', text: `${short}/${length}`, beside: [] };
}

function ipv4Number(address: string): number | null {
  const parts = address.split('.').map((each) => (/^\d{1,3}$/.test(each) ? Number(each) : 256));
  if (parts.length !== 4 || parts.some((each) => each > 255)) return null;
  return parts.reduce((sum, each) => sum * 256 + each, 0);
}

/** At its shortest (RFC 5952); null where it is none. */
export function shortIpv6(address: string): string | null {
  if (!address.includes(':') || !/^[\da-f:.]+$/i.test(address)) return null;
  try {
    return new URL(`http://[${address}]/`).hostname.slice(1, -1);
  } catch {
    return null;
  }
}

/** Its eight groups of sixteen bits; null where it is none. */
function groupsOf(address: string): readonly number[] | null {
  const short = shortIpv6(address);
  if (short === null) return null;
  const [head = '', tail] = short.split('::');
  const numbers = (text: string): number[] => (text === '' ? [] : text.split(':').map((each) => Number.parseInt(each, 16)));
  const first = numbers(head);
  if (tail === undefined) return first;
  const last = numbers(tail);
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
} // prettier-ignore

/** Whether a host lies in a network that `pasted` has taken. */
export function inNetwork(network: string): (host: string) => boolean {
  const [base = '', bits = ''] = network.split('/');
  const length = Number(bits);
  const number = ipv4Number(base);
  if (number !== null) {
    const size = 2 ** (32 - length);
    const first = Math.floor(number / size);
    return (host) => {
      const own = ipv4Number(host);
      return own !== null && Math.floor(own / size) === first;
    };
  }
  const groups = groupsOf(base);
  if (groups === null) return () => false;
  return (host) => {
    const own = host.includes(':') ? groupsOf(host) : null;
    return own !== null && groups.every((group, at) => {
      const left = Math.min(16, Math.max(0, length - at * 16));
      return group >> (16 - left) === (own[at] ?? -1) >> (16 - left);
    });
  }; // prettier-ignore
}
