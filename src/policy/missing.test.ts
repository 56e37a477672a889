import { expect, test } from 'vitest';
import type { Assessment } from '../domain/assessment.ts';
import type { LookOutcome } from '../domain/look.ts';
import type { ProviderContact } from '../domain/provider.ts';
import { missingForNotice } from './missing.ts';
import type { ReadinessFacts } from './missing.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const evidence = { class: 'configuration' as const, source: 'a feed', seen: '2026-11-20T00:00:00.000Z' };
const assessment: Assessment = { basis: 'independent-groups', groups: [], evidence };
const addressee = { contact: 'abuse@hosting.example', trust: 'cooperative' as const };

const ready: ReadinessFacts = {
  addressee,
  isFirstAskedOpen: false,
  isCsirtUnknown: false,
  authority: 'none',
  needsNotice: true,
  groundChecked: true,
  mayBeTold: true,
  isHostNameUnknown: false,
  isRegisteredNameUnproven: false,
  assessment,
  look: { at: NOW - 3_600_000, outcome: 'live', vantage: 'our own line', lastLiveAt: NOW - 3_600_000 },
  isDeconflicted: true,
  isHandsOff: false,
  isWithPartner: false,
};

const looked = (outcome: LookOutcome, hoursAgo: number): ReadinessFacts['look'] => ({
  at: NOW - hoursAgo * 3_600_000,
  outcome,
  vantage: 'our own line',
  lastLiveAt: NOW - 3_600_000,
});

const contact = (changedLately: boolean): ProviderContact => ({
  mailbox: addressee.contact,
  source: 'rdap-network',
  where: 'https://rdap.example/',
  date: null,
  changedAt: null,
  score: 60,
  reasons: [],
  changedLately,
});

test.each<[string, Partial<ReadinessFacts>, readonly string[]]>([
  ['nothing', {}, []],
  ['a provider', { addressee: null }, ['no-provider']],
  ['a CSIRT', { isCsirtUnknown: true }, ['no-csirt']],
  ['a contact', { addressee: { ...addressee, contact: null } }, ['no-contact']],
  ['a contact that has stood for a while', { addressee: { ...addressee, contacts: [contact(true)] } }, ['contact-changed-lately']],
  ['no such thing', { addressee: { ...addressee, contacts: [contact(false)] } }, []],
  ['the word whom to ask first', { isFirstAskedOpen: true }, ['whom-to-ask-first']],
  ['an order', { addressee: { ...addressee, trust: 'bulletproof' } }, ['bulletproof-without-order']],
  ['nothing, with an order', { addressee: { ...addressee, trust: 'bulletproof' }, authority: 'court-order' }, []],
  ['an order, and no contract', { addressee: { ...addressee, trust: 'bulletproof' }, authority: 'contract' }, ['bulletproof-without-order']],
  ['the leave of its sources', { mayBeTold: false }, ['not-to-be-told']],
  ['proof of the registered name', { isRegisteredNameUnproven: true }, ['registered-name-unproven']],
  ['a host name', { isHostNameUnknown: true }, ['no-hostname']],
  ['ground', { groundChecked: false }, ['protected-ground-unchecked']],
  ['more than an attested import', { assessment: { ...assessment, basis: 'attested-import' } }, ['attested-import-only']],
  ['evidence beyond listings', { assessment: { ...assessment, evidence: null } }, ['no-evidence-of-c2']],
  ['a date of the evidence', { assessment: { ...assessment, evidence: { ...evidence, seen: null } } }, ['evidence-undated']],
  ['newer evidence', { assessment: { ...assessment, evidence: { ...evidence, seen: '2026-11-18T11:59:59.000Z' } } }, ['evidence-too-old']],
  ['a look at it', { look: null }, ['no-fresh-probe']],
  ['a look that told anything', { look: looked('inconclusive', 1) }, ['no-fresh-probe']],
  ['a look of the last day', { look: looked('live', 25) }, ['no-fresh-probe']],
  ['nothing, exactly a day after it', { look: looked('c2-live', 24) }, []],
  ['its life, though it was alive an hour ago', { look: looked('dark', 0) }, ['not-seen-alive']],
  ['its life, where something else answers', { look: looked('answers-other', 48) }, ['not-seen-alive']],
  ['the word of others at work on it', { isDeconflicted: false }, ['no-deconfliction']],
  ['leave to touch it', { isHandsOff: true }, ['hands-off']],
  ['any judgement', { assessment: null }, ['attested-import-only', 'no-evidence-of-c2']],
])('a notice misses %s', (_, facts, missing) => {
  expect(missingForNotice({ ...ready, ...facts }, NOW, { evidenceDays: 7, probeHours: 24 })).toEqual(missing);
}); // prettier-ignore

test('a setting may narrow the gate for evidence, and never widen it', () => {
  const missingWith = (evidenceDays: number, seen: string) =>
    missingForNotice({ ...ready, assessment: { ...assessment, evidence: { ...evidence, seen } } }, NOW, {
      evidenceDays,
      probeHours: 24,
    });
  expect(missingWith(2, '2026-11-22T00:00:00.000Z')).toContain('evidence-too-old');
  expect(missingWith(30, '2026-11-01T00:00:00.000Z')).toContain('evidence-too-old');
});

test('a setting may narrow the gate for looks, and never widen it', () => {
  const missingWith = (probeHours: number, hoursAgo: number) =>
    missingForNotice({ ...ready, look: looked('live', hoursAgo) }, NOW, { evidenceDays: 7, probeHours });
  expect(missingWith(2, 3)).toContain('no-fresh-probe');
  expect(missingWith(2, 1)).not.toContain('no-fresh-probe');
  expect(missingWith(72, 30)).toContain('no-fresh-probe');
});

test('a method that mails nobody misses nothing', () => {
  expect(
    missingForNotice({ ...ready, addressee: null, needsNotice: false }, NOW, { evidenceDays: 7, probeHours: 24 }),
  ).toEqual([]);
});
