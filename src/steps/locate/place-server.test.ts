import { expect, test } from 'vitest';
import type { Location } from '../../domain/location.ts';
import type { Provider } from '../../domain/provider.ts';
import type { Registration } from '../../domain/registration.ts';
import type { Registered } from '../../policy/registry-providers.ts';
import { placeServer as place } from './place-server.ts';
import type { Place, Placed, PlaceWords } from './place-server.ts';

const NO_WORDS: PlaceWords = { merges: new Map(), preferences: new Set() };

function placeServer(
  serverId: string,
  location: Location | null,
  inBook: Provider | null,
  more: Partial<Place> = {},
  words: PlaceWords = NO_WORDS,
): Placed {
  return place(serverId, { location, inBook, network: null, autnum: null, keyPrefix: '', ...more }, words);
}

const located: Location = {
  asn: 64496,
  holder: 'Example Hosting',
  country: 'DE',
  source: 'data 1',
  dataDate: '2026-06-17',
};
const unknown: Location = { ...located, asn: null, holder: null, country: null };
const inBook: Provider = {
  key: 'book:Example Cloud',
  name: 'Example Cloud',
  asn: 64497,
  country: 'NL',
  type: 'cloud',
  trust: 'cooperative',
  channel: 'mail',
  contact: 'abuse@cloud.example',
  source: 'book.yaml',
};

test('the provider book goes first, and the origin AS is shown beside it', () => {
  const { provider, location } = placeServer('s', located, inBook);
  expect(provider).toBe(inBook);
  expect(location).toEqual({
    type: 'location',
    serverId: 's',
    providerKey: 'book:Example Cloud',
    asn: 64496,
    holder: 'Example Hosting',
    country: 'DE',
    source: 'book.yaml + data 1',
    dataDate: '2026-06-17',
  });
});

test('without an entry the holder of the origin AS stands in, of whom no contact is known', () => {
  const { provider, location } = placeServer('s', located, null);
  expect(provider).toEqual({
    key: 'as64496',
    name: 'Example Hosting',
    asn: 64496,
    country: null,
    type: 'unknown',
    trust: 'unknown',
    channel: 'mail',
    contact: null,
    source: 'data 1 of 2026-06-17',
  });
  expect(location).toMatchObject({ providerKey: 'as64496', source: 'data 1', dataDate: '2026-06-17' });
  expect(placeServer('s', { ...located, holder: null }, null).provider?.name).toBe('AS64496');
});

test('what nobody knows is null, and has neither source nor age', () => {
  for (const location of [null, unknown]) {
    expect(placeServer('s', location, null)).toEqual({
      provider: null,
      other: null,
      related: [],
      location: {
        type: 'location',
        serverId: 's',
        providerKey: null,
        asn: null,
        holder: null,
        country: null,
        source: null,
        dataDate: null,
      },
    });
  }
});

test('a country alone is told with its source and age, and makes nobody a provider', () => {
  const { provider, location } = placeServer('s', { ...unknown, country: 'BR' }, null);
  expect(provider).toBeNull();
  expect(location).toMatchObject({
    asn: null,
    country: 'BR',
    source: 'data 1',
    dataDate: '2026-06-17',
    providerKey: null,
  });
});

test('a name without an address is placed by the book alone', () => {
  expect(placeServer('s', null, inBook).location).toMatchObject({
    asn: 64497,
    holder: 'Example Cloud',
    country: 'NL',
    source: 'book.yaml',
    dataDate: null,
  });
});

const registrant: Provider = {
  ...inBook,
  key: 'org:ripe:ORG-LE1',
  name: 'Lease Example Ltd',
  type: 'unknown',
  contact: 'abuse@lease.example',
  source: 'the registry ripe',
};
const registration: Registration = {
  registry: 'ripe', handle: 'LEASE-NET', name: 'LEASE', start: '198.51.100.0', end: '198.51.100.255', country: 'NL',
  registrant: { handle: 'ORG-LE1', name: 'Lease Example Ltd', where: 'entities[0]' }, abuse: [], otherContacts: [],
  status: [], registeredAt: null, changedAt: null, remarks: [], parentHandle: null,
}; // prettier-ignore
const network = (provider: Provider | null): Registered<Registration> => ({ registration, fetchedAt: 0, provider });

test('where origin AS and registrant differ, both are shown, and the origin is asked first', () => {
  const { provider, other, location } = placeServer('s', located, null, { network: network(registrant) });
  expect([provider?.key, other?.key]).toEqual(['as64496', 'org:ripe:ORG-LE1']);
  expect(location).toMatchObject({
    providerKey: 'as64496',
    otherProvider: 'org:ripe:ORG-LE1',
    network: { handle: 'LEASE-NET', relation: 'announced by Example Hosting, registered for Lease Example Ltd' },
  });
});

test.each([
  ['org:ripe:ORG-LE1 as64496', 'org:ripe:ORG-LE1'],
  ['as64496 org:ripe:ORG-LE1', 'as64496'],
])('a person says whom to ask first: %s', (preference, key) => {
  const words = { ...NO_WORDS, preferences: new Set([preference]) };
  const { provider, other, location } = placeServer('s', located, null, { network: network(registrant) }, words);
  expect([provider?.key, other]).toEqual([key, null]);
  expect(location.network?.relation).toContain('a person chose');
});

test.each<[string, Provider, PlaceWords]>([
  ['of the same name', { ...registrant, name: 'EXAMPLE HOSTING' }, NO_WORDS],
  ['merged by a person', registrant, { ...NO_WORDS, merges: new Map([['org:ripe:ORG-LE1', 'as64496']]) }],
])('a registrant %s is the same organisation, and brings its contact', (_, holder, words) => {
  const { provider, other } = placeServer('s', located, null, { network: network(holder) }, words);
  expect([provider?.contact, other]).toEqual(['abuse@lease.example', null]);
});

test('the book goes before what registries say', () => {
  const { provider, other, location } = placeServer('s', located, inBook, { network: network(registrant) });
  expect([provider, other]).toEqual([inBook, null]);
  expect(location.network?.handle).toBe('LEASE-NET');
});

test('a registry that names nobody leaves the origin AS alone', () => {
  const { provider, other } = placeServer('s', located, null, { network: network(null) });
  expect([provider?.key, other]).toEqual(['as64496', null]);
});
