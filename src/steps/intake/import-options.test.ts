import { describe, expect, test } from 'vitest';
import { oneLine, parseImportOptions } from './import-options.ts';

const DEFAULTS = {
  format: null,
  mapping: null,
  dateForm: null,
  source: null,
  group: '',
  reliability: null,
  tlp: null,
  seen: null,
  snapshot: false,
  evidence: null,
  attestation: null,
};

describe('parseImportOptions', () => {
  test('takes no words for the defaults: format told by content, one unnamed group, nobody vouching', () => {
    expect(parseImportOptions({})).toEqual(DEFAULTS);
  });

  test('keeps who vouches with the reason, trimmed', () => {
    expect(parseImportOptions({ attest: ' Ada Example ', reason: ' seen in a sandbox ', group: ' partner ' })).toEqual({
      ...DEFAULTS,
      group: 'partner',
      attestation: { person: 'Ada Example', reason: 'seen in a sandbox' },
    });
  });

  test('reads who tells it, how reliable that is, how it is marked and when it was seen', () => {
    const words = {
      source: ' Abuse Desk ',
      reliability: 'b',
      tlp: 'TLP:AMBER+STRICT',
      seen: '2026-11-20',
      snapshot: true,
    };
    expect(parseImportOptions({ ...words, dates: 'DD/MM/YY' })).toEqual({
      ...DEFAULTS,
      source: 'Abuse Desk',
      reliability: 'B',
      tlp: 'amber+strict',
      seen: Date.UTC(2026, 10, 20),
      snapshot: true,
      dateForm: 'dd/mm/yy',
    });
  });

  test.each([
    ['an unknown reliability', { reliability: 'G' }, '--reliability'],
    ['an unknown marking', { tlp: 'purple' }, '--tlp'],
    ['a moment that may be two', { seen: '01/02/2026' }, '--seen'],
    ['an unknown form of dates', { dates: 'yyyy' }, '--dates'],
    ['a snapshot of nobody', { snapshot: true }, '--source'],
    ['an unknown format', { format: 'json' }, '--format'],
    ['--map with a list', { format: 'list', map: 'server=1' }, '--map'],
    ['a wrong --map', { map: 'ip' }, '--map'],
    ['a person without a reason', { attest: 'Ada Example' }, '--reason'],
    ['a reason without a person', { reason: 'because' }, '--attest'],
    ['an empty person', { attest: ' ', reason: 'because' }, '--attest'],
    ['an empty reason', { attest: 'Ada Example', reason: '' }, '--reason'],
    ['an empty group', { group: '' }, '--group'],
    ['a long group', { group: 'a'.repeat(101) }, '--group'],
  ])('refuses %s and names the option', (_, words, option) => {
    expect(() => parseImportOptions(words)).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'usage', message: expect.stringContaining(option) }),
      }),
    );
  });
});

test.each(['a\nb', 'a\0b', 'a\u0085b', 'a\u2028b', 'a\u202eb', 'a\u2066b', '\ud800', ''])(
  '%j is not one line that may go into the ledger',
  (text) => {
    expect(() => oneLine(text, '--group', 100)).toThrow('--group must be one line');
  },
);
