import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../domain/assessment.ts';
import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import type { Provider } from '../../domain/provider.ts';
import type { DecideFacts } from '../../ports/store.ts';
import { decideCase, methodFactsOf } from './decide-case.ts';
import type { DecisionRules } from './decide-case.ts';

const provider: Provider = {
  key: 'as64496',
  name: 'Example Hosting',
  asn: 64496,
  country: 'DE',
  type: 'hosting',
  trust: 'cooperative',
  channel: 'mail',
  contact: 'abuse@hosting.example',
  source: 'book.yaml',
};

const row: MethodRow = {
  id: 'a-row',
  method: 'abuse-notice',
  addressee: 'hosting',
  channel: 'mail',
  law: 'terms',
  binding: 'courtesy',
  asks: ['suspend'],
  evidence: 'any',
  approvals: 2,
  deadlineHours: 24,
  escalation: 'none',
  customerTold: 'may-be',
  nameShown: 'may-be',
  template: 'abuse-notice',
  citation: 'none',
  reviewedByCounsel: false,
};

const NOW = Date.parse('2026-11-25T12:00:00Z');
const WEIGHED: Assessment = {
  basis: 'independent-groups',
  groups: [
    { group: 'a', weight: 1 },
    { group: 'b', weight: 1 },
  ],
  evidence: null,
};
const rules: DecisionRules = {
  capacity: 'company',
  playbook: 'p1',
  chooseMethod: () => row,
  gates: { evidenceDays: 7, probeHours: 24 },
};

const facts = (more: Partial<DecideFacts> = {}): DecideFacts => ({
  caseId: 'a case',
  serverId: 'a server',
  hostType: 'address',
  host: '203.0.113.7',
  kind: 'dedicated',
  state: 'located',
  groundChecked: true,
  listHits: [],
  assessment: WEIGHED,
  mayBeTold: true,
  isNamed: false,
  look: null,
  deconflicted: false,
  handsOff: null,
  partner: null,
  country: 'FR',
  provider,
  otherProvider: null,
  csirt: null,
  authority: 'none',
  current: null,
  ...more,
});

const decide = (case_: DecideFacts, chosen: MethodRow = row, playbook = 'p1') =>
  decideCase(case_, { ...rules, playbook, chooseMethod: () => chosen }, NOW);

function decided(before: DecideFacts): DecideFacts {
  const decision = decide(before);
  if (decision === null) throw new Error('nothing was decided');
  const { method, rowId, playbook, providerKey, missing, facts = null } = decision;
  return { ...before, state: 'decided', current: { method, rowId, playbook, providerKey, missing, facts } };
}

describe('decideCase', () => {
  test('takes the row that the method table chooses, and says what is still missing', () => {
    expect(decide(facts())).toEqual({
      type: 'decision',
      caseId: 'a case',
      method: 'abuse-notice',
      rowId: 'a-row',
      playbook: 'p1',
      facts: methodFactsOf(facts(), 'company'),
      providerKey: 'as64496',
      missing: ['no-evidence-of-c2', 'no-fresh-probe', 'no-deconfliction'],
    });
  });

  test('says nothing when nothing has changed, before and after the notice was drafted', () => {
    expect(decide(decided(facts()))).toBeNull();
    expect(decide({ ...decided(facts()), state: 'drafted' })).toBeNull();
  });

  test.each([
    ['another row', decided(facts()), { ...row, id: 'b-row' }, 'p1'],
    ['another method', decided(facts()), { ...row, method: 'dsa-notice' as const }, 'p1'],
    ['another playbook', decided(facts()), row, 'p2'],
    ['another provider', { ...decided(facts()), provider: { ...provider, key: 'as64497' } }, row, 'p1'],
    ['no provider any more', { ...decided(facts()), provider: null }, row, 'p1'],
    ['no contact any more', { ...decided(facts()), provider: { ...provider, contact: null } }, row, 'p1'],
    [
      'ground that was checked meanwhile',
      { ...decided(facts({ groundChecked: false })), groundChecked: true },
      row,
      'p1',
    ],
    [
      'a second group meanwhile',
      { ...decided(facts({ assessment: { ...WEIGHED, basis: 'attested-import' } })), assessment: WEIGHED },
      row,
      'p1',
    ],
    ['a case that fell back', { ...decided(facts()), state: 'identified' as const }, row, 'p1'],
  ])('decides again for %s', (_, case_, chosen, playbook) => {
    expect(decide(case_, chosen, playbook)).not.toBeNull();
  });

  test('a referral goes to the national CSIRT, and misses it where none is known', () => {
    const referral = { ...row, addressee: 'csirt' as const };
    const csirt: Provider = { ...provider, key: 'csirt:DE', type: 'government', contact: 'cert@csirt.example' };
    expect(decide(facts({ csirt }), referral)).toMatchObject({ providerKey: 'csirt:DE' });
    expect(decide(facts(), referral)).toMatchObject({
      providerKey: 'as64496',
      missing: expect.arrayContaining(['no-csirt']),
    });
  });

  test('where origin and registrant differ, somebody has to say whom to ask first', () => {
    expect(decide(facts({ otherProvider: 'as64497' }))?.missing).toContain('whom-to-ask-first');
  });

  test('misses nothing for a method that mails nobody', () => {
    expect(decide(facts({ provider: null }), { ...row, template: 'none' })?.missing).toEqual([]);
  });

  test('asks the table with the facts of this case', () => {
    const asked: MethodFacts[] = [];
    const chooseMethod = (methodFacts: MethodFacts): MethodRow => {
      asked.push(methodFacts);
      return row;
    };
    decideCase(facts(), { ...rules, capacity: 'csirt', chooseMethod }, NOW);
    expect(asked).toEqual([
      {
        capacity: 'csirt',
        assetType: 'address',
        kind: 'dedicated',
        ground: 'open',
        country: 'DE',
        providerType: 'hosting',
        trust: 'cooperative',
        authority: 'none',
        contact: 'known',
      },
    ]);
  });
});

describe('a whole registered name', () => {
  const suspends = { ...row, asks: ['preserve', 'suspend-domain'] as const };
  const missingFor = (more: Partial<DecideFacts>, chosen: MethodRow = suspends) =>
    decide(facts({ hostType: 'domain', host: 'my-vnc.example', kind: 'unknown', ...more }), chosen)?.missing ?? [];

  test.each([
    ['of which nothing is known below', {}, false],
    ['below which the botnet has names of their own: anybody can have one there', { hasNamesBelow: true }, true],
    ['that somebody has said is the botnet’s own', { hasNamesBelow: true, kind: 'dedicated' }, false],
    ['of which only a name below is reported', { host: 'c2.my-vnc.example' }, true],
  ] as const)('%s', (_, more, isUnproven) => {
    expect(missingFor(more).includes('registered-name-unproven')).toBe(isUnproven);
  });

  test('is no matter where a host name alone is asked for', () => {
    const blocks = { ...row, asks: ['preserve', 'block-hostname'] as const };
    expect(missingFor({ hasNamesBelow: true }, blocks)).not.toContain('registered-name-unproven');
  });
});

describe('methodFactsOf', () => {
  test('the server’s own country stands in where the provider’s is not known', () => {
    expect(methodFactsOf(facts({ provider: { ...provider, country: null } }), 'company').country).toBe('FR');
    expect(methodFactsOf(facts({ provider: null, country: null }), 'company').country).toBeNull();
  });

  test('without a provider a domain goes to its registrar, and everything else to nobody known', () => {
    expect(methodFactsOf(facts({ provider: null, hostType: 'domain' }), 'company').providerType).toBe('registrar');
    expect(methodFactsOf(facts({ provider: null }), 'company')).toMatchObject({
      providerType: 'unknown',
      trust: 'unknown',
    });
  });

  test('a contact is known where the provider is and somebody has found its desk', () => {
    const contactOf = (change: DecideFacts['provider']) =>
      methodFactsOf(facts({ provider: change }), 'company').contact;
    expect(contactOf(provider)).toBe('known');
    expect(contactOf({ ...provider, channel: 'form', contact: 'https://abuse.hosting.example/' })).toBe('known');
    expect(contactOf({ ...provider, contact: null })).toBe('none');
    expect(contactOf(null)).toBe('none');
  });

  test('a list that allows a host name only narrows the ground, a list that notes does not', () => {
    const hit = { list: 'cloudflare', version: '1', entry: 'x' };
    const groundOf = (effect: 'hostname-only' | 'note') =>
      methodFactsOf(facts({ listHits: [{ ...hit, effect }] }), 'company').ground;
    expect([groundOf('hostname-only'), groundOf('note')]).toEqual(['hostname-only', 'open']);
  });
});
