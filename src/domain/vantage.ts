/** From where we look. What it is in the network and on the map counts for the quorum (DESIGN.md, confirmedAt). */
export const VANTAGE_KINDS = ['direct', 'socks5', 'http-connect', 'agent'] as const;
export type VantageKind = (typeof VANTAGE_KINDS)[number];

export interface Vantage {
  readonly name: string;
  readonly kind: VantageKind;
  /** "AS64500"; null where nobody has said it: then it counts for no quorum. */
  readonly network: string | null;
  /** ISO 3166-1 alpha-2; null where nobody has said it. */
  readonly country: string | null;
  /** Of an agent: Ed25519, raw, base64. */
  readonly publicKey: string | null;
}
