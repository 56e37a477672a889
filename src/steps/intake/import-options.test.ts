import { describe, expect, test } from 'vitest';
import { oneLine, parseImportOptions } from './import-options.ts';

describe('parseImportOptions', () => {
  test('takes no words for the defaults: format told by content, one unnamed group, nobody vouching', () => {
    expect(parseImportOptions({})).toEqual({ format: null, mapping: null, group: '', attestation: null });
  });

  test('keeps who vouches with the reason, trimmed', () => {
    expect(parseImportOptions({ attest: ' Ada Example ', reason: ' seen in a sandbox ', group: ' partner ' })).toEqual({
      format: null,
      mapping: null,
      group: 'partner',
      attestation: { person: 'Ada Example', reason: 'seen in a sandbox' },
    });
  });

  test.each([
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
