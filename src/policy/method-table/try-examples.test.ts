import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readExamples } from '../../adapters/playbook/read-examples.ts';
import { readPlaybook } from '../../adapters/playbook/read-playbook.ts';
import { NEUTRAL_FACTS } from '../../domain/method-example.ts';
import type { MethodExample } from '../../domain/method-example.ts';
import type { MethodTable } from '../../domain/method-table.ts';
import { tryExamples } from './try-examples.ts';
import type { TriedExample } from './try-examples.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

let table: MethodTable;
beforeAll(async () => {
  const read = await readPlaybook(join(REPOSITORY, 'playbooks/default.dmn'));
  if (!read.ok) throw new Error(read.problem.message);
  table = read.value;
});

function tried(facts: Partial<MethodExample['facts']>, expect: MethodExample['expect']): TriedExample {
  const [only] = tryExamples(table, [{ name: 'one', line: 3, facts: { ...NEUTRAL_FACTS, ...facts }, expect }]);
  if (only === undefined) throw new Error('nothing was tried');
  return only;
}

describe("counsel's examples that come with the program", () => {
  it('all pass, and cover every country that the table names rows for', async () => {
    const examples = await readExamples(join(REPOSITORY, 'examples/counsel/examples.yaml'));
    if (!examples.ok) throw new Error(examples.problem.message);
    const failing = tryExamples(table, examples.value).filter(({ passed }) => !passed);
    expect(failing).toEqual([]);
    const countries = new Set(examples.value.map(({ facts }) => facts.country));
    for (const country of ['US', 'DE', 'GB', 'BR', 'CO', 'ID', 'KG', 'CH', null]) expect(countries).toContain(country);
  });
});

describe('an example', () => {
  it('passes when everything that it expects is so, and speaks of nothing else', () => {
    const example = tried({ country: 'BR', kind: 'dedicated' }, { asks: ['preserve', 'null-route'], approvals: 2 });
    expect(example).toMatchObject({ passed: true, differences: [], expectedRows: [] });
    expect(example.row?.id).toBe('br-abuse-notice-dedicated');
  });

  it('fails with what was expected and what came, one for each difference', () => {
    const example = tried({ country: 'BR' }, { method: 'dsa-notice', approvals: 2, deadlineHours: null });
    expect(example.passed).toBe(false);
    expect(example.differences).toEqual([
      { what: 'method', expected: 'dsa-notice', got: 'abuse-notice' },
      { what: 'approvals', expected: '2', got: '1' },
      { what: 'deadlineHours', expected: 'none', got: '48' },
    ]);
  });

  it('says cell by cell why the row that was expected did not apply', () => {
    const { expectedRows } = tried({ country: 'BR' }, { row: 'eu-dsa-notice-dedicated' });
    expect(expectedRows).toHaveLength(1);
    expect(expectedRows[0]?.failed.map(({ column, value }) => [column, value])).toEqual([
      ['kind', 'unknown'],
      ['country', 'BR'],
    ]);
  });

  it('says so where the expected row would apply and only stands too late', () => {
    const { expectedRows } = tried({ country: 'BR' }, { row: 'abuse-notice' });
    expect(expectedRows).toMatchObject([{ rowId: 'abuse-notice', place: 'after', matched: true, failed: [] }]);
  });

  it('names the nearest rows of the expected method where no row was named', () => {
    const { expectedRows } = tried({ country: 'BR' }, { method: 'dsa-notice' });
    expect(expectedRows[0]?.rowId).toBe('eu-dsa-notice');
    expect(expectedRows.length).toBeLessThanOrEqual(3);
  });

  it('fails for a row that the table does not have', () => {
    expect(tried({}, { row: 'gone' })).toMatchObject({
      passed: false,
      differences: [{ what: 'row', expected: 'gone', got: 'abuse-notice' }],
      expectedRows: [],
    });
  });

  it('fails where the table has no row for its facts', () => {
    const holed = { ...table, rows: table.rows.slice(0, 3) };
    const [example] = tryExamples(holed, [{ name: 'one', line: 1, facts: NEUTRAL_FACTS, expect: { approvals: 1 } }]);
    expect(example).toMatchObject({ passed: false, row: null, differences: [{ what: 'approvals', got: 'no row' }] });
  });
});
