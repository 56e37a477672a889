import { unaryTest } from 'feelin';
import { describe, expect, it } from 'vitest';
import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import { METHOD_INPUTS } from '../../domain/method-table.ts';
import type { MethodInput, MethodTable } from '../../domain/method-table.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { checkMethodTable } from './check-method-table.ts';
import { decideMethod } from './decide-method.ts';
import { explainMethod } from './explain-method.ts';

const RESULT: MethodRow = {
  id: '',
  method: 'abuse-notice',
  addressee: 'hosting',
  channel: 'mail',
  law: 'terms',
  binding: 'courtesy',
  asks: ['preserve', 'isolate'],
  evidence: 'evidence',
  approvals: 1,
  deadlineHours: 48,
  escalation: 'none',
  customerTold: 'may-be',
  template: 'abuse-notice',
  citation: 'somewhere',
  reviewedByCounsel: false,
};

type Conditions = Readonly<Partial<Record<MethodInput, string>>>;

function tableOf(...rows: readonly (readonly [string, Conditions, Partial<MethodRow>?])[]): MethodTable {
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
};

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
    );
    const explained = explainMethod(table, FACTS);
    expect(explained.row?.id).toBe('german');
    expect(explained.explanation).toBe('why german');
    expect(explained.trace).toEqual([
      {
        rowId: 'us-device',
        matched: false,
        failed: [
          { column: 'kind', cell: '"iot-device"', value: 'dedicated' },
          { column: 'country', cell: '"US"', value: 'DE' },
        ],
      },
      { rowId: 'german', matched: true, failed: [] },
      { rowId: 'all', matched: true, failed: [] },
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
    expect(report).toMatchObject({ sound: true, uncovered: 0, gaps: [], shadowed: [] });
    // 4 capacities × 4 assets × 8 kinds × 2 grounds × (DE, any other, not known) × 8 provider types × 4 trusts × 5 instruments
    expect(report.combinations).toBe(4 * 4 * 8 * 2 * 3 * 8 * 4 * 5);
  });

  it('counts what no row takes and shows an example that indeed has none', () => {
    const table = tableOf(['known', { country: 'not(null)' }], ['devices', { kind: '"iot-device"' }]);
    const report = checkMethodTable(table);
    expect(report.sound).toBe(false);
    expect(report.uncovered).toBe(4 * 4 * 7 * 2 * 1 * 8 * 4 * 5);
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
      ),
    );
    expect(report.shadowed).toEqual([
      { rowId: 'hidden-by-both', by: ['companies', 'owners'] },
      { rowId: 'hidden-by-one', by: ['companies'] },
    ]);
    expect(report.sound).toBe(false);
  });

  it('finds rows without a citation', () => {
    expect(checkMethodTable(tableOf(['all', {}, { citation: ' ' }])).uncited).toEqual(['all']);
  });

  it('finds rows that ask for an intrusive act, or serve an order, with one approval', () => {
    const report = checkMethodTable(
      tableOf(
        ['null-route', { country: '"DE"' }, { asks: ['preserve', 'null-route'] }],
        ['order', { country: '"US"' }, { method: 'court-order' }],
        ['two', { country: '"FR"' }, { asks: ['preserve', 'suspend'], approvals: 2 }],
        ['all', {}],
      ),
    );
    expect(report.tooFewApprovals).toEqual(['null-route', 'order']);
  });
});
