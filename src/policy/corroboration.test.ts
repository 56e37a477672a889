import { expect, test } from 'vitest';
import { corroboration } from './corroboration.ts';
import { missingForNotice } from './missing.ts';
import type { ReadinessFacts } from './missing.ts';

test.each([
  [[], [], 'none'],
  [[''], [], 'none'],
  [['', ''], [], 'none'],
  [['a'], [], 'none'],
  [['a', 'a'], [], 'none'],
  [['Feodo Tracker', 'feodo-tracker', 'FEODO_TRACKER '], [], 'none'],
  [['abuse.ch', 'Abuse CH', 'ABUSE-CH'], [], 'none'],
  [['', 'a'], [], 'none'],
  [['', 'a', 'b'], [], 'independent-groups'],
  [['a', 'b'], [], 'independent-groups'],
  [['a', 'b'], ['Ada Example'], 'independent-groups'],
  [['a'], ['Ada Example'], 'attested-import'],
  [[''], ['Ada Example', 'Bo Example'], 'attested-import'],
] as const)('the groups %j with %j vouching are corroboration: %s', (groups, attestedBy, expected) => {
  expect(corroboration({ groups, attestedBy })).toBe(expected);
});

const ready: ReadinessFacts = {
  provider: { contact: 'abuse@hosting.example' },
  needsNotice: true,
  groundChecked: true,
  corroboration: 'independent-groups',
};
const ALWAYS = ['no-evidence-of-c2', 'no-fresh-probe', 'no-deconfliction', 'no-approval'];

test.each([
  [{}, []],
  [{ provider: null }, ['no-provider']],
  [{ provider: { contact: null } }, ['no-contact']],
  [{ groundChecked: false }, ['protected-ground-unchecked']],
  [{ corroboration: 'attested-import' }, ['attested-import-only']],
  [
    { provider: null, groundChecked: false, corroboration: 'attested-import' },
    ['no-provider', 'protected-ground-unchecked', 'attested-import-only'],
  ],
] as const)('with %j a notice misses %j, and what this version cannot see to', (facts, missing) => {
  expect(missingForNotice({ ...ready, ...facts })).toEqual([...missing, ...ALWAYS]);
});

test('a method that mails nobody misses nothing', () => {
  expect(missingForNotice({ ...ready, provider: null, needsNotice: false })).toEqual([]);
});
