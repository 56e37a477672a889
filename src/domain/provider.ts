/** What a provider does for the server that it can switch off. */
export const PROVIDER_TYPES = [
  'hosting',
  'isp',
  'cloud',
  'cdn',
  'education',
  'government',
  'registrar',
  'unknown',
] as const;
export type ProviderType = (typeof PROVIDER_TYPES)[number];

/** `bulletproof` is never mailed before an order. */
export const TRUSTS = ['cooperative', 'unknown', 'unresponsive', 'bulletproof'] as const;
export type Trust = (typeof TRUSTS)[number];

export const CHANNELS = ['mail', 'form', 'api', 'designated-agent'] as const;
export type Channel = (typeof CHANNELS)[number];

/** One way to reach a provider, and why we think so. */
export interface ProviderContact {
  readonly mailbox: string;
  readonly source: ContactSource;
  /** Where it stands: the book's file, or the address that the registry answered at. */
  readonly where: string;
  /** ISO 8601 UTC: when we learnt it; null where the source gives no date. */
  readonly date: string | null;
  /** ISO 8601 UTC: when its registry says that it changed last; null where that is not known. */
  readonly changedAt: string | null;
  /** From 0 to 100; `reasons` says what it is made of. */
  readonly score: number;
  readonly reasons: readonly string[];
  /** A contact that changed shortly before we write to it may not be the provider's own. */
  readonly changedLately: boolean;
}

/** Who tells of a contact, the most trusted first: our own provider book, the network's registry, the AS's, the CSIRT. */
export const CONTACT_SOURCES = ['book', 'rdap-network', 'rdap-autnum', 'csirt'] as const;
export type ContactSource = (typeof CONTACT_SOURCES)[number];

/** The organisation that can switch a server off. */
export interface Provider {
  /** Stable within the organisation: `book:<name>` from the provider book, `as<number>` from the origin AS. */
  readonly key: string;
  readonly name: string;
  /** The origin AS, where known. */
  readonly asn: number | null;
  /** ISO 3166-1 alpha-2, where known. */
  readonly country: string | null;
  readonly type: ProviderType;
  readonly trust: Trust;
  readonly channel: Channel;
  /** Abuse mailbox or form address; null where none is known. */
  readonly contact: string | null;
  /** Where the provider comes from: the book's file name, or the name and date of the location data. */
  readonly source: string;
  /** All known ways to reach it, best first; absent where only `contact` is known. */
  readonly contacts?: readonly ProviderContact[];
}
