import type { Address, Prefix } from './address.ts';
import type { Location } from './location.ts';
import type { Channel, Provider, ProviderType, Trust } from './provider.ts';
import { createRangeTable } from './range-table.ts';
import type { HostType } from './server.ts';

/** One provider as its keeper wrote it down. */
export interface BookEntry {
  readonly name: string;
  readonly asns: readonly number[];
  readonly prefixes: readonly Prefix[];
  /** Names of AS holders as the location data spells them; upper and lower case are the same. */
  readonly names: readonly string[];
  /** Names that the provider can switch off with everything below them, in lower-case punycode: "example", "shop.example". */
  readonly domains: readonly string[];
  readonly contact: string | null;
  /** Mailboxes that are tried after it, in this order. */
  readonly further?: readonly string[];
  /** YYYY-MM-DD: when its keeper last made sure of the contact; null where that is not written. */
  readonly checked: string | null;
  /** Upper-case ISO 3166-1 alpha-2; null where the keeper did not say. */
  readonly country: string | null;
  readonly channel: Channel;
  readonly type: ProviderType;
  readonly trust: Trust;
}

/** What the organisation knows of providers at first hand. It goes before all other data. */
export interface ProviderBook {
  /** The book's file name, without its folder. */
  readonly source: string;
  readonly entries: readonly BookEntry[];
  /** The entry with the longest prefix that holds an address. */
  byAddress(address: Address): BookEntry | null;
  byAsn(asn: number): BookEntry | null;
  byHolder(name: string): BookEntry | null;
  /** The entry with the longest suffix of a name. */
  byDomain(name: string): BookEntry | null;
}

/** Makes a book of entries that do not contradict each other (the reader sees to that). */
export function createProviderBook(source: string, entries: readonly BookEntry[]): ProviderBook {
  const prefixes = createRangeTable(
    entries.flatMap((entry, value) => entry.prefixes.map((prefix) => ({ prefix, value }))),
  );
  const asns = new Map(entries.flatMap((entry) => entry.asns.map((asn) => [asn, entry] as const)));
  const names = new Map(entries.flatMap((entry) => entry.names.map((name) => [holderKey(name), entry] as const)));
  const domains = new Map(entries.flatMap((entry) => entry.domains.map((domain) => [domain, entry] as const)));
  return {
    source,
    entries,
    byAddress: (address) => entries[prefixes.find(address)] ?? null,
    byAsn: (asn) => asns.get(asn) ?? null,
    byHolder: (name) => names.get(holderKey(name)) ?? null,
    byDomain(name) {
      for (let rest = name; rest !== ''; rest = parentName(rest)) {
        const entry = domains.get(rest);
        if (entry !== undefined) return entry;
      }
      return null;
    },
  };
}

/** The form in which holder names are compared. */
export function holderKey(name: string): string {
  return name.normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** "shop.example" → "example" → "". */
function parentName(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

/** What is known of a server when its provider is looked for. */
export interface BookQuestion {
  readonly hostType: HostType;
  /** Canonical, as Server.host. */
  readonly host: string;
  readonly address: Address | null;
  readonly location: Location | null;
}

/** A provider as the book has it. */
export interface BookFind {
  readonly provider: Provider;
  /** Mailboxes that are tried after its contact, in this order. */
  readonly further: readonly string[];
  /** YYYY-MM-DD: when the contact was last made sure of; null where that is not written. */
  readonly checked: string | null;
}

/**
 * Who can switch a server off, after the book: the longest prefix that holds its address, then its origin AS, then the
 * holder's name, then (for a domain) the longest suffix of its name. Everything about the provider comes from its entry
 * alone, so that one provider is described in the same words for all of its servers.
 */
export function findInBook(book: ProviderBook, { hostType, host, address, location }: BookQuestion): BookFind | null {
  const asn = location?.asn ?? null;
  const holder = location?.holder ?? null;
  const entry =
    (address === null ? null : book.byAddress(address)) ??
    (asn === null ? null : book.byAsn(asn)) ??
    (holder === null ? null : book.byHolder(holder)) ??
    (hostType === 'domain' ? book.byDomain(host) : null);
  if (entry === null) return null;
  return { provider: providerOf(entry, book.source), further: entry.further ?? [], checked: entry.checked };
}

function providerOf(entry: BookEntry, source: string): Provider {
  const [asn] = entry.asns;
  return {
    key: `book:${entry.name}`,
    name: entry.name,
    // Which of several it is differs from server to server; the server's own location tells it.
    asn: entry.asns.length === 1 && asn !== undefined ? asn : null,
    country: entry.country,
    type: entry.type,
    trust: entry.trust,
    channel: entry.channel,
    contact: entry.contact,
    source,
  };
}
