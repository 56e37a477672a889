import { expect, test } from 'vitest';
import { ownNoticeTexts, sampleFacts, sampleItem } from '../../../test/support/notice-facts.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { draftNotice } from './draft-notice.ts';
import { hashNotice } from './hash-notice.ts';
import { rememberedDraft } from './remembered-draft.ts';

const drafting = { texts: await ownNoticeTexts(), program: 'dismantle/0.0.0' };

test('the same facts give the very draft again, and it is the one that they give anew', () => {
  const first = rememberedDraft(sampleFacts(), drafting);
  expect(rememberedDraft(sampleFacts(), drafting).draft).toBe(first.draft);
  expect(first.draft).toEqual(draftNotice(sampleFacts(), drafting));
  expect(first.hash).toBe(hashNotice(first.draft, canonicalJson));
});

test('whatever differs in the facts, or in what a draft is made with, is drafted for itself', () => {
  const first = rememberedDraft(sampleFacts(), drafting);
  for (const facts of [
    sampleFacts({ items: [sampleItem({ host: '203.0.113.8' })] }),
    sampleFacts({ draftedAt: '2026-11-24T09:00:00.000Z' }),
    sampleFacts({ to: null }),
  ]) {
    expect(rememberedDraft(facts, drafting).draft).toEqual(draftNotice(facts, drafting));
    expect(rememberedDraft(facts, drafting).draft).not.toEqual(first.draft);
  }
  expect(rememberedDraft(sampleFacts(), { ...drafting }).draft).not.toBe(first.draft);
});

test('of more notices than are kept each is still drafted right', () => {
  const first = rememberedDraft(sampleFacts(), drafting);
  for (let number = 0; number < 300; number++) rememberedDraft(sampleFacts({ token: `DSM-${number}` }), drafting);
  const again = rememberedDraft(sampleFacts(), drafting);
  expect(again.draft).not.toBe(first.draft);
  expect(again).toEqual(first);
});
