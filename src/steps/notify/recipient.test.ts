import { expect, test } from 'vitest';
import { sampleFacts, sampleRow } from '../../../test/support/notice-facts.ts';
import { recipientOf } from './draft-notices.ts';

const { provider } = sampleFacts();
const csirt = { ...provider, key: 'csirt:DE', type: 'government', contact: 'reports@cert.example' } as const;

test.each([
  ['a provider is written to at its contact', 'hosting', provider, 'abuse@one.example'],
  ['a referral never goes to a hosting provider', 'csirt', provider, null],
  ['nor does one to the police', 'law-enforcement', provider, null],
  ['a referral goes to its CSIRT', 'csirt', csirt, 'reports@cert.example'],
  ['a CSIRT gets no notice that is meant for a provider', 'hosting', csirt, null],
  ['a form is no mailbox', 'hosting', { ...provider, channel: 'form' }, null],
] as const)('%s', (_name, addressee, to, expected) => {
  expect(recipientOf(sampleRow({ addressee }), to)).toBe(expected);
});
