import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress, parsePrefix, prefixContains } from '../domain/address.ts';
import type { Authority, AuthorityScope } from '../domain/authority.ts';
import { sampleAuthority } from '../../test/support/authorities.ts';
import { mayBeNamed, prepareAuthorities } from './authority-coverage.ts';
import type { CoveredServer } from './authority-coverage.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const DAY_MS = 86_400_000;

const SERVER: CoveredServer = {
  hostType: 'address',
  host: '192.0.2.11',
  provider: { key: 'book:Hosting Example', name: 'Hosting Example' },
  country: 'DE',
};

const scopeWith = (change: Partial<AuthorityScope>): AuthorityScope => ({
  addresses: [],
  prefixes: [],
  domains: [],
  standing: false,
  ...change,
});

const ask = (authorities: readonly Authority[], server: Partial<CoveredServer> = {}, now = NOW) =>
  prepareAuthorities(authorities).coverageOf({ ...SERVER, ...server }, now);

const why = (authority: Partial<Authority>, server: Partial<CoveredServer> = {}, now = NOW): readonly string[] =>
  ask([sampleAuthority(authority)], server, now).answers.flatMap(({ reasons }) => reasons);

describe('an authority covers', () => {
  test.each<[string, Partial<Authority>, Partial<CoveredServer>, string]>([
    ['a server in a range of its scope', {}, {}, '192.0.2.0/24'],
    ['a server whose address it names', { scope: scopeWith({ addresses: ['192.0.2.11'] }) }, {}, '192.0.2.11'],
    ['an IPv6 server', { scope: scopeWith({ prefixes: ['2001:db8::/32'] }) }, { host: '2001:db8::7' }, '2001:db8::/32'],
    [
      'a name below a domain of its scope',
      { scope: scopeWith({ domains: ['c2.example'] }) },
      { hostType: 'domain', host: 'a.b.c2.example' },
      'c2.example',
    ],
    [
      'every server where it is standing',
      { scope: scopeWith({ standing: true }) },
      { host: '203.0.113.9' },
      'standing',
    ],
    ['a provider that it names', { providers: ['hosting  EXAMPLE'] }, {}, '192.0.2.0/24'],
    ['a provider whose key it names', { providers: ['Book:Hosting Example'] }, {}, '192.0.2.0/24'],
    ['without an end', { expiresAt: null }, {}, '192.0.2.0/24'],
    ['until it is ended', { endsAt: NOW + 1 }, {}, '192.0.2.0/24'],
    ['under seal', { sealed: true }, {}, '192.0.2.0/24'],
  ])('%s', (_, authority, server, by) => {
    expect(ask([sampleAuthority(authority)], server)).toMatchObject({ fact: 'court-order', covering: { by } });
  });
});

describe('an authority does not cover, and says why', () => {
  test.each<[string, Partial<Authority>, Partial<CoveredServer>, number, string]>([
    ['before it is issued', { issuedAt: NOW + 1 }, {}, NOW, 'issued only on 2026-11-24 12:00 UTC'],
    ['from the moment on at which it expires', {}, {}, Date.UTC(2026, 11, 4), 'expired 2026-12-04 00:00 UTC'],
    ['from the moment on at which it is ended', { endsAt: NOW }, {}, NOW, 'ended 2026-11-24 12:00 UTC'],
    ['a server that its scope does not name', {}, { host: '198.51.100.7' }, NOW, 'its scope does not name the server'],
    [
      'a name that only ends like its domain',
      { scope: scopeWith({ domains: ['c2.example'] }) },
      { hostType: 'domain', host: 'notc2.example' },
      NOW,
      'its scope does not name the server',
    ],
    ['other providers', { providers: ['Other Hosting'] }, {}, NOW, 'it names other providers'],
    [
      'a server of nobody known, where it names providers',
      { providers: ['Other Hosting'] },
      { provider: null },
      NOW,
      'it names providers, and nobody knows whose the server is',
    ],
    ['other countries', { jurisdictions: ['US'] }, {}, NOW, 'it is for US, not for DE'],
    ['no country', {}, { country: null }, NOW, 'nobody knows in which country the server is'],
  ])('%s', (_, authority, server, now, reason) => {
    expect(why(authority, server, now)).toEqual([reason]);
    expect(ask([sampleAuthority(authority)], server, now)).toMatchObject({ fact: 'none', covering: null });
  });
});

describe('what it is for the method table', () => {
  test.each([
    ['court-order', 'court-order'],
    ['supplemental-order', 'court-order'],
    ['standing-order', 'standing-order'],
    ['statute', 'statute'],
    ['contract', 'contract'],
  ] as const)('a %s is %s', (kind, fact) => {
    expect(ask([sampleAuthority({ kind })]).fact).toBe(fact);
  });

  const instruction = sampleAuthority({
    authorityId: 'authority-2',
    reference: 'instruction-1',
    kind: 'monitor-instruction',
    parent: 'court-order-1',
    scope: scopeWith({ addresses: ['192.0.2.11'] }),
  });
  const order = sampleAuthority({ scope: scopeWith({ addresses: ['192.0.2.99'] }) });

  test('a monitor’s instruction is an order while the order that it stands on is in force', () => {
    expect(ask([instruction, order])).toMatchObject({
      fact: 'court-order',
      covering: { authority: { reference: 'instruction-1' } },
    });
  });

  test.each<[string, readonly Authority[], string]>([
    ['no order', [], 'it stands on no order that is on record'],
    ['a statute', [{ ...order, kind: 'statute' }], 'it stands on no order that is on record'],
    ['an order that has ended', [{ ...order, endsAt: NOW }], 'the order court-order-1: ended 2026-11-24 12:00 UTC'],
    [
      'an order that has expired',
      [{ ...order, expiresAt: NOW - DAY_MS }],
      'the order court-order-1: expired 2026-11-23 12:00 UTC',
    ],
  ])('a monitor’s instruction that stands on %s is none', (_, orders, reason) => {
    const { fact, answers } = ask([instruction, ...orders]);
    expect(fact).toBe('none');
    expect(answers.find(({ authority }) => authority.reference === 'instruction-1')?.reasons).toEqual([reason]);
  });
});

describe('of several', () => {
  const standing = sampleAuthority({
    reference: 'standing',
    kind: 'standing-order',
    scope: scopeWith({ standing: true }),
  });
  const longer = sampleAuthority({ reference: 'z-injunction', expiresAt: null });

  test.each<[string, readonly Authority[], string]>([
    ['an order goes before a standing order', [standing, sampleAuthority()], 'court-order-1'],
    [
      'one that names the server goes before one that means all',
      [sampleAuthority({ reference: 'all', scope: scopeWith({ standing: true }), expiresAt: null }), sampleAuthority()],
      'court-order-1',
    ],
    ['the one that lasts longest is taken', [sampleAuthority(), longer], 'z-injunction'],
    ['the standing order stays where the other has ended', [standing, sampleAuthority({ endsAt: NOW })], 'standing'],
  ])('%s, in whatever order they come', (_, authorities, reference) => {
    for (const each of [authorities, authorities.toReversed()])
      expect(ask(each).covering?.authority.reference).toBe(reference);
  });
});

describe('what is under seal', () => {
  test.each<[string, boolean, number | null, boolean]>([
    ['is named where it is not sealed', false, null, true],
    ['is not named where the court has not said when', true, null, false],
    ['is not named before the seal falls', true, NOW + 1, false],
    ['is named from the moment on at which it falls', true, NOW, true],
  ])('%s', (_, sealed, unsealAt, expected) => {
    expect(mayBeNamed({ sealed, unsealAt }, NOW)).toBe(expected);
  });
});

const octet = fc.integer({ min: 0, max: 255 });
const address = fc
  .tuple(fc.constantFrom('192.0.2', '198.51.100', '203.0.113'), octet)
  .map(([net, last]) => `${net}.${last}`);
const prefixes = fc.constantFrom('192.0.2.0/24', '198.51.100.0/25', '203.0.113.128/26', '192.0.2.16/28');
const moment = fc.integer({ min: NOW - 30 * DAY_MS, max: NOW + 30 * DAY_MS });

const authorities = fc.array(
  fc.record({
    kind: fc.constantFrom('court-order', 'standing-order', 'supplemental-order', 'statute', 'contract'),
    issuedAt: moment,
    expiresAt: fc.option(moment),
    endsAt: fc.option(moment),
    jurisdictions: fc.subarray(['DE', 'FR', 'US'], { minLength: 1 }),
    providers: fc.subarray(['Hosting Example', 'Other Hosting']),
    scope: fc.record({
      addresses: fc.array(address, { maxLength: 3 }),
      prefixes: fc.array(prefixes, { maxLength: 2 }),
      domains: fc.constant([]),
      standing: fc.boolean(),
    }),
  }),
  { maxLength: 5 },
);

test('whatever comes: never outside of its scope, its time, its countries or its providers, and never for nothing', () => {
  const { assert, property, constantFrom } = fc;
  assert(
    property(authorities, address, constantFrom('DE', 'FR', null), moment, (made, host, country, now) => {
      const all = made.map((each, index) =>
        sampleAuthority({ ...each, authorityId: `a${index}`, reference: `r${index}` }),
      );
      const { covering, fact, answers } = ask(all, { host, country }, now);
      const fits = all.filter(({ scope, issuedAt, expiresAt, endsAt, jurisdictions, providers }) => {
        const isInScope =
          scope.standing || scope.addresses.includes(host) || scope.prefixes.some((each) => inside(each, host));
        const isInTime = issuedAt <= now && (expiresAt ?? Infinity) > now && (endsAt ?? Infinity) > now;
        const isNamed = providers.length === 0 || providers.includes('Hosting Example');
        return isInScope && isInTime && isNamed && country !== null && jurisdictions.includes(country);
      });
      expect(
        answers
          .filter(({ covers }) => covers)
          .map(({ authority }) => authority.reference)
          .sort(),
      ).toEqual(fits.map(({ reference }) => reference).sort());
      expect(covering === null).toBe(fits.length === 0);
      expect(fact === 'none').toBe(fits.length === 0);
      for (const { covers, reasons, by } of answers)
        expect([reasons.length === 0, by !== null]).toEqual([covers, covers]);
    }),
    { numRuns: 2000 },
  );
});

function inside(prefix: string, host: string): boolean {
  const [range, parsed] = [parsePrefix(prefix), parseAddress(host)];
  return range.ok && parsed.ok && prefixContains(range.value, parsed.value);
}
