import type { Location } from '../../domain/location.ts';
import type { Provider } from '../../domain/provider.ts';
import type { LocationRow } from '../../domain/rows.ts';

/**
 * Who can switch a server off. The provider book goes first; without an entry there the holder of the origin AS stands
 * in, of whom nothing but name and country is known. What is not known is null, never a guess.
 */
export function placeServer(
  serverId: string,
  location: Location | null,
  inBook: Provider | null,
): { readonly provider: Provider | null; readonly location: LocationRow } {
  // Where the data knows neither origin AS nor country it has said nothing, and is no source.
  const announced = location === null || (location.asn === null && location.country === null) ? null : location;
  const sources = [inBook?.source, announced?.source].filter((source) => source !== undefined);
  const provider = inBook ?? (location === null ? null : originAs(location));
  return {
    provider,
    location: {
      type: 'location',
      serverId,
      providerKey: provider?.key ?? null,
      asn: location?.asn ?? inBook?.asn ?? null,
      holder: location?.holder ?? inBook?.name ?? null,
      country: location?.country ?? inBook?.country ?? null,
      source: sources.length === 0 ? null : sources.join(' + '),
      dataDate: announced?.dataDate ?? null,
    },
  };
}

function originAs(location: Location): Provider | null {
  if (location.asn === null) return null;
  return {
    key: `as${location.asn}`,
    name: location.holder ?? `AS${location.asn}`,
    asn: location.asn,
    // The AS may serve many countries; the server's own stands with the server.
    country: null,
    type: 'unknown',
    trust: 'unknown',
    channel: 'mail',
    contact: null,
    source: `${location.source} of ${location.dataDate}`,
  };
}
