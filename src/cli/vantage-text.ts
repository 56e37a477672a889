import { independentVantages } from '../domain/vantage.ts';
import type { Vantage } from '../domain/vantage.ts';

/** A quorum is never made of fewer (DESIGN.md, confirmedAt). */
const LEAST_QUORUM = 2;

export interface PossibleQuorum {
  readonly largest: number;
  /** Names of vantages in different networks and countries; one such choice, where there are several. */
  readonly of: readonly string[];
  readonly possible: boolean;
}

export function quorumOf(vantages: readonly Vantage[]): PossibleQuorum {
  const of = independentVantages(vantages).map(({ name }) => name);
  return { largest: of.length, of, possible: of.length >= LEAST_QUORUM };
}

/** A sentence on what these vantages can confirm together. */
export function quorumText(vantages: readonly Vantage[]): string {
  const { largest, of, possible } = quorumOf(vantages);
  if (vantages.length === 0)
    return 'No vantage: probe.here.enabled is false and probe.vantages is empty. Nothing can be looked at.';
  if (possible)
    return `A quorum of up to ${largest} is possible: ${of.join(', ')} are in different networks and countries.`;
  const unknown = vantages.filter(({ network, country }) => network === null || country === null);
  const why =
    vantages.length === 1
      ? 'Single vantage'
      : unknown.length > 0
        ? `Not said of ${unknown.map(({ name }) => name).join(', ')}: network or country`
        : 'All vantages share a network or a country';
  return `${why}: no server can be confirmed dark. It takes two vantages in different networks and countries.`;
}
