import type { Location } from '../../domain/location.ts';
import type { Provider } from '../../domain/provider.ts';
import { holderName } from '../../domain/registration.ts';
import type { AutnumRegistration, Registration } from '../../domain/registration.ts';
import type { LocationRow, ServerNetwork } from '../../domain/rows.ts';
import { organisationKey } from '../../policy/organisation-name.ts';
import type { Registered } from '../../policy/registry-providers.ts';
import type { ProviderWords } from '../../ports/store.ts';

/** What is known of where a server stands. Keys of providers are those of the store: a drill has keys of its own. */
export interface Place {
  readonly location: Location | null;
  readonly inBook: Provider | null;
  readonly network: Registered<Registration> | null;
  readonly autnum: Registered<AutnumRegistration> | null;
  /** "drill:" in a drill, else "". */
  readonly keyPrefix: string;
}

/** What people have said; keys as in `Place`. */
export type PlaceWords = Pick<ProviderWords, 'merges' | 'preferences'>;

export interface Placed {
  /** Whom to ask first; null where nobody is known. */
  readonly provider: Provider | null;
  /** The other of the two where origin AS and registrant differ. */
  readonly other: Provider | null;
  /** Keys of all organisations that have to do with the place: what a person said of any of them is said of it. */
  readonly related: readonly string[];
  readonly location: LocationRow;
}

/**
 * Who can switch a server off. The provider book goes first; then the organisation that announces the address and the
 * one that it is registered for. Where these are two, as in leased space, both are shown: the one that announces it is
 * asked first, since it can null-route whatever was agreed with whom, until a person says otherwise. What is not known
 * is null, never a guess.
 */
export function placeServer(serverId: string, place: Place, words: PlaceWords): Placed {
  const { location, inBook, network } = place;
  // Where the data knows neither origin AS nor country it has said nothing, and is no source.
  const announced = location === null || (location.asn === null && location.country === null) ? null : location;
  const found =
    inBook === null
      ? fromRegistries(place, words)
      : { first: inBook, other: null, relation: 'the provider book knows it' };
  const sources = [inBook?.source, announced?.source, network === null ? undefined : found.first?.source].filter(
    (source, index, all) => source !== undefined && all.indexOf(source) === index,
  );
  return {
    provider: found.first,
    other: found.other,
    related: relatedKeys(place),
    location: {
      type: 'location',
      serverId,
      providerKey: found.first?.key ?? null,
      asn: location?.asn ?? inBook?.asn ?? null,
      holder: location?.holder ?? inBook?.name ?? null,
      country: location?.country ?? network?.registration.country ?? inBook?.country ?? null,
      source: sources.length === 0 ? null : sources.join(' + '),
      dataDate: announced?.dataDate ?? null,
      ...(found.other === null ? {} : { otherProvider: found.other.key }),
      ...(network === null ? {} : { network: shownNetwork(network, found.relation) }),
    },
  };
}

function relatedKeys({ location, network, autnum, keyPrefix }: Place): readonly string[] {
  const origin = location === null ? null : originAs(location, keyPrefix);
  return [origin?.key, autnum?.provider?.key, network?.provider?.key].filter((key) => key !== undefined);
}

interface Found {
  readonly first: Provider | null;
  readonly other: Provider | null;
  /** A sentence. */
  readonly relation: string;
}

function fromRegistries({ location, network, autnum, keyPrefix }: Place, { merges, preferences }: PlaceWords): Found {
  const origin = autnum?.provider ?? (location === null ? null : originAs(location, keyPrefix));
  const registrant = network?.provider ?? null;
  if (origin === null) return { first: registrant, other: null, relation: 'no origin AS is known' };
  if (registrant === null)
    return { first: origin, other: null, relation: 'the registry names no holder of the network' };
  const same = whySame(origin, registrant, merges);
  if (same !== null) {
    // Of the two descriptions of one organisation the one with a contact helps; else the origin's, which is the older.
    return { first: autnum === null || origin.contact === null ? registrant : origin, other: null, relation: same };
  }
  const prefers = (one: Provider, other: Provider): boolean =>
    [one.key, merges.get(one.key)].some((first) =>
      [other.key, merges.get(other.key)].some((second) => preferences.has(`${first} ${second}`)),
    );
  if (prefers(registrant, origin)) {
    return {
      first: registrant,
      other: null,
      relation: `announced by ${origin.name}; a person chose to ask the registrant first`,
    };
  }
  if (prefers(origin, registrant)) {
    return {
      first: origin,
      other: null,
      relation: `registered for ${registrant.name}; a person chose to ask the origin first`,
    };
  }
  return {
    first: origin,
    other: registrant,
    relation: `announced by ${origin.name}, registered for ${registrant.name}`,
  };
}

function whySame(origin: Provider, registrant: Provider, merges: PlaceWords['merges']): string | null {
  const keyOf = ({ key }: Provider): string => merges.get(key) ?? key;
  if (origin.key === registrant.key) return 'the registry names one holder of AS and network';
  if (keyOf(origin) === keyOf(registrant)) return 'a person said that holder of AS and network are one';
  if (organisationKey(origin.name) === organisationKey(registrant.name))
    return 'holder of AS and network have the same name';
  const theirs = abuseMailboxes(registrant);
  if (abuseMailboxes(origin).some((mailbox) => theirs.includes(mailbox)))
    return 'AS and network have the same abuse contact';
  return null;
}

function abuseMailboxes({ contact }: Provider): readonly string[] {
  return contact === null ? [] : [contact.toLowerCase()];
}

function originAs(location: Location, keyPrefix: string): Provider | null {
  if (location.asn === null) return null;
  return {
    key: `${keyPrefix}as${location.asn}`,
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

function shownNetwork({ registration }: Registered<Registration>, relation: string): ServerNetwork {
  const { registry, handle, name, start, end, country } = registration;
  return { registry, handle, name, start, end, country, registrant: holderName(registration), relation };
}
