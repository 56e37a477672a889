import { addressV4, ipv6Text, parseAddress, parsePrefix, prefixContains, prefixText } from './address.ts';
import type { Address, Prefix } from './address.ts';
import type { AuthorityKind, AuthorityScope } from './authority.ts';
import { refang } from './defang.ts';
import { groundReason } from './ground.ts';
import { parseHostName } from './host-name.ts';
import type { HostType } from './server.ts';

/** Entries of all sorts together. All of them stand in one ledger entry, and are signed. */
export const MAX_SCOPE_ENTRIES = 20_000;
/** What reaches further names no servers; that is what standing is for. */
const SHORTEST_PREFIX = { 4: 8, 6: 20 } as const;
/** Complaints about single entries; a file in a wrong form has a thousand of them. */
const MAX_COMPLAINTS = 10;

export interface ScopeWords {
  readonly addresses?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly domains?: readonly string[];
  readonly standing?: boolean;
}

type Say = (sentence: string) => void;

/** Reads a scope; what is wrong is said, a sentence each. A drill takes lab addresses only, everything else refuses them. */
export function scopeOf(words: ScopeWords, kind: AuthorityKind | null, drill: boolean, say: Say): AuthorityScope {
  const { addresses = [], prefixes = [], domains = [], standing = false } = words;
  const count = addresses.length + prefixes.length + domains.length;
  if (count > MAX_SCOPE_ENTRIES) {
    say(`scope: ${count} entries; at most ${MAX_SCOPE_ENTRIES} are taken`);
    return { addresses: [], prefixes: [], domains: [], standing };
  }
  if (kind === 'standing-order' && !standing) say('scope: a standing order is standing; say so');
  if (count === 0 && !standing) say('scope: it names no server: addresses, prefixes, domains, or standing');
  let complaints = 0;
  const complain: Say = (sentence) => {
    complaints += 1;
    if (complaints <= MAX_COMPLAINTS) say(sentence);
  };
  const scope = {
    addresses: entries(addresses, 'address', complain, (text) => addressOf(text, drill)),
    prefixes: entries(prefixes, 'prefix', complain, (text) => prefixOf(text, drill)),
    domains: entries(domains, 'domain', complain, (text) => domainOf(text, drill)),
    standing,
  };
  if (complaints > MAX_COMPLAINTS) say(`scope: and ${complaints - MAX_COMPLAINTS} further entries like these`);
  return scope;
}

type Read = { readonly text: string } | { readonly reason: string };

function entries(words: readonly string[], what: string, say: Say, read: (text: string) => Read): readonly string[] {
  const found = new Set<string>();
  for (const word of words) {
    const entry = read(refang(word.trim()));
    if ('text' in entry) found.add(entry.text);
    else say(`${what} "${word.slice(0, 80)}": ${entry.reason}`);
  }
  return [...found].sort();
}

function addressOf(text: string, drill: boolean): Read {
  const parsed = parseAddress(text);
  if (!parsed.ok) return { reason: parsed.problem };
  const reason = groundReason({ hostType: 'address', host: parsed.value.text, address: parsed.value }, drill);
  return reason === null ? { text: parsed.value.text } : { reason };
}

/** Judged by its first and last address: no two ranges that a drill lives on, or that nobody may name, lie side by side. */
function prefixOf(text: string, drill: boolean): Read {
  const parsed = parsePrefix(text);
  if (!parsed.ok) return { reason: parsed.problem };
  const { address, bits } = parsed.value;
  const shortest = SHORTEST_PREFIX[address.version];
  if (bits < shortest) return { reason: `wider than /${shortest}; an order over everything is standing` };
  const reasons = [address, lastAddress(parsed.value)].map((end) =>
    groundReason({ hostType: 'address', host: end.text, address: end }, drill),
  );
  const reason = reasons.find((each) => each !== null);
  return reason === undefined ? { text: prefixText(parsed.value) } : { reason };
}

function lastAddress({ address, bits }: Prefix): Address {
  if (address.version === 4) return addressV4((address.number | (bits === 32 ? 0 : 0xffff_ffff >>> bits)) >>> 0);
  const ones = bits === 128 ? 0n : (1n << BigInt(128 - bits)) - 1n;
  const high = address.high | (ones >> 64n);
  const low = address.low | (ones & 0xffff_ffff_ffff_ffffn);
  return { version: 6, text: ipv6Text(high, low), high, low };
}

function domainOf(text: string, drill: boolean): Read {
  const parsed = parseHostName(text);
  if (!parsed.ok) return { reason: parsed.problem };
  const { hostType, text: host } = parsed.value;
  if (hostType !== 'domain') return { reason: 'nobody can be ordered to take such a name away' };
  const reason = groundReason({ hostType, host, address: null }, drill);
  return reason === null ? { text: host } : { reason };
}

/** A scope, made fast to ask. */
export interface ScopeIndex {
  /** The entry that names the server; "standing" where all are meant; null where none does. */
  entryFor(server: { readonly hostType: HostType; readonly host: string }): string | null;
}

/** Entries that name a server go before "standing". */
export function indexScope({ addresses, prefixes, domains, standing }: AuthorityScope): ScopeIndex {
  const exact = new Set(addresses);
  const names = new Set(domains);
  const ranges = prefixes.map(rangeOf);
  const otherwise = standing ? 'standing' : null;
  return {
    entryFor({ hostType, host }) {
      if (hostType === 'domain') return nameFor(names, host) ?? otherwise;
      if (hostType !== 'address') return otherwise;
      if (exact.has(host)) return host;
      const parsed = parseAddress(host);
      const range = parsed.ok ? rangeFor(ranges, parsed.value) : null;
      return range ?? otherwise;
    },
  };
}

function rangeOf(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(`${text} is no prefix: ${parsed.problem}`);
  return parsed.value;
}

function rangeFor(ranges: readonly Prefix[], address: Address): string | null {
  const found = ranges.find((range) => prefixContains(range, address));
  return found === undefined ? null : prefixText(found);
}

/** The name itself or one above it that is listed. */
function nameFor(names: ReadonlySet<string>, host: string): string | null {
  for (let name = host; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    if (names.has(name)) return name;
  }
  return null;
}
