import type { VantageFacts } from '../../domain/figure-facts.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { VantageFigure } from '../../domain/report.ts';
import { byText } from './units.ts';

export function vantageFigures(vantages: readonly VantageFacts[]): readonly VantageFigure[] {
  return vantages
    .map(({ kind, lastLookAt, hasSeen: _hasSeen, ...vantage }) => ({
      ...vantage,
      kind: kind ?? ('person' as const),
      lastLookAt: isoInstant(lastLookAt),
    }))
    .toSorted((one, other) => byText(nameOf(one), nameOf(other)));
}

function nameOf({ name, kind, network, country }: VantageFigure): string {
  return [name, kind, network, country].join(' ');
}

/** No two of our own, in networks and countries that somebody has named and that differ: then nothing can be confirmed. */
export function isSingleVantage(vantages: readonly VantageFacts[]): boolean {
  return !vantages.some((one) =>
    vantages.some(
      (other) => areKnown(one) && areKnown(other) && one.network !== other.network && one.country !== other.country,
    ),
  );
}

function areKnown({ kind, network, country, hasSeen }: VantageFacts): boolean {
  return hasSeen && kind !== null && network !== null && country !== null;
}
