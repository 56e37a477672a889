import { expect, test } from 'vitest';
import type { Location } from '../../domain/location.ts';
import type { Provider } from '../../domain/provider.ts';
import { placeServer } from './place-server.ts';

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
