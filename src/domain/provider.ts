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
}
