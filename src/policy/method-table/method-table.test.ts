import { unaryTest } from 'feelin';
import { describe, expect, it } from 'vitest';
import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import { METHOD_INPUTS } from '../../domain/method-table.ts';
import type { MethodInput, MethodTable } from '../../domain/method-table.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { checkMethodTable } from './check-method-table.ts';
import { decideMethod } from './decide-method.ts';
import { explainMethod } from './explain-method.ts';

/** A row that breaks no rule whatever the facts. */
const RESULT: MethodRow = {
  id: '',
  method: 'not-seizable',
  addressee: 'nobody',
  channel: 'none',
  law: 'terms',
  binding: 'courtesy',
  asks: ['none'],
  evidence: 'evidence',
  approvals: 1,
  deadlineHours: 48,
  escalation: 'none',
  customerTold: 'may-be',
  nameShown: 'may-be',
  template: 'none',
  citation: 'somewhere',
  reviewedByCounsel: false,
};

const MAIL = { method: 'abuse-notice', addressee: 'hosting', channel: 'mail', template: 'abuse-notice' } as const;
const REFERRAL = { method: 'csirt-referral', addressee: 'csirt', channel: 'mail', template: 'csirt-referral' } as const;

type Conditions = Readonly<Partial<Record<MethodInput, string>>>;

type SampleRow = readonly [id: string, conditions: Conditions, result?: Partial<MethodRow>];

function tableOf(...rows: readonly SampleRow[]): MethodTable {
  return {
    name: 'sample',
    sha256: '00',
    columns: METHOD_INPUTS,
    rows: rows.map(([id, conditions, result]) => ({
      cells: METHOD_INPUTS.map((column) => conditions[column] ?? '-'),
      result: { ...RESULT, ...result, id },
      explanation: `why ${id}`,
    })),
  };
}

const FACTS: MethodFacts = {
  capacity: 'csirt',
  assetType: 'address',
  kind: 'dedicated',
  ground: 'open',
  country: 'DE',
  providerType: 'hosting',
  trust: 'unknown',
  authority: 'none',
  contact: 'known',
};

const ADDRESS: Conditions = { assetType: '"address"', kind: '"dedicated","unknown"' };
const OPEN_GROUND: Conditions = { ground: '"open"', kind: '"dedicated","unknown"' };

/** What the check finds, each as its code and its row. */
function findingsOf(...rows: readonly SampleRow[]): string[] {
  return checkMethodTable(tableOf(...rows)).findings.map(({ code, rowId: of }) => `${code} ${of ?? ''}`.trim());
}

function rowId(table: MethodTable, facts: Partial<MethodFacts> = {}): string {
  const decided = decideMethod(table, { ...FACTS, ...facts });
  return decided.ok ? decided.value.id : `problem: ${decided.problem.message}`;
}

describe('deciding', () => {
  it('takes the first of several rows that match', () => {
    const table = tableOf(['us', { country: '"US"' }], ['german', { country: '"DE"' }], ['all', {}]);
    expect(rowId(table)).toBe('german');
    expect(rowId(table, { country: 'US' })).toBe('us');
    expect(rowId(table, { country: 'FR' })).toBe('all');
  });

  it('treats a country that is not known as no country, and lets a row ask for exactly that', () => {
    const table = tableOf(
      ['known-elsewhere', { country: 'not("DE",null)' }],
      ['unknown', { country: 'null' }],
      ['all', {}],
    );
    expect(rowId(table, { country: 'BR' })).toBe('known-elsewhere');
    expect(rowId(table, { country: null })).toBe('unknown');
    expect(rowId(table, { country: 'DE' })).toBe('all');
  });

  it('names the facts when no row takes them', () => {
    const decided = decideMethod(tableOf(['us', { country: '"US"' }]), { ...FACTS, country: null });
    expect(decided.ok).toBe(false);
    if (decided.ok) return;
    expect(decided.problem.message).toContain('country = not known');
    expect(decided.problem.message).toContain('kind = dedicated');
    expect(decided.problem.hint).toContain('-');
  });

  it('answers as FEEL does, cell by cell, in a table of more rows than a machine word has bits', () => {
    const countries = Array.from({ length: 70 }, (_, number) => `X${String.fromCharCode(65 + (number % 26))}`);
    const table = tableOf(
      ...countries.map((country, number): readonly [string, Conditions] => [
        `row-${number}`,
        { country: `"${country}"`, kind: number < 26 ? '"iot-device"' : number < 52 ? 'not("sinkhole")' : '-' },
      ]),
      ['last', { trust: '"bulletproof","unknown"' }],
    );
    for (const country of [...new Set(countries), 'DE', null]) {
      for (const kind of ['iot-device', 'sinkhole', 'unknown'] as const) {
        const facts = { ...FACTS, country, kind };
        const expected = table.rows.find((row) =>
          row.cells.every((cell, index) => {
            const column = table.columns[index];
            return column !== undefined && unaryTest(cell, { '?': facts[column] }).value === true;
          }),
        );
        expect(rowId(table, facts)).toBe(expected?.result.id);
      }
    }
  });

  it('stays right after more made-up countries than it remembers', () => {
    const table = tableOf(['german', { country: '"DE"' }], ['all', {}]);
    for (let number = 0; number < 5000; number++) expect(rowId(table, { country: `made-up-${number}` })).toBe('all');
    expect(rowId(table)).toBe('german');
  });
});

describe('explaining', () => {
  it('shows for every row which cells did not take which facts', () => {
    const table = tableOf(
      ['us-device', { country: '"US"', kind: '"iot-device"' }],
      ['german', { country: '"DE"' }],
      ['all', {}],
      ['french', { country: '"FR"' }],
    );
    const explained = explainMethod(table, FACTS);
    expect(explained.row?.id).toBe('german');
    expect(explained.explanation).toBe('why german');
    expect(explained.trace).toEqual([
      {
        rowId: 'us-device',
        method: 'not-seizable',
        place: 'before',
        matched: false,
        failed: [
          { column: 'kind', cell: '"iot-device"', value: 'dedicated' },
          { column: 'country', cell: '"US"', value: 'DE' },
        ],
      },
      { rowId: 'german', method: 'not-seizable', place: 'decides', matched: true, failed: [] },
      { rowId: 'all', method: 'not-seizable', place: 'after', matched: true, failed: [] },
      {
        rowId: 'french',
        method: 'not-seizable',
        place: 'after',
        matched: false,
        failed: [{ column: 'country', cell: '"FR"', value: 'DE' }],
      },
    ]);
  });

  it('still shows why each row failed when none decided', () => {
    const explained = explainMethod(tableOf(['us', { country: '"US"' }]), { ...FACTS, country: null });
    expect(explained.row).toBeNull();
    expect(explained.trace[0]?.failed).toEqual([{ column: 'country', cell: '"US"', value: null }]);
  });
});

describe('checking', () => {
  it('finds a table with a catch-all row sound', () => {
    const report = checkMethodTable(tableOf(['german', { country: '"DE"' }], ['all', {}]));
    expect(report).toMatchObject({ sound: true, uncovered: 0, gaps: [], findings: [] });
    // capacities × assets × kinds × grounds × (DE, any other, not known) × provider types × trusts × instruments × contact
    expect(report.combinations).toBe(4 * 4 * 8 * 2 * 3 * 8 * 4 * 5 * 2);
  });

  it('counts what no row takes and shows an example that indeed has none', () => {
    const table = tableOf(['known', { country: 'not(null)' }], ['devices', { kind: '"iot-device"' }]);
    const report = checkMethodTable(table);
    expect(report.sound).toBe(false);
    expect(report.uncovered).toBe(4 * 4 * 7 * 2 * 1 * 8 * 4 * 5 * 2);
    const [gap] = report.gaps;
    expect(gap?.country).toBeNull();
    expect(gap?.kind).not.toBe('iot-device');
    const kind = SERVER_KINDS.find((each) => each === gap?.kind) ?? 'iot-device';
    expect(decideMethod(table, { ...FACTS, country: null, kind }).ok).toBe(false);
  });

  it('finds a gap that only a country nobody named falls into', () => {
    const report = checkMethodTable(tableOf(['named', { country: '"US","DE"' }], ['unknown', { country: 'null' }]));
    expect(report.gaps[0]?.country).toBe('ZZ');
  });

  it('finds rows that earlier ones hide, together or alone, and names those', () => {
    const report = checkMethodTable(
      tableOf(
        ['companies', { capacity: '"company","csirt"' }],
        ['owners', { capacity: '"rights-owner","authority"' }],
        ['hidden-by-both', { country: '"DE"' }],
        ['hidden-by-one', { capacity: '"company"' }],
        ['of-nothing', { capacity: 'not("company","csirt","rights-owner","authority")' }],
      ),
    );
    expect(report.sound).toBe(false);
    expect(report.findings.map(({ code, rowId, sentence }) => [code, rowId, sentence])).toEqual([
      ['never-decides', 'hidden-by-both', 'never decides: whatever it matches, companies, owners take before it'],
      ['never-decides', 'hidden-by-one', 'never decides: whatever it matches, companies takes before it'],
      ['never-decides', 'of-nothing', 'never decides: no case matches it'],
    ]);
  });

  it('finds rows without a citation or a law', () => {
    const findings = findingsOf(['uncited', { country: '"DE"' }, { citation: ' ' }], ['all', {}, { law: '' }]);
    expect(findings).toEqual(['uncited uncited', 'uncited all']);
  });

  it('finds rows that ask for an intrusive act, or serve an order, with one approval', () => {
    const findings = findingsOf(
      ['null-route', { ...ADDRESS, ...OPEN_GROUND, country: '"DE"' }, { asks: ['preserve', 'null-route'] }],
      ['order', { country: '"US"', authority: '"court-order"' }, { method: 'court-order' }],
      ['two', { ...ADDRESS, ...OPEN_GROUND, country: '"FR"' }, { asks: ['preserve', 'suspend'], approvals: 2 }],
      ['all', {}],
    );
    expect(findings).toEqual(['too-few-approvals null-route', 'too-few-approvals order']);
  });

  it('finds rows whose notice text does not exist, where it is told which there are', () => {
    const table = tableOf(
      ['sinkholes', { kind: '"sinkhole"' }],
      ['all', {}, { ...REFERRAL, template: 'no-such-text' }],
    );
    expect(checkMethodTable(table).sound).toBe(true);
    expect(checkMethodTable(table, ['no-such-text']).sound).toBe(true);
    expect(checkMethodTable(table, ['csirt-referral']).findings).toEqual([
      {
        code: 'unknown-template',
        rowId: 'all',
        sentence: 'names the notice text "no-such-text", and there is none of that name',
        facts: null,
        combinations: null,
      },
    ]);
  });

  it('finds rows of one method that write to different parties, since one notice goes out per provider and method', () => {
    const findings = findingsOf(
      ['sinkholes', { kind: '"sinkhole"' }],
      ['bulletproof', { trust: '"bulletproof"' }],
      ['provider', { country: '"DE"', ground: '"open"' }, { ...MAIL, asks: ['preserve'] }],
      ['its-conduit', { country: '"FR"' }, { ...MAIL, addressee: 'conduit', asks: ['preserve'] }],
      ['csirt', {}, { ...REFERRAL, method: 'abuse-notice' }],
    );
    expect(findings).toEqual(['mixed-recipients csirt']);
  });
});

describe('the hard rules', () => {
  /** One row that breaks a rule over some facts, and the same row with the cells that keep it from that. */
  it.each<[string, Partial<MethodRow>, Partial<MethodFacts>, Conditions]>([
    ['sinkhole-mailed', REFERRAL, { kind: 'sinkhole' }, { kind: 'not("sinkhole")' }],
    ['sinkhole-mailed', { addressee: 'law-enforcement' }, { kind: 'sinkhole' }, { kind: 'not("sinkhole")' }],
    [
      'bulletproof-mailed',
      MAIL,
      { trust: 'bulletproof' },
      { kind: 'not("sinkhole")', ground: '"open"', trust: 'not("bulletproof")' },
    ],
    [
      'bulletproof-mailed',
      { ...MAIL, addressee: 'isp' },
      { trust: 'bulletproof' },
      { kind: 'not("sinkhole")', ground: '"open"', authority: '"court-order","standing-order"' },
    ],
    [
      'order-without-authority',
      { method: 'court-order', approvals: 2 },
      { authority: 'none' },
      { authority: '"court-order","standing-order"' },
    ],
    [
      'order-without-authority',
      { method: 'court-order', approvals: 2 },
      { authority: 'none' },
      { authority: '"statute"', capacity: '"authority"' },
    ],
    [
      'copyright-without-right',
      { method: 'copyright-notice', approvals: 2 },
      { capacity: 'company' },
      { capacity: '"rights-owner"' },
    ],
    [
      'victim-cut-off',
      { asks: ['preserve', 'suspend'], approvals: 2 },
      { kind: 'compromised-host' },
      { kind: '"dedicated","unknown"', ground: '"open"' },
    ],
    [
      'victim-cut-off',
      { asks: ['preserve', 'refuse-re-lease'], approvals: 2 },
      { kind: 'compromised-host' },
      { kind: '"dedicated","unknown"', ground: '"open"' },
    ],
    ['hostname-only-exceeded', { asks: ['preserve', 'isolate'] }, { ground: 'hostname-only' }, OPEN_GROUND],
    [
      'shared-address-cut-off',
      { asks: ['preserve', 'isolate'] },
      { kind: 'shared-hosting', assetType: 'address' },
      OPEN_GROUND,
    ],
    [
      'registrar-asked-about-machine',
      { ...MAIL, asks: ['preserve', 'clean'] },
      { assetType: 'domain', providerType: 'registrar' },
      { kind: 'not("sinkhole")', ground: '"open"', trust: 'not("bulletproof")', providerType: '"hosting"' },
    ],
    [
      'ask-does-not-fit',
      { asks: ['preserve', 'suspend-domain'], approvals: 2 },
      { assetType: 'address' },
      { assetType: '"domain"', ground: '"open"' },
    ],
    [
      'ask-does-not-fit',
      { asks: ['preserve', 'null-route'], approvals: 2 },
      { assetType: 'domain' },
      { ...OPEN_GROUND, ...ADDRESS },
    ],
  ])('%s: a row that is %j is found, with facts such as %j, and is none for %j', (code, result, facts, kept) => {
    const { findings } = checkMethodTable(tableOf(['bad', {}, result], ['all', {}]));
    const found = findings.filter((finding) => finding.code === code && finding.rowId === 'bad');
    expect(found.some((finding) => matches(finding.facts, facts))).toBe(true);
    for (const { combinations } of found) expect(combinations).toBeGreaterThan(0);
    const harmless = checkMethodTable(tableOf(['kept', kept, result], ['all', {}]));
    expect(harmless.findings).toEqual([]);
  });

  it('finds a broken rule although the table itself treats the value like others', () => {
    // Without the rules, "iot-device" and "dedicated" are one class here, and the first would speak for both.
    const { findings } = checkMethodTable(
      tableOf(
        [
          'bad',
          { ...ADDRESS, ground: '"open"', kind: '"dedicated","iot-device"' },
          { asks: ['null-route'], approvals: 2 },
        ],
        ['all', {}],
      ),
    );
    expect(findings.map(({ code, facts }) => [code, facts?.kind])).toEqual([['victim-cut-off', 'iot-device']]);
    // capacities × open ground × (any other, not known) × provider types × trusts × instruments × contact
    expect(findings[0]?.combinations).toBe(4 * 2 * 8 * 4 * 5 * 2);
  });

  it('does not blame a row for facts that another decides over', () => {
    const findings = findingsOf(
      ['devices', { kind: '"iot-device","compromised-host","cdn-fronted","shared-hosting","tor-exit"' }],
      ['bad', { assetType: '"address"', ground: '"open"' }, { asks: ['preserve', 'suspend'], approvals: 2 }],
      ['all', {}],
    );
    expect(findings).toEqual([]);
  });

  it('judges the millions of combinations that a table of many countries has', () => {
    const countries = Array.from({ length: 60 }, (_, number) =>
      String.fromCharCode(65 + Math.floor(number / 26), 65 + (number % 26)),
    );
    const table = tableOf(
      ...countries.map((country): readonly [string, Conditions] => [`row-${country}`, { country: `"${country}"` }]),
      ['all', {}],
    );
    expect(checkMethodTable(table).combinations).toBe(4 * 4 * 8 * 2 * 62 * 8 * 4 * 5 * 2);
  });
});

function matches(example: Readonly<Record<string, unknown>> | null, facts: Partial<MethodFacts>): boolean {
  return example !== null && Object.entries(facts).every(([column, value]) => example[column] === value);
}
