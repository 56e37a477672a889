import { expect, test } from 'vitest';
import type { NoticeDraft } from '../../domain/notice.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { ownNoticeTexts, sampleEvidence, sampleFacts, sampleItem } from '../../../test/support/notice-facts.ts';
import { draftNotice } from './draft-notice.ts';
import { hashNotice } from './hash-notice.ts';

const texts = await ownNoticeTexts();
const draft = draftNotice(sampleFacts({ items: [sampleItem(), sampleItem({ host: '203.0.113.8' })] }), {
  texts,
  program: 'dismantle/0.0.0',
});
const hash = (changed: Partial<NoticeDraft>): string => hashNotice({ ...draft, ...changed }, canonicalJson);

test('is SHA-256 in hex, and the same for the same draft', () => {
  expect(hash({})).toMatch(/^[0-9a-f]{64}$/);
  expect(hash({})).toBe(hash({}));
});

test.each<[string, Partial<NoticeDraft>]>([
  ['subject', { subject: 'x' }],
  ['text', { text: `${draft.text}.` }],
  ['feedback report', { feedbackReport: 'x' }],
  ['reports', { xarf: draft.xarf.slice(1) }],
  ['table', { itemsCsv: null }],
  ['items', { items: draft.items.slice(1) }],
  ['method', { method: 'dsa-notice' }],
  ['approvals needed', { approvals: draft.approvals + 1 }],
  ['names of a server', { items: draft.items.map((item) => ({ ...item, names: ['shop.example'] })) }],
  ['asks', { asks: [] }],
  ["a group's law", { asks: draft.asks.map((group) => ({ ...group, law: 'x' })) }],
  ["a group's deadline", { asks: draft.asks.map((group) => ({ ...group, deadlineHours: 1 })) }],
  ["a group's force", { asks: draft.asks.map((group) => ({ ...group, binding: 'binding' })) }],
  ['authority', { authority: { ...draft.authority, binding: 'binding' } }],
  ['contacts', { contacts: ['other@one.example'] }],
])('changes with the %s', (_name, changed) => {
  expect(hash(changed)).not.toBe(hash({}));
});

test('leaves the date and the envelope out', () => {
  expect(hash({ date: '2026-11-24T10:00:00.000Z', messageId: 'other@cert.example' })).toBe(hash({}));
});

test('is defined for words that are not well-formed Unicode', () => {
  const evidence = [sampleEvidence({ observed: '\uD800', source: '\uDC00' })];
  const endpoints = [{ port: 1, scheme: 'http', path: '/\uD800' }];
  const made = draftNotice(sampleFacts({ items: [sampleItem({ evidence, endpoints })] }), { texts, program: 'd/0' });
  expect(hashNotice(made, canonicalJson)).toMatch(/^[0-9a-f]{64}$/);
});
