import { expect, test } from 'vitest';
import type { SendFacts } from '../domain/send-facts.ts';
import { approvalBy, ITEM, NOW, READY } from '../../test/support/send-facts.ts';
import { approvalObstacles } from './approvable.ts';
import { MISSING_CODES } from './missing.ts';
import { sendGates } from './send-gates.ts';

const LIMITS = { evidenceDays: 7, probeHours: 24 };
const DRAFT: SendFacts = {
  ...READY,
  notice: { ...READY.notice, state: 'drafted' },
  approvals: [],
  items: [{ ...ITEM, state: 'drafted', isCovered: true }],
};
const codes = (facts: SendFacts, vouchedAs: readonly string[] = []): readonly string[] =>
  approvalObstacles(facts, sendGates(facts, NOW, LIMITS), 'ada example', vouchedAs, NOW).map(({ code }) => code);
const item = (change: Partial<(typeof DRAFT.items)[number]>): SendFacts => ({
  ...DRAFT,
  items: DRAFT.items.map((each) => ({ ...each, ...change })),
});
const missing = (...words: readonly string[]): SendFacts => ({ ...DRAFT, notice: { ...DRAFT.notice, missing: words } });

test('a draft that lacks nothing is approved', () => {
  expect(codes(DRAFT)).toEqual([]);
});

test.each<[string, SendFacts, string]>([
  ['is withdrawn', { ...DRAFT, notice: { ...DRAFT.notice, state: 'withdrawn' } }, 'not-open'],
  ['has left', { ...DRAFT, notice: { ...DRAFT.notice, state: 'sent' } }, 'not-open'],
  ['was approved by the same person', { ...DRAFT, approvals: [approvalBy('ada example')] }, 'approved-already'],
  ['goes nowhere', { ...DRAFT, contacts: [] }, 'no-contact'],
  ['stands on an order that has expired', { ...DRAFT, authority: READY.authority === null ? null : { ...READY.authority, expiresAt: NOW } }, 'authority-expired'],
  ['stands on unchecked ground', item({ groundChecked: false }), 'protected-ground-unchecked'],
  ['has a server that is held', item({ state: 'held', heldBy: ['x'] }), 'case-held'],
  ['has no evidence', item({ evidence: null }), 'no-evidence-of-c2'],
  ['lacks the word whom to ask first', missing('whom-to-ask-first'), 'missing'],
  ["lacks the botnet's name", missing("the botnet's name, as it is to appear in notices"), 'missing'],
])('a draft that %s is approved by nobody', (_, facts, code) => {
  expect(codes(facts)).toContain(code);
}); // prettier-ignore

test('whoever vouched never approves', () => {
  expect(codes(DRAFT, ['Ada  EXAMPLE'])).toEqual(['vouched']);
});

test('what time or others will mend keeps nobody from approving', () => {
  const { operation, ...rest } = item({ look: null, rounds: [], evidence: { class: 'netflow', seen: 0 } });
  expect(codes({ ...rest, operation: { ...operation, armed: null } })).toEqual([]);
  expect(codes(missing('no-fresh-probe', 'no-deconfliction', 'hands-off', 'no-copy-to-csirt', 'no-approval'))).toEqual(
    [],
  );
});

test('every code that a draft may lack is judged, by the gates or here', () => {
  const gated = new Set(['no-contact', 'contact-changed-lately', 'bulletproof-without-order', 'sender-not-set', 'protected-ground-unchecked', 'attested-import-only', 'no-evidence-of-c2', 'evidence-undated', 'evidence-too-old', 'no-fresh-probe', 'not-seen-alive', 'hands-off', 'with-partner', 'no-deconfliction']); // prettier-ignore
  for (const code of MISSING_CODES)
    expect([code, codes(missing(code)).includes('missing')]).toEqual([code, !gated.has(code)]);
});

test('a form that is known stands in for a mailbox', () => {
  const facts = missing('a mailbox: Hosting Example takes such notices through its form');
  const form = { ...facts.provider, channel: 'form' as const, contact: 'https://hosting.example/abuse' };
  expect(codes(facts)).toContain('missing');
  expect(codes({ ...facts, contacts: [], provider: form })).toEqual([]);
});
