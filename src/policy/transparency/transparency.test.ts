import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { darkSince, madeUpOperation, madeUpServer, verdictOf } from '../../../test/support/figure-facts.ts';
import type { ServerFacts } from '../../domain/figure-facts.ts';
import type { Mistake, SentNotice, TransparencyFacts, TransparencyReport } from '../../domain/transparency.ts';
import { OUTCOMES } from '../../domain/transparency.ts';
import { TRANSPARENCY_DEFINITIONS } from './definitions.ts';
import { LEAST_TOLD, OTHER, toldCells, toldRows } from './suppression.ts';
import { transparencyCsv } from './transparency-csv.ts';
import { transparencyReport } from './transparency.ts';

const DAY = 86_400_000;
const JUNE = Date.UTC(2026, 5, 1);
const AS_OF = Date.UTC(2027, 0, 15);

const QUESTION = {
  year: 2026,
  asOf: AS_OF,
  organisation: 'Example CERT',
  nameOperations: false,
  nameProviders: false,
  ledger: { entries: 7, root: 'a'.repeat(64) },
};

let number = 0;
const notified = (facts: Partial<ServerFacts> = {}): ServerFacts =>
  madeUpServer((number += 1), { identifiedAt: JUNE - DAY, notifiedAt: JUNE, state: 'notified', ...facts });
const dark = (hours: number, facts: Partial<ServerFacts> = {}): ServerFacts =>
  notified({
    ...darkSince({
      darkAt: JUNE + hours * 3_600_000,
      lastLiveAt: JUNE,
      confirmedAt: JUNE + (hours + 6) * 3_600_000,
    }),
    ...facts,
  });
const many = <Item>(count: number, make: () => Item): Item[] => Array.from({ length: count }, make);
const notice = (facts: Partial<SentNotice> = {}): SentNotice => ({
  sentAt: JUNE,
  method: 'abuse-notice',
  country: 'DE',
  provider: 'Example Hosting',
  ...facts,
});
const mistake = (facts: Partial<Mistake> = {}): Mistake => ({
  retractedAt: JUNE + DAY,
  notices: ['DSM-AAAAAAAA'],
  standingMs: 30 * 60_000,
  corrections: 2,
  correctionsDelivered: 1,
  ...facts,
});

function operation(
  name: string,
  servers: readonly ServerFacts[],
  notices: readonly SentNotice[],
  more: Partial<TransparencyFacts> = {},
  drill = false,
): TransparencyFacts {
  return {
    operation: madeUpOperation(servers, { operation: name, drill }),
    notices,
    mistakes: [],
    orders: [],
    ...more,
  };
}

const report = (facts: readonly TransparencyFacts[], more: Partial<typeof QUESTION> = {}): TransparencyReport =>
  transparencyReport(facts, { ...QUESTION, ...more });

describe('a year', () => {
  test('counts what left in it, what became of it, and how long it took', () => {
    const servers = [
      ...many(4, () => dark(2)),
      ...many(3, () => notified({ state: 'contested' })),
      ...many(3, () => notified({ state: 'refused', verdict: verdictOf('live', JUNE) })),
      ...many(5, () => notified()),
      notified({ notifiedAt: Date.UTC(2025, 11, 31, 23, 59) }),
    ];
    const notices = [...many(8, notice), notice({ sentAt: Date.UTC(2027, 0, 1) })];
    const { total, isWholeYear, operations } = report([operation('lab', servers, notices)]);
    expect(total).toMatchObject({
      notices: 8,
      servers: 15,
      providers: null,
      outcomes: { disabled: 4, darkNotConfirmed: 0, contested: 3, refused: 3, answersOtherwise: 0, open: 5, wrong: 0 },
      byMethod: [{ key: 'abuse-notice', count: 8 }],
      byCountry: [{ key: 'DE', count: 8 }],
    });
    // Four of fifteen by two hours: the curve never falls to one half.
    expect(total.timeToDark).toEqual({ medianMinutes: null, p90Minutes: null, ended: 4 });
    expect(operations).toMatchObject([{ operation: 'Operation 1', operations: 1, notices: 8 }]);
    expect([isWholeYear, report([], { asOf: JUNE }).isWholeYear]).toEqual([true, false]);
  });

  test('has no drill in any figure', () => {
    const real = operation(
      'lab',
      many(4, () => dark(1)),
      many(4, notice),
    );
    const drill = operation(
      'exercise',
      many(40, () => dark(1)),
      many(40, notice),
      { mistakes: [mistake()] },
      true,
    );
    expect(report([real, drill])).toEqual(report([real]));
  });

  test('tells mistakes and returns in full, however few, and where the successes stand', () => {
    const servers = [
      ...many(5, () => dark(1)),
      notified({ isWrong: true, state: 'retracted' }),
      notified({ darkRuns: [{ darkAt: JUNE + DAY, lastLiveAt: JUNE, confirmedAt: JUNE + DAY, returnedAt: JUNE + 2 * DAY }], verdict: verdictOf('live', JUNE + 2 * DAY) }),
    ]; // prettier-ignore
    const mistakes = [mistake(), mistake({ notices: [], standingMs: null, corrections: 0, correctionsDelivered: 0 }), mistake({ retractedAt: Date.UTC(2025, 5, 1) })]; // prettier-ignore
    const { total } = report([operation('lab', servers, many(3, notice), { mistakes })]);
    expect(total.mistakes).toEqual({
      serversTakenBack: 2,
      told: 1,
      wrongNotices: 1,
      corrections: 2,
      correctionsDelivered: 1,
      medianStandingMinutes: 30,
      longestStandingMinutes: 30,
    });
    expect(total.outcomes.wrong).toBe(1);
    expect(total.cameBack).toBe(1);
    expect(Object.keys(total).indexOf('mistakes')).toBeLessThan(Object.keys(total).indexOf('timeToDark'));
  });

  test('names operations and providers only where it is asked to, and no host in any case', () => {
    const facts = [
      operation(
        'secret name',
        many(4, () => dark(1)),
        many(4, () => notice({ provider: 'Prairie' })),
      ),
    ];
    const bare = report(facts);
    expect(JSON.stringify(bare)).not.toMatch(/secret name|Prairie|192\.0\.2/);
    expect(transparencyCsv(bare)).not.toMatch(/secret name|Prairie|192\.0\.2/);
    const named = report(facts, { nameOperations: true, nameProviders: true });
    expect(named.operations).toMatchObject([{ operation: 'secret name' }]);
    expect(named.byProvider).toEqual([{ key: 'Prairie', count: 4 }]);
    expect(JSON.stringify(named)).not.toContain('192.0.2');
  });

  test('counts instruments that were issued or served in it', () => {
    const order = (kind: string, issuedAt: number, servedAt: number[] = []) => ({ kind, issuedAt, servedAt });
    const orders = [
      ...many(3, () => order('court-order', JUNE)),
      order('court-order', Date.UTC(2025, 1, 1), [JUNE]),
      order('court-order', Date.UTC(2025, 1, 1)),
    ];
    expect(report([operation('lab', [], [], { orders })]).orders).toEqual([{ key: 'court-order', count: 4 }]);
  });

  test('has a sentence for each of its words', () => {
    for (const outcome of OUTCOMES) expect(TRANSPARENCY_DEFINITIONS[outcome]).toBeDefined();
    for (const key of ['mistakes', 'cameBack', 'timeToDark', 'byMethod', 'byCountry', 'orders', 'providers', 'null', 'other'])
      expect(TRANSPARENCY_DEFINITIONS[key]).toBeDefined();
  }); // prettier-ignore

  test('is a table of which no field begins a formula', () => {
    const facts = [
      operation(
        '=1+1',
        many(4, () => dark(1)),
        many(4, () => notice({ provider: '@SUM(1)' })),
      ),
    ];
    const csv = transparencyCsv(report(facts, { nameOperations: true, nameProviders: true }));
    expect(csv).toContain("'=1+1");
    expect(csv).not.toMatch(/(?:^|,)"?[=@+]/m);
  });
});

describe('small counts', () => {
  test('are withheld, with what would tell them by subtraction', () => {
    const servers = [...many(6, () => dark(1)), ...many(2, () => notified({ state: 'contested' }))];
    const { total, operations } = report([operation('lab', servers, [...many(5, notice), notice({ country: 'FR' })])]);
    expect(operations[0]?.outcomes).toMatchObject({
      disabled: null,
      contested: null,
      refused: null,
      open: null,
      wrong: 0,
    });
    expect(total.outcomes).toEqual(operations[0]?.outcomes);
    expect(total.byCountry).toEqual([{ key: OTHER, count: 6 }]);
  });

  test('of operations stand together, and with a further one where they are too few together', () => {
    const small = operation('small', [dark(1)], [notice()]);
    const mid = operation('mid', many(4, () => dark(1)), many(4, notice));
    const large = operation('large', many(9, () => dark(1)), many(9, notice));
    expect(report([small, mid, large]).operations.map((each) => [each.operation, each.operations, each.notices])).toEqual([
      ['Operation 1', 1, 9],
      ['Other operations', 2, 5],
    ]);
    expect(report([small]).total).toMatchObject({ notices: null, servers: null, outcomes: { disabled: null, wrong: 0 } });
  }); // prettier-ignore

  const size = fc.nat({ max: 6 });
  const state = fc.constantFrom('notified', 'contested', 'refused', 'dark' as const);
  const facts = fc.array(
    fc.record({
      servers: fc.array(state, { maxLength: 14 }),
      notices: fc.array(fc.constantFrom('DE', 'FR', 'NL', 'US'), { maxLength: 14 }),
      wrong: size,
    }),
    { maxLength: 4 },
  );

  test('never follow from sums and rows that are told', () => {
    fc.assert(
      fc.property(facts, (made) => {
        const told = report(
          made.map(({ servers, notices, wrong }, at) =>
            operation(
              `op ${at}`,
              [
                ...servers.map((each) => (each === 'dark' ? dark(1) : notified({ state: each }))),
                ...many(wrong, () => notified({ isWrong: true, state: 'retracted' })),
              ],
              notices.map((country) => notice({ country })),
            ),
          ),
        );
        for (const figures of [told.total, ...told.operations]) {
          for (const { count } of [...figures.byCountry, ...figures.byMethod]) expect(count ?? 3).toBeGreaterThan(2);
          const cells = OUTCOMES.filter((outcome) => outcome !== 'wrong').map((outcome) => figures.outcomes[outcome]);
          for (const count of cells) expect([1, 2]).not.toContain(count);
          // A nought beside what is withheld would tell that it is another.
          if (cells.includes(null)) expect(cells).not.toContain(0);
          // One cell alone would be the sum less the others.
          if (figures.servers !== null) expect(cells.filter((count) => count === null)).not.toHaveLength(1);
          expect([1, 2]).not.toContain(figures.notices);
        }
        // What the operations tell is all that the total tells.
        for (const key of new Set(told.total.byCountry.map((row) => row.key))) {
          const parts = told.operations.flatMap(({ byCountry }) => byCountry.filter((row) => row.key === key));
          const sum = parts.reduce((total, { count }) => total + (count ?? 0), 0);
          expect(told.total.byCountry.find((row) => row.key === key)?.count ?? sum).toBe(sum);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** All that could be behind what is told, by one who knows the rule and the sum. */
  test('could each be something else, for whoever knows the rule: of every table of outcomes', () => {
    const names = ['a', 'b', 'c', 'd', 'e'] as const;
    type Name = (typeof names)[number] | 'wrong';
    type Cells = Record<Name, number>;
    const MOST = 7;
    const behind = new Map<string, Cells[]>();
    for (let at = 0; at < (MOST + 1) ** names.length; at++) {
      const digit = (place: number): number => Math.floor(at / (MOST + 1) ** place) % (MOST + 1);
      const cells: Cells = { a: digit(0), b: digit(1), c: digit(2), d: digit(3), e: digit(4), wrong: 1 };
      const sum = names.reduce((total, name) => total + cells[name], 0);
      const key = `${sum} ${JSON.stringify(toldCells<Name>(cells, 'wrong'))}`;
      behind.set(key, [...(behind.get(key) ?? []), cells]);
    }
    let withheld = 0;
    for (const tables of behind.values()) {
      const [first] = tables;
      if (first === undefined) continue;
      const told = toldCells<Name>(first, 'wrong');
      for (const name of names) {
        if (told[name] !== null) {
          expect(told[name]).toBe(first[name]);
          expect([1, 2]).not.toContain(told[name]);
          continue;
        }
        withheld += 1;
        const possible = new Set(tables.map((cells) => cells[name]));
        if (possible.size < 2) expect.fail(`${JSON.stringify(told)} gives ${name} away: ${[...possible].join()}`);
      }
    }
    expect(withheld).toBeGreaterThan(1000);
    expect(toldCells<string>({ a: 0, b: 0, c: 5, wrong: 2 }, 'wrong')).toEqual({ a: 0, b: 0, c: 5, wrong: 2 });
    expect(toldCells<string>({ a: 1, b: 0, c: 5, d: 5, e: 9, wrong: 0 }, 'wrong')).toEqual({ a: null, b: null, c: null, d: null, e: 9, wrong: 0 });
  }); // prettier-ignore

  test('do not follow from how many the time to dark is of, neither in a line nor between the operations and their total', () => {
    const device = (): ServerFacts => dark(2, { kind: 'iot-device' });
    const notices = many(9, notice);
    // Two of nine are devices: how many went dark and how many the time is of would tell it.
    const mixed = operation('mixed', [...many(7, () => dark(2)), ...many(2, device)], notices);
    expect(report([mixed]).total).toMatchObject({ outcomes: { disabled: 9 }, timeToDark: { medianMinutes: 120, ended: null } });
    // Of the first one there are two alone, and its time is not told; that of the whole less that of the second would tell how many.
    const few = operation('few', [...many(2, () => dark(2)), ...many(7, device)], notices);
    const others = operation('others', many(9, () => dark(2)), notices);
    const { total, operations } = report([few, others]);
    expect(new Set(operations.map(({ timeToDark: time }) => time?.ended ?? null))).toEqual(new Set([9, null]));
    expect(total.timeToDark).toMatchObject({ medianMinutes: 120, ended: null });
    expect(report([others, others]).total.timeToDark).toMatchObject({ ended: 18 });
  }); // prettier-ignore

  test('rows and cells keep their sum', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.nat({ max: 9 })), (counts) => {
        const rows = toldRows(new Map(Object.entries(counts)));
        const sum = Object.values(counts).reduce((total, count) => total + count, 0);
        if (sum >= LEAST_TOLD) expect(rows.reduce((total, { count }) => total + (count ?? 0), 0)).toBe(sum);
        const cells = toldCells({ ...counts, '(always)': 1 }, '(always)');
        expect(cells['(always)']).toBe(1);
        for (const [key, count] of Object.entries(cells)) if (count !== null) expect(count).toBe(key === '(always)' ? 1 : counts[key]);
      }),
    );
  }); // prettier-ignore
});
