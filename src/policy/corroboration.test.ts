import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVIDENCE_CLASSES } from '../domain/evidence.ts';
import type { Instant } from '../domain/instant.ts';
import { RELIABILITIES } from '../domain/reliability.ts';
import type { ServerAttestation, Statement } from '../domain/statement.ts';
import { candidateReference } from '../domain/fingerprint.ts';
import type { MatchedFingerprint, MatchingProbe } from '../domain/fingerprint.ts';
import { weigh } from './corroboration.ts';
import type { CorroborationFacts } from './corroboration.ts';
import { monthOfReport } from './statement-weight.ts';

const NOW: Instant = Date.parse('2026-11-25T12:00:00Z');
const DAY_MS = 86_400_000;
const daysAgo = (days: number): Instant => NOW - days * DAY_MS;

const said = (group: string, more: Partial<Statement> = {}): Statement => ({
  source: group === '' ? 'file.csv' : `${group} feed`,
  group,
  reliability: null,
  evidence: 'listing',
  seen: daysAgo(1),
  received: daysAgo(0),
  reference: null,
  ...more,
});

const facts = (statements: readonly Statement[], more: Partial<CorroborationFacts> = {}): CorroborationFacts => ({
  statements,
  attestations: [],
  attestedImports: [],
  probe: null,
  ...more,
});

const word = (more: Partial<ServerAttestation> = {}): ServerAttestation => ({
  person: 'Ada Example',
  reason: 'saw it',
  at: daysAgo(1),
  evidence: null,
  seen: null,
  ...more,
});

const basisOf = (of: CorroborationFacts): string => weigh(of, NOW).assessment.basis;

describe('two independent groups', () => {
  test.each([
    [[], 'none'],
    [[''], 'none'],
    [['', ''], 'none'],
    [['a'], 'none'],
    [['a', 'a'], 'none'],
    [['Feodo Tracker', 'feodo-tracker', 'FEODO_TRACKER '], 'none'],
    [['abuse.ch', 'Abuse CH', 'ABUSE-CH'], 'none'],
    [['', 'a'], 'none'],
    [['', 'a', 'b'], 'independent-groups'],
    [['a', 'b'], 'independent-groups'],
  ] as const)('the groups %j are corroboration: %s', (groups, expected) => {
    expect(basisOf(facts(groups.map((group) => said(group))))).toBe(expected);
  });

  test.each([
    ['fresh and fresh', 1, 1, 'independent-groups'],
    ['fresh and half a year old', 1, 180, 'independent-groups'],
    ['two of two months ago', 60, 60, 'independent-groups'],
    ['two months and four months ago', 60, 120, 'none'],
    ['two of four months ago', 120, 120, 'none'],
    ['fresh and older than half a year', 1, 181, 'none'],
  ])('%s: %i and %i days ago', (_, one, other, expected) => {
    expect(basisOf(facts([said('a', { seen: daysAgo(one) }), said('b', { seen: daysAgo(other) })]))).toBe(expected);
  });

  test('what an unreliable source says counts for nothing, and a doubtful one for half', () => {
    expect(basisOf(facts([said('a'), said('b', { reliability: 'E' })]))).toBe('none');
    const weighing = weigh(facts([said('a'), said('b', { reliability: 'D' })]), NOW);
    expect(weighing.assessment.groups).toEqual([
      { group: 'a', weight: 1 },
      { group: 'b', weight: 0.5 },
    ]);
    expect(weighing.statements[1]?.reasons).toEqual(['fresh', 'doubtful-source']);
  });

  test('two that cite the same report and nothing else have read the same article', () => {
    const report = { reference: 'https://blog.example/trick/' };
    const both = [said('a', report), said('b', { reference: 'hxxps://blog[.]example/trick' })];
    const weighing = weigh(facts(both), NOW);
    expect(weighing.assessment.basis).toBe('none');
    expect(weighing.groups[1]).toMatchObject({ group: 'b', objection: 'cites-the-same-reports' });
    expect(basisOf(facts([...both, said('b', { reference: 'https://other.example/1' })]))).toBe('independent-groups');
  });

  test('a source of doubtful record strikes nobody out by citing their reports as its own', () => {
    const good = [said('a', { reference: 'https://one.example/1' }), said('b', { reference: 'https://two.example/2' })];
    expect(basisOf(facts(good))).toBe('independent-groups');
    for (const reliability of ['D', 'E', 'F'] as const) {
      const liar = ['https://one.example/1', 'https://two.example/2'].map((reference) =>
        said('x', { reference, reliability, evidence: 'netflow' }),
      );
      expect(basisOf(facts([...good, ...liar]))).toBe('independent-groups');
    }
  });

  test('whoever lists what another group has seen and reported is no second witness, whatever the order and the dates', () => {
    const report = { reference: 'https://lab.example/reports/7' };
    for (const evidence of EVIDENCE_CLASSES.filter((each) => each !== 'listing')) {
      const seen = said('m', { ...report, evidence });
      for (const copy of [said('a', report), said('z', report), said('z', { ...report, seen: daysAgo(0) })]) {
        const weighing = weigh(facts([copy, { ...seen, seen: daysAgo(40) }]), NOW);
        expect(weighing.assessment.basis).toBe('none');
        expect(weighing.groups.find(({ group }) => group !== 'm')?.objection).toBe('cites-the-same-reports');
        // Evidence is the witness's own, not the copy's.
        expect(weighing.assessment.evidence?.class).toBe(evidence);
      }
      expect(basisOf(facts([seen, said('a')]))).toBe('independent-groups');
      expect(basisOf(facts([seen, said('a', { ...report, evidence: 'netflow' })]))).toBe('independent-groups');
    }
  });
});

test.each([
  ['https://blog.example/trick/', 'hxxps://www.blog[.]example:443/trick?utm=1#top'],
  ['https://blog.example/trick', 'see https://blog(.)example/trick'],
  ['http://blog.example/trick', 'https://web.archive.org/web/20201012000000/https://blog.example/trick/'],
])('%s and %s are one report', (one, other) => {
  expect(basisOf(facts([said('a', { reference: one }), said('b', { reference: other })]))).toBe('none');
});

test('two that extracted the same configuration have read one file, which the operator wrote', () => {
  const from = (configuration: string) => ({ evidence: 'configuration' as const, configuration });
  expect(basisOf(facts([said('a', from('1')), said('b', from('1'))]))).toBe('none');
  expect(basisOf(facts([said('a', from('1')), said('b', from('2'))]))).toBe('independent-groups');
  expect(basisOf(facts([said('a', from('1')), said('b')]))).toBe('independent-groups');
});

test('a source is rated as it is rated by now, for what it said before as well', () => {
  const before = said('b', { source: 's', reliability: 'B', received: daysAgo(20) });
  const after = said('b', { source: 's', reliability: 'E', received: daysAgo(1) });
  expect(basisOf(facts([said('a'), before]))).toBe('independent-groups');
  expect(basisOf(facts([said('a'), before, after]))).toBe('none');
});

test('a letter that nobody sees makes no second group', () => {
  expect(basisOf(facts([said('A'), said('A\u3164')]))).toBe('none');
});

test('a source that names another botnet has said nothing of this one, for corroboration or evidence', () => {
  const other = said('b', { label: 'Otherbot', evidence: 'fingerprint' });
  const weighing = weigh(facts([said('a'), other]), NOW, ['Examplebot']);
  expect(weighing.assessment).toMatchObject({ basis: 'none', evidence: null });
  expect(weighing.statements[1]).toMatchObject({ weight: 0, reasons: ['another-botnet'] });
  expect(weigh(facts([said('a'), other]), NOW, ['Examplebot', 'Otherbot']).assessment.basis).toBe('independent-groups');
});

describe('an old list published anew', () => {
  test('was old already when we were told, and says so', () => {
    const [old] = weigh(facts([said('a', { seen: daysAgo(1500) })]), NOW).statements;
    expect(old).toMatchObject({ weight: 0, reasons: ['too-old', 'published-anew'] });
  });

  test('a list without dates that cites an article of 2016 is of 2016', () => {
    const reference = 'https://blog.example/2016/11/dissecting/';
    const [old] = weigh(facts([said('a', { seen: null, reference })]), NOW).statements;
    expect(old).toMatchObject({ weight: 0, reasons: ['too-old', 'dated-by-report', 'published-anew'] });
  });

  test('a list without dates repeats what every dated source has not seen for a year', () => {
    const weighing = weigh(
      facts([said('a', { seen: null }), said('b', { seen: daysAgo(400), reliability: 'B' })]),
      NOW,
    );
    expect(weighing.statements[0]).toMatchObject({ weight: 0, reasons: ['undated-repeat', 'published-anew'] });
    expect(basisOf(facts([said('a', { seen: null }), said('b', { seen: daysAgo(20) })]))).toBe('independent-groups');
  });

  test('an old date of a source that nobody knows makes nobody’s word a repeat', () => {
    for (const reliability of [null, 'D', 'E', 'F'] as const) {
      const old = said('c', { seen: daysAgo(400), reliability });
      expect(basisOf(facts([said('a', { seen: null }), said('b', { seen: null }), old]))).toBe('independent-groups');
    }
  });

  test('without a date anywhere it counts from the day that we were told, half at most', () => {
    const [undated] = weigh(facts([said('a', { seen: null })]), NOW).statements;
    expect(undated).toMatchObject({ weight: 0.5, reasons: ['fresh', 'undated'] });
  });

  test.each([
    ['https://blog.example/2016/11/dissecting', '2016-12-01'],
    ['hxxps://blog.example/2019-04-30/x', '2019-05-01'],
    ['https://blog.example/posts/201611/', null],
    ['https://blog.example/2016/13/', null],
    ['https://blog.example/status/1107351502878842880', null],
    ['a paper of 2016/11/', null],
    ['https://blog.example/2016/11', null],
  ])('%s is dated %s', (reference, day) => {
    expect(monthOfReport(reference)).toBe(day === null ? null : Date.parse(day));
  });
});

describe('one group and a look of our own', () => {
  const fingerprint = (group: string): MatchedFingerprint => ({
    fingerprintId: `of ${group}`,
    kind: 'certificate',
    value: 'ab'.repeat(32),
    source: `${group} feed`,
    group,
  });
  const probe = (...groups: readonly string[]): MatchingProbe => ({
    at: daysAgo(0),
    fingerprints: groups.map(fingerprint),
  });

  test('passes where another group has tied the fingerprint to the botnet, and says which', () => {
    const { assessment, matches } = weigh(facts([said('b')], { probe: probe('a') }), NOW);
    expect(assessment).toMatchObject({ basis: 'matching-probe', fingerprints: ['of a'] });
    expect(matches).toMatchObject([{ objection: null }]);
  });

  test('does not pass by a look alone, nor where what named the server has lost its weight', () => {
    expect(basisOf(facts([], { probe: probe('a') }))).toBe('none');
    const late = weigh(facts([said('b', { seen: daysAgo(400) })], { probe: probe('a') }), NOW);
    expect(late.assessment.basis).toBe('none');
    expect(late.matches).toMatchObject([{ objection: 'nobody-names-it' }]);
  });

  test('does not pass by a look in which no fingerprint stands any more, nor by one of last month', () => {
    expect(basisOf(facts([said('b')], { probe: probe() }))).toBe('none');
    expect(basisOf(facts([said('b')], { probe: { ...probe('a'), at: daysAgo(31) } }))).toBe('none');
    expect(basisOf(facts([said('b')], { probe: { ...probe('a'), at: daysAgo(29) } }))).toBe('matching-probe');
  });

  test.each([
    ['the same group', 'b', 'b', 'listing', 'none'],
    ['the same group, spelt otherwise', 'Group B', 'group-b', 'listing', 'none'],
    ['the same group that searched for the fingerprint', 'b', 'b', 'fingerprint', 'none'],
    [
      'the same group, which knows the server from a configuration as well',
      'b',
      'b',
      'configuration',
      'matching-probe',
    ],
    ['the same group, which saw the server in netflow', 'b', 'b', 'netflow', 'matching-probe'],
    ['a fingerprint of nobody that is named', 'b', '', 'listing', 'none'],
    ['a server that nobody names by name', '', 'a', 'listing', 'none'],
    ['nobody by name on either side, with a sandbox run', '', '', 'sandbox-run', 'matching-probe'],
    ['a scan that another group has the fingerprint of', 'b', 'a', 'fingerprint', 'matching-probe'],
  ] as const)('%s', (_, named, tied, evidence, basis) => {
    expect(basisOf(facts([said(named, { evidence })], { probe: probe(tied) }))).toBe(basis);
  });

  test('one fingerprint of several that is independent is enough, and it alone is named', () => {
    const { assessment, matches } = weigh(facts([said('b')], { probe: probe('b', 'a', '') }), NOW);
    expect(assessment.fingerprints).toEqual(['of a']);
    expect(matches.map(({ objection }) => objection)).toEqual(['same-group', null, 'same-group']);
  });

  test('a group of doubtful record does not know the server otherwise by writing a word beside it', () => {
    const doubtful = said('b', { evidence: 'configuration', reliability: 'D' });
    expect(basisOf(facts([doubtful], { probe: probe('b') }))).toBe('none');
  });
});

test('two scans that saw the same service corroborate where it stands, not what it is', () => {
  const seen = (group: string, value: string): Statement =>
    said(group, { evidence: 'fingerprint', reference: candidateReference('certificate', value) });
  const scans = facts([seen('a', 'ab'.repeat(32)), seen('b', 'cd'.repeat(32))]);
  expect(weigh(scans, NOW)).toMatchObject({
    assessment: { basis: 'none' },
    groups: [{ objection: null }, { objection: 'cites-the-same-reports' }],
  });
  expect(basisOf(facts([seen('a', 'ab'.repeat(32)), said('c')]))).toBe('independent-groups');
});

describe('a person’s word', () => {
  test('on the server passes for 30 days, and then has to be given again', () => {
    expect(basisOf(facts([said('a')], { attestations: [word()] }))).toBe('attested-server');
    const late = weigh(facts([said('a')], { attestations: [word({ at: daysAgo(31) })] }), NOW);
    expect(late.assessment.basis).toBe('none');
    expect(late.attestationExpired).toEqual(['Ada Example']);
  });

  test('on a whole import lets drafts be made, and comes last', () => {
    expect(basisOf(facts([said('a')], { attestedImports: ['Bo Example'] }))).toBe('attested-import');
    expect(basisOf(facts([said('a')], { attestedImports: ['Bo Example'], attestations: [word()] }))).toBe(
      'attested-server',
    );
  });
});

describe('evidence of C2', () => {
  test('is the newest that is no listing, of a statement that counts', () => {
    const { evidence } = weigh(
      facts([
        said('a', { evidence: 'listing', seen: daysAgo(0) }),
        said('b', { evidence: 'configuration', seen: daysAgo(3) }),
        said('c', { evidence: 'netflow', seen: daysAgo(2), reliability: 'E' }),
        said('d', { evidence: 'sandbox-run', seen: null }),
      ]),
      NOW,
    ).assessment;
    expect(evidence).toEqual({ class: 'configuration', source: 'b feed', seen: '2026-11-22T12:00:00.000Z' });
  });

  test('is taken from no group that does not count, and from no source of doubtful record', () => {
    const fresh = { evidence: 'configuration' as const, seen: daysAgo(0) };
    const listings = [said('a', { seen: daysAgo(20) }), said('b', { seen: daysAgo(20) })];
    expect(weigh(facts([...listings, said('', fresh)]), NOW).assessment.evidence).toBeNull();
    expect(weigh(facts([...listings, said('c', { ...fresh, reliability: 'D' })]), NOW).assessment.evidence).toBeNull();
    expect(weigh(facts([...listings, said('c', fresh)]), NOW).assessment.evidence).not.toBeNull();
  });

  test('may be a person’s own, where the person says of what class', () => {
    const of = (attestation: ServerAttestation) => weigh(facts([said('a')], { attestations: [attestation] }), NOW);
    expect(of(word()).assessment.evidence).toBeNull();
    expect(of(word({ evidence: 'listing' })).assessment.evidence).toBeNull();
    expect(of(word({ evidence: 'sandbox-run', seen: daysAgo(1) })).assessment.evidence).toMatchObject({
      class: 'sandbox-run',
      source: 'Ada Example',
    });
  });
});

const statement: fc.Arbitrary<Statement> = fc.record({
  source: fc.constantFrom('s', 't'),
  group: fc.constantFrom('', 'a', 'A ', 'b', 'c'),
  reliability: fc.option(fc.constantFrom(...RELIABILITIES), { nil: null }),
  evidence: fc.constantFrom(...EVIDENCE_CLASSES),
  seen: fc.option(fc.integer({ min: 0, max: 3000 }).map(daysAgo), { nil: null }),
  received: fc.integer({ min: 0, max: 300 }).map(daysAgo),
  reference: fc.constantFrom(null, 'https://r.example/1', 'https://r.example/2016/01/x', 'an id'),
});

test('no number of words of one group is corroboration, whatever they say', () => {
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 12 }), fc.constantFrom('', 'a'), (statements, group) => {
      const one = statements.map((each) => ({ ...each, group }));
      return basisOf(facts(one)) === 'none';
    }),
  );
});

test('taking a statement back never makes a server pass that did not pass with it, but for what it repeated or rated', () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 8 }), (statements) => {
      // The latest rating of a source is of all that it says, and goes with the statement that brought it: one rating each.
      const ratings = new Map(statements.map(({ source, reliability }) => [source, reliability]));
      const dated = statements.map((each) => ({
        ...each,
        reference: null,
        seen: each.seen ?? daysAgo(2),
        reliability: ratings.get(each.source) ?? null,
      }));
      if (basisOf(facts(dated)) !== 'none') return;
      expect(basisOf(facts(dated.slice(1).filter(({ group }) => group !== '')))).toBe('none');
    }),
  );
});

test('every statement has a reason for its weight, and every group that does not count one for that', () => {
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 12 }), (statements) => {
      const weighing = weigh(facts(statements), NOW);
      expect(weighing.statements.every(({ reasons, weight }) => reasons.length > 0 && weight >= 0 && weight <= 1)).toBe(
        true,
      );
      const counted = new Set(weighing.assessment.groups.map(({ group }) => group));
      for (const { group, objection } of weighing.groups) expect(counted.has(group)).toBe(objection === null);
    }),
  );
});
