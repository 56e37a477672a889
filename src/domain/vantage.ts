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

/**
 * The most vantages of these that are pairwise in different networks and different countries, both known: what a quorum can be
 * made of. A largest matching between networks and countries, found by augmenting paths (Kuhn).
 */
export function independentVantages<Place extends Pick<Vantage, 'network' | 'country'>>(
  vantages: readonly Place[],
): readonly Place[] {
  const takenBy = new Map<string, Place>();
  const countriesOf = Map.groupBy(
    vantages.filter(({ network, country }) => network !== null && country !== null),
    ({ network }) => network ?? '',
  );

  function place(network: string, tried: Set<string>): boolean {
    for (const vantage of countriesOf.get(network) ?? []) {
      const country = vantage.country ?? '';
      if (tried.has(country)) continue;
      tried.add(country);
      const holder = takenBy.get(country);
      if (holder !== undefined && !place(holder.network ?? '', tried)) continue;
      takenBy.set(country, vantage);
      return true;
    }
    return false;
  }

  for (const network of countriesOf.keys()) place(network, new Set());
  const chosen = new Set(takenBy.values());
  return vantages.filter((vantage) => chosen.has(vantage));
}
