import { expect, it } from 'vitest';
import { parseAddress, parsePrefix } from './address.ts';
import type { Prefix } from './address.ts';
import type { Location } from './location.ts';
import { createProviderBook, findInBook } from './provider-book.ts';
import type { BookEntry } from './provider-book.ts';
import type { HostType } from './server.ts';

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

function entry(name: string, rest: Partial<BookEntry>): BookEntry {
  return {
    name,
    asns: [],
    prefixes: [],
    names: [],
    domains: [],
    contact: null,
    checked: null,
    country: null,
    channel: 'mail',
    type: 'unknown',
    trust: 'unknown',
    ...rest,
  };
}

const book = createProviderBook('book.yaml', [
  entry('Wide', { prefixes: [prefix('198.51.100.0/24'), prefix('2001:db8::/32')] }),
  entry('Narrow', { prefixes: [prefix('198.51.100.128/25'), prefix('2001:db8:1::/48')], country: 'BR' }),
  entry('One AS', { asns: [64500], contact: 'abuse@one.example', type: 'isp', trust: 'cooperative' }),
  entry('Two AS', { asns: [64501, 64502] }),
  entry('Named', { names: ['Holder   of Names'] }),
  entry('Registry', { domains: ['example'] }),
  entry('Shop', { domains: ['shop.example'] }),
]);

const nowhere: Location = { asn: null, holder: null, country: null, source: 'test', dataDate: '2026-06-17' };

function find(hostType: HostType, host: string, location: Partial<Location> | null = null): string | null {
  const parsed = parseAddress(host);
  const address = parsed.ok ? parsed.value : null;
  const found = findInBook(book, {
    hostType,
    host,
    address,
    location: location === null ? null : { ...nowhere, ...location },
  });
  return found?.provider.name ?? null;
}

it('takes the longest prefix that holds the address', () => {
  expect(find('address', '198.51.100.127')).toBe('Wide');
  expect(find('address', '198.51.100.128')).toBe('Narrow');
  expect(find('address', '2001:db8:1::1')).toBe('Narrow');
  expect(find('address', '2001:db8:2::1')).toBe('Wide');
  expect(find('address', '203.0.113.1')).toBeNull();
});

it('asks prefix, AS, holder in this order', () => {
  const location = { asn: 64500, holder: 'HOLDER OF  names' };
  expect(find('address', '198.51.100.1', location)).toBe('Wide');
  expect(find('address', '203.0.113.1', location)).toBe('One AS');
  expect(find('address', '203.0.113.1', { ...location, asn: 64511 })).toBe('Named');
  expect(find('address', '203.0.113.1', { holder: 'Holder of' })).toBeNull();
});

it('takes the longest suffix of a domain, at whole labels', () => {
  expect(find('domain', 'c2.shop.example')).toBe('Shop');
  expect(find('domain', 'shop.example')).toBe('Shop');
  expect(find('domain', 'workshop.example')).toBe('Registry');
  expect(find('domain', 'c2.test')).toBeNull();
});

it('names nobody for names that nobody can seize', () => {
  expect(find('onion', 'abcdefghij234567.example')).toBeNull();
  expect(find('blockchain-name', 'c2.example')).toBeNull();
});

it('describes one provider in the same words for every server', () => {
  const at = (asn: number, country: string) =>
    findInBook(book, {
      hostType: 'address',
      host: '203.0.113.1',
      address: null,
      location: { ...nowhere, asn, country },
    })?.provider;
  expect(at(64501, 'NL')).toEqual(at(64502, 'DE'));
  expect(at(64501, 'NL')).toMatchObject({ key: 'book:Two AS', asn: null, country: null });
  expect(at(64500, 'NL')).toEqual({
    key: 'book:One AS',
    name: 'One AS',
    asn: 64500,
    country: null,
    type: 'isp',
    trust: 'cooperative',
    channel: 'mail',
    contact: 'abuse@one.example',
    source: 'book.yaml',
  });
});
