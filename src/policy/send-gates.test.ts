import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LastLook } from '../domain/look.ts';
import type { AuthorityFact, SendFacts, SendItem } from '../domain/send-facts.ts';
import { approvalBy, CONTACT, DAY, HOUR, ITEM, LOOK, NOW, READY, ROUND } from '../../test/support/send-facts.ts';
import { approvedUntil } from './gates/approval-gates.ts';
import { SEND_REFUSAL_CODES } from './gates/refusal.ts';
import type { SendRefusalCode } from './gates/refusal.ts';
import { sendGates } from './send-gates.ts';

const LIMITS = { evidenceDays: 7, probeHours: 24 };

type Change = (facts: SendFacts) => SendFacts;

const codesOf = (facts: SendFacts): readonly SendRefusalCode[] => sendGates(facts, NOW, LIMITS).map(({ code }) => code);
const notice =
  (change: Partial<SendFacts['notice']>): Change =>
  (facts) => ({ ...facts, notice: { ...facts.notice, ...change } });
const operation =
  (change: Partial<SendFacts['operation']>): Change =>
  (facts) => ({ ...facts, operation: { ...facts.operation, ...change } });
const item =
  (change: Partial<SendItem>): Change =>
  (facts) => ({ ...facts, items: facts.items.map((each) => ({ ...each, ...change })) });
const contact =
  (change: Partial<typeof CONTACT>): Change =>
  (facts) => ({ ...facts, contacts: [{ ...CONTACT, ...change }] });
const looked = (change: Partial<LastLook> | null): Change =>
  item({ look: change === null ? null : { ...LOOK, ...change } });
const handsOff = (until: number, liftedAt: number | null = null): Change =>
  item({ handsOffs: [{ party: 'police', until, recordedAt: NOW - 9 * DAY, liftedAt }] });
const second =
  (change: Parameters<typeof approvalBy>[1]): Change =>
  (facts) => ({ ...facts, approvals: [approvalBy('ada example'), approvalBy('bob example', change)] });
const authority =
  (change: Partial<AuthorityFact>): Change =>
  (facts) => ({ ...facts, authority: facts.authority === null ? null : { ...facts.authority, ...change } });
const provider =
  (change: Partial<SendFacts['provider']>): Change =>
  (facts) => ({ ...facts, provider: { ...facts.provider, ...change } });

const REFUSED: readonly (readonly [sentence: string, change: Change, codes: readonly SendRefusalCode[]])[] = [
  ['somebody rejected this text', (facts) => ({ ...facts, rejections: [{ person: 'eve', hash: facts.notice.hash, reason: 'wrong', rejectedAt: NOW }] }), ['notice-rejected']],
  ['its state is rejected', notice({ state: 'rejected' }), ['notice-rejected']],
  ['it is a draft', notice({ state: 'drafted' }), ['notice-not-approved']],
  ['it was withdrawn', notice({ state: 'withdrawn' }), ['notice-not-approved']],
  ['it was retracted', notice({ state: 'retracted' }), ['notice-not-approved']],
  ['its text has changed', notice({ hash: 'b'.repeat(64) }), ['approvals-too-few']],
  ['an approval is missing', (facts) => ({ ...facts, approvals: facts.approvals.slice(1) }), ['approvals-too-few']],
  ['nobody approved and the row asks for none', (facts) => notice({ approvals: 0 })({ ...facts, approvals: [] }), ['approvals-too-few']],
  ['an approval is of another text', second({ hash: 'b'.repeat(64) }), ['approvals-too-few']],
  ['an approval has expired', second({ expiresAt: NOW }), ['approvals-too-few']],
  ['an approval was taken back', second({ withdrawnAt: NOW - 1 }), ['approvals-too-few']],
  ['an approver was none when signing', second({ wasApprover: false }), ['approvals-too-few']],
  ['an approver is none any more', second({ isApprover: false }), ['approvals-too-few']],
  ['an approver vouched for a server', second({ vouched: true }), ['approvals-too-few']],
  ['one person approved twice', (facts) => ({ ...facts, approvals: [approvalBy('ada example'), approvalBy('ada example')] }), ['approvals-too-few']],
  ['nobody is known as the sender', notice({ missing: ['sender-not-set'] }), ['sender-not-set']],
  ['no mailbox is known', (facts) => ({ ...facts, contacts: [] }), ['no-contact']],
  ['no form is known', (facts) => provider({ channel: 'form', contact: null })({ ...facts, contacts: [] }), ['no-contact']],
  ['the provider has another mailbox now', contact({ isListed: false }), ['contact-no-longer-listed']],
  ['the contact changed lately', contact({ changedAt: NOW - 29 * DAY }), ['contact-changed-lately']],
  ['what points to the contact changed lately', contact({ changedLately: true }), ['contact-changed-lately']],
  ['the contact changed after it was cleared', contact({ changedAt: NOW - DAY, clearedAt: NOW - 2 * DAY }), ['contact-changed-lately']],
  ['the contact will have changed', contact({ changedAt: NOW + DAY }), ['contact-changed-lately']],
  ['the registry names other mailboxes', (facts) => ({ ...facts, registered: ['other@hosting.example'] }), ['contact-differs-from-registry']],
  ['a word was taken back', item({ basis: 'attested-server', isAttested: false }), ['attested-import-only']],
  ['a bulletproof provider has a contract only', (facts) => notice({ method: 'abuse-notice' })(authority({ kind: 'contract' })(provider({ trust: 'bulletproof' })(facts))), ['bulletproof-without-order']],
  ['the order is missing', (facts) => ({ ...facts, authority: null }), ['authority-missing']],
  ['the order is of tomorrow', authority({ issuedAt: NOW + DAY }), ['authority-not-yet-issued']],
  ['the order has expired', authority({ expiresAt: NOW }), ['authority-expired']],
  ['the order was ended', authority({ endsAt: NOW }), ['authority-ended']],
  ['the order names other providers', authority({ namesProvider: false }), ['authority-names-others']],
  ['the order does not reach a server', item({ isCovered: false }), ['authority-does-not-cover']],
  ['no server stands in it', (facts) => ({ ...facts, items: [] }), ['no-servers']],
  ['a server is held', item({ state: 'held', heldBy: ['own-list'] }), ['case-held']],
  ['a server is never touched', item({ isNeverTouched: true }), ['never-touched']],
  ['a case was decided anew', item({ state: 'decided' }), ['case-not-approved']],
  ['hands off', handsOff(NOW + 1), ['hands-off']],
  ['with a partner', item({ partner: 'cert-example' }), ['with-partner']],
  ['hands off has run out and nobody asked again', handsOff(NOW), ['not-deconflicted']],
  ['nobody was asked', item({ rounds: [] }), ['not-deconflicted']],
  ['the round is about other servers', item({ rounds: [2] }), ['not-deconflicted']],
  ['somebody has not answered', (facts) => ({ ...facts, rounds: [{ ...ROUND, parties: ROUND.parties.map((party) => ({ ...party, answer: party.partyKind === 'csirt' ? null : party.answer })) }] }), ['not-deconflicted']],
  ['no lists were held against it', item({ groundChecked: false }), ['protected-ground-unchecked']],
  ['an import was attested', item({ basis: 'attested-import' }), ['attested-import-only']],
  ['nobody judged it', item({ basis: null }), ['attested-import-only']],
  ['there is no evidence', item({ evidence: null }), ['no-evidence-of-c2']],
  ['it is listed only', item({ evidence: { class: 'listing', seen: NOW } }), ['no-evidence-of-c2']],
  ['the evidence has no date', item({ evidence: { class: 'netflow', seen: null } }), ['evidence-undated']],
  ['one group alone still names it', item({ standingWeights: [1] }), ['evidence-taken-back']],
  ['two still name it, with too little weight', item({ standingWeights: [0.3, 0.3] }), ['evidence-taken-back']],
  ['whoever gave the evidence names it no more', item({ evidenceStands: false }), ['evidence-taken-back']],
  ['the evidence is old', item({ evidence: { class: 'netflow', seen: NOW - 7 * DAY - 1 } }), ['evidence-too-old']],
  ['nobody looked', looked(null), ['never-found-alive']],
  ['nobody could tell', looked({ outcome: 'inconclusive' }), ['never-found-alive']],
  ['the last look found it dark', looked({ outcome: 'dark' }), ['dark']],
  ['somebody else answers', looked({ outcome: 'answers-other' }), ['answers-other']],
  ['the look is of yesterday', looked({ at: NOW - 24 * HOUR - 1 }), ['look-too-old']],
  ['nothing is armed', operation({ armed: null }), ['not-armed']],
  ['probes alone are armed', operation({ armed: { until: NOW + DAY, lab: true, traffic: ['probe'] } }), ['not-armed']],
  ['the arming has expired', operation({ armed: { until: NOW, lab: true, traffic: ['send'] } }), ['arming-expired']],
  ['a drill is armed for more than the lab', operation({ armed: { until: NOW + 1, lab: false, traffic: ['send'] } }), ['drill-outside-lab']],
  ['a drill would write outside', contact({ mailbox: 'abuse@hosting.tld' }), ['drill-outside-lab']],
  ['a mailbox only looks like the lab', contact({ mailbox: '"a@lab.example"@hosting.tld' }), ['drill-outside-lab']],
  ['an arming for the lab would write outside', (facts) => operation({ drill: false })(contact({ mailbox: 'abuse@hosting.tld' })(facts)), ['drill-outside-lab']],
  ['the aim is not reached', notice({ notBefore: NOW + 1 }), ['aim-not-reached']],
  ['the aim window is past', notice({ notAfter: NOW - 1 }), ['aim-window-past']],
  ['half of its time has passed', notice({ halfwayAt: NOW - 1 }), ['deadline-near']],
  ...(['refused', 'contested', 'retracted'] as const).map((state) => [`a case is ${state}`, item({ state }), ['case-stopped']] as const),
]; // prettier-ignore

test('nothing keeps a notice that lacks nothing', () => {
  expect(sendGates(READY, NOW, LIMITS)).toEqual([]);
});

test.each(REFUSED)('a notice stays where %s', (_, change, codes) => {
  expect(codesOf(change(READY))).toEqual(codes);
});

test('every code of the list is one that some facts lead to', () => {
  expect([...new Set(REFUSED.flatMap(([, , codes]) => codes))].toSorted()).toEqual(SEND_REFUSAL_CODES.toSorted());
});

/** One of them makes one approval enough, which the fault of one of two approvals then would be. */
const APART = REFUSED.filter(([sentence]) => !sentence.includes('the row asks for none'));

test('whatever goes wrong at once, nothing leaves', () => {
  fc.assert(
    fc.property(fc.subarray([...APART], { minLength: 1, maxLength: 4 }), (faults) => {
      const codes = codesOf(faults.reduce((facts, [, change]) => change(facts), READY));
      // Two faults in one fact may hide each other; at least one stands, and nothing leaves.
      expect(codes.length).toBeGreaterThan(0);
    }),
  );
});

test('a fact that is removed refuses, whichever it is', () => {
  const removed: readonly Change[] = [
    (facts) => ({ ...facts, approvals: [] }),
    (facts) => ({ ...facts, contacts: [] }),
    (facts) => ({ ...facts, authority: null }),
    (facts) => ({ ...facts, items: [] }),
    operation({ armed: null }),
    item({ evidence: null }),
    item({ basis: null }),
    item({ look: null }),
    item({ groundChecked: false }),
    item({ rounds: [] }),
  ];
  for (const change of removed) expect(codesOf(change(READY))).toHaveLength(1);
});

test('a refusal names the servers that it concerns, each once, and no host in its sentence', () => {
  const items = [ITEM, { ...ITEM, serverId: 'server-2', host: '192.0.2.12', look: null }, { ...ITEM, serverId: 'server-3', host: '192.0.2.13', look: null }];
  const [refusal, ...others] = sendGates({ ...READY, items }, NOW, LIMITS);
  expect(others).toEqual([]);
  expect(refusal?.servers.map(({ serverId }) => serverId)).toEqual(['server-2', 'server-3']);
  expect(refusal?.sentence).toBe('2 servers: no look has found it alive');
}); // prettier-ignore

describe('what is no reason to stay', () => {
  const fine: readonly (readonly [string, Change])[] = [
    ['another text was rejected', (facts) => ({ ...facts, rejections: [{ person: 'eve', hash: 'b'.repeat(64), reason: 'x', rejectedAt: NOW }] })],
    ['one approval too many has expired', (facts) => ({ ...facts, approvals: [approvalBy('eve', { expiresAt: NOW - 1 }), ...facts.approvals] })],
    ['a person approved again after taking it back', (facts) => ({ ...facts, approvals: [approvalBy('bob example', { withdrawnAt: NOW - 9 }), ...facts.approvals] })],
    ['the contact changed and was cleared since', contact({ changedAt: NOW - 2 * DAY, clearedAt: NOW - DAY })],
    ['the contact differs from the registry and was cleared', (facts) => ({ ...contact({ clearedAt: NOW - DAY })(facts), registered: ['other@hosting.example'] })],
    ['the registry names it as well', (facts) => ({ ...facts, registered: ['abuse@hosting.example'] })],
    ['a CSIRT stands in no registry', (facts) => ({ ...contact({ source: 'csirt' })(facts), registered: ['other@hosting.example'] })],
    ['a person vouches for it', item({ basis: 'attested-server', isAttested: true })],
    ['an order is behind a notice to a bulletproof provider', provider({ trust: 'bulletproof' })],
    ['no order is behind an abuse notice', (facts) => ({ ...notice({ method: 'abuse-notice' })(facts), authority: null })],
    ['the provider takes such notices through its form', (facts) => provider({ channel: 'form', contact: 'https://hosting.example/abuse' })({ ...facts, contacts: [] })],
    ['hands off was lifted', handsOff(NOW + DAY, NOW - DAY)],
    ['the notice was sent and a reminder is due', (facts) => item({ state: 'notified' })(notice({ state: 'sent' })(facts))],
  ]; // prettier-ignore
  test.each(fine)('%s', (_, change) => {
    expect(codesOf(change(READY))).toEqual([]);
  });
});

test('settings narrow the gates and never widen them', () => {
  const old = item({ evidence: { class: 'netflow', seen: NOW - 5 * DAY } })(looked({ at: NOW - 13 * HOUR })(READY));
  const codes = (limits: typeof LIMITS): readonly string[] => sendGates(old, NOW, limits).map(({ code }) => code);
  expect(codes({ evidenceDays: 3, probeHours: 12 })).toEqual(['evidence-too-old', 'look-too-old']);
  const older = item({ evidence: { class: 'netflow', seen: NOW - 8 * DAY } })(looked({ at: NOW - 25 * HOUR })(READY));
  expect(sendGates(older, NOW, { evidenceDays: 90, probeHours: 900 }).map(({ code }) => code)).toEqual([
    'evidence-too-old',
    'look-too-old',
  ]);
});

test('the approvals hold until the first of those that are needed ends', () => {
  const approvals = [approvalBy('ada'), approvalBy('bob', { expiresAt: NOW + 5 }), approvalBy('cy', { expiresAt: NOW + 9 })];
  expect(approvedUntil({ ...READY, approvals }, NOW)).toBe(NOW + 9);
  expect(approvedUntil({ ...READY, approvals: approvals.slice(1, 2) }, NOW)).toBeNull();
}); // prettier-ignore
