import { describe, expect, test } from 'vitest';
import { ORDER_WORDS } from '../../test/support/authorities.ts';
import { parseAuthority } from './authority-words.ts';
import type { AuthorityWords } from './authority-words.ts';

const wrong = (change: Partial<AuthorityWords>, drill = true): readonly string[] => {
  const read = parseAuthority({ ...ORDER_WORDS, ...change }, drill);
  return read.ok ? [] : read.problem;
};

test('an order is read into its one form', () => {
  const read = parseAuthority(
    {
      ...ORDER_WORDS,
      jurisdictions: ['us', 'DE', 'US'],
      providers: ['Hosting  Example', 'HOSTING EXAMPLE', 'as64496'],
      addresses: ['192.0.2[.]7', '192.0.2.7'],
      domains: ['C2.Test'],
    },
    true,
  );
  expect(read).toEqual({
    ok: true,
    value: {
      reference: null,
      kind: 'court-order',
      court: 'District Court of Example',
      docket: '1:26-cv-1',
      jurisdictions: ['DE', 'US'],
      issuedAt: Date.UTC(2026, 10, 20),
      expiresAt: Date.UTC(2026, 11, 4),
      bond: null,
      sealed: false,
      unsealAt: null,
      providers: ['Hosting Example', 'as64496'],
      scope: { addresses: ['192.0.2.7'], prefixes: ['192.0.2.0/24'], domains: ['c2.test'], standing: false },
      parent: null,
    },
  });
});

describe('what is refused, with its reason', () => {
  test.each<[string, Partial<AuthorityWords>, RegExp]>([
    ['another kind', { kind: 'wish' }, /kind "wish" is not one of court-order/],
    ['an order without a court', { court: '' }, /court: an order has one/],
    ['an order without a docket', { docket: null }, /docket: an order has one/],
    ['no country', { jurisdictions: [] }, /jurisdiction: where/],
    ['what is no country', { jurisdictions: ['EU'] }, /jurisdiction "EU" is no country's code/],
    ['no date', { issued: '' }, /issued: when it was issued/],
    ['a date day first', { issued: '20.11.2026' }, /issued: "20\.11\.2026" is no moment/],
    ['a day that there is not', { expires: '2026-02-30' }, /expires: "2026-02-30" is no moment/],
    ['an end before the beginning', { expires: '2026-11-20' }, /expires: it is not after issued/],
    ['a seal that falls and was not there', { unseal: '2026-11-25' }, /unseal: it is not said to be sealed/],
    ['an instruction without an order', { kind: 'monitor-instruction' }, /parent: an instruction/],
    ['a standing order that is none', { kind: 'standing-order' }, /a standing order is standing/],
    ['a scope of nothing', { prefixes: [] }, /scope: it names no server/],
    ['half an address', { addresses: ['192.0.2'] }, /address "192\.0\.2": not four plain decimal numbers/],
    ['a range with bits behind it', { prefixes: ['192.0.2.1/24'] }, /did you mean 192\.0\.2\.0\/24/],
    ['the whole internet', { prefixes: ['0.0.0.0/0'] }, /wider than \/8/],
    ['a public suffix', { domains: ['co.uk'] }, /public suffix/],
    ['a name that nobody can take away', { domains: [`${'a'.repeat(56)}.onion`] }, /nobody can be ordered/],
    ['a reference with blanks', { reference: 'the order' }, /reference: at most 60 letters/],
    ['a word that turns the line round', { court: 'Court\u202eelpmaxE' }, /court: it holds a character/],
    ['a line end in a docket', { docket: '1\nBcc: x' }, /docket: it holds a character/],
    ['10,000 characters', { court: 'x'.repeat(10_000) }, /court: at most 200/],
    ['a provider without a name', { providers: [' '] }, /an empty name would name everybody/],
    ['a real address in a drill', { addresses: ['10.0.0.7'] }, /a drill takes documentation/],
    ['a range that is larger than the lab', { prefixes: ['192.0.2.0/23'] }, /a drill takes documentation/],
  ])('%s', (_, change, reason) => {
    expect(wrong(change)).toEqual([expect.stringMatching(reason)]);
  });

  test('lab addresses and names outside of a drill', () => {
    expect(wrong({ domains: ['c2.example'] }, false)).toEqual([
      expect.stringMatching(/192\.0\.2\.0\/24.*documentation/),
      expect.stringMatching(/c2\.example.*only a drill/),
    ]);
  });

  test('everything at once, and of a thousand faulty entries the first ten', () => {
    const addresses = Array.from({ length: 1000 }, (_none, index) => `no address ${index}`);
    const reasons = wrong({ kind: 'wish', court: null, issued: 'soon', addresses });
    expect(reasons).toHaveLength(13);
    expect(reasons.at(-1)).toBe('scope: and 990 further entries like these');
  });

  test('more entries than one act can hold', () => {
    const addresses = Array.from({ length: 20_001 }, () => '192.0.2.7');
    expect(wrong({ addresses })).toEqual([expect.stringMatching(/at most 20000/)]);
  });
});
