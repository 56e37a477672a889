/** What a host is named by. A `blockchain-name` lives in a name system without a registrar (.bit, .bazar, …). */
export const HOST_TYPES = ['address', 'domain', 'onion', 'blockchain-name'] as const;
export type HostType = (typeof HOST_TYPES)[number];

/** What a server is, from stated evidence only. */
export const SERVER_KINDS = [
  'dedicated',
  'compromised-host',
  'iot-device',
  'shared-hosting',
  'cdn-fronted',
  'tor-exit',
  'sinkhole',
  'unknown',
] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

/** One way in to a server. `port` is null where a source named the host alone; `path` only where a URL was given. */
export interface Endpoint {
  readonly port: number | null;
  readonly scheme: string | null;
  readonly path: string | null;
}

/** One C2 host in one operation. Figures count servers, not cases. */
export interface Server {
  readonly id: string;
  readonly hostType: HostType;
  /** Canonical: an address as `Address.text`, a name in lower-case punycode without a trailing dot. */
  readonly host: string;
  readonly kind: ServerKind;
}
