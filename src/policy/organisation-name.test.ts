import { expect, test } from 'vitest';
import { organisationKey } from './organisation-name.ts';

test.each([
  ['Example Hosting GmbH', 'EXAMPLE HOSTING, GmbH'],
  ['Example B.V.', 'example bv'],
  ['Example S.A.', 'Example SA'],
  ['PT. Example Media Tbk', 'Example Media'],
  ['Example Co., Ltd.', 'Example'],
])('%s is %s', (one, other) => {
  expect(organisationKey(one)).toBe(organisationKey(other));
});

test.each([
  ['Example Cloud', 'Example'],
  ['Example Hosting', 'Example Housting'],
  ['AG', 'SA'],
])('%s is not %s', (one, other) => {
  expect(organisationKey(one)).not.toBe(organisationKey(other));
});
