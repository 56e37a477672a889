import { describe, expect, test } from 'vitest';
import { sampleRow } from '../../test/support/notice-facts.ts';
import type { Explanation } from '../flow.ts';
import { otherRowLines, plainFact, rowLine, rowLines } from './method-text.ts';
import type { Style } from './terminal.ts';

const same = (text: string): string => text;
const plain: Style = { bold: same, dim: same, red: same, green: same, yellow: same };

type RowVerdict = NonNullable<Explanation['decision']>['rows'][number];

const row = (rowId: string, place: RowVerdict['place'], failed: RowVerdict['failed'] = []): RowVerdict => ({
  rowId,
  method: 'abuse-notice',
  place,
  matched: failed.length === 0,
  failed,
});
const kind = { column: 'kind', cell: '"sinkhole"', value: 'dedicated' };
const country = { column: 'country', cell: 'not("US",null)', value: null };

test('a row is told in full: law, asks, evidence, approvals, deadline, customer, citation, counsel', () => {
  const told = rowLines(sampleRow({ customerTold: 'yes', nameShown: 'may-be' }), 'why').join('\n');
  for (const part of [
    'any-abuse-notice: why',
    'preserve, null-route, suspend of the hosting provider, by mail',
    'the terms under which you provide the service (courtesy)',
    'one fresh sighting',
    '2 different people; deadline 24 h',
    'national CSIRT',
    'will be told, and may see our name',
    'not reviewed by counsel',
  ]) {
    expect(told).toContain(part);
  }
});

test('a row that asks nobody says that nothing is drafted, and nobody told', () => {
  const silent = sampleRow({
    addressee: 'nobody', channel: 'none', template: 'none', customerTold: 'no', nameShown: 'no', deadlineHours: null,
  }); // prettier-ignore
  const told = rowLines(silent, '').join('\n');
  expect(told).toContain('of nobody\n');
  expect(told).toContain('customer   will not be told\n');
  expect(told).toContain('nothing is drafted');
  expect(told).toContain('deadline none');
});

describe('the other rows', () => {
  test('get a line each where they are few, with every cell that ruled them out', () => {
    const rows = [row('sinkhole', 'before', [kind, country]), row('it', 'decides'), row('last', 'after')];
    expect(otherRowLines(rows, plainFact, plain, { allRows: false })).toEqual([
      '  Why the other rows do not apply:',
      '    sinkhole: kind is dedicated, not "sinkhole"; country is not known, and the row takes not("US",null)',
      '    last: would apply too, but stands after the deciding row',
    ]);
  });

  test('are grouped by the first fact that ruled them out where they are many, unless all are asked for', () => {
    const many = Array.from({ length: 40 }, (_, number) => row(`row-${number}`, 'before', [kind]));
    const rows = [...many, row('it', 'decides'), row('other', 'after', [country]), row('last', 'after')];
    const grouped = otherRowLines(rows, plainFact, plain, { allRows: false });
    expect(grouped[0]).toBe('  Why the other 42 rows do not apply (--all-rows has each cell):');
    expect(grouped[1]).toMatch(/^ {4}kind is dedicated: row-0, row-1,/);
    expect(grouped.at(-2)).toBe('    country is not known: other');
    expect(grouped.at(-1)).toBe('    would apply too, but stands after the deciding row: last');
    for (const line of grouped) expect(line.length).toBeLessThanOrEqual(100);
    expect(grouped.join(' ').match(/row-\d+/g)).toHaveLength(40);
    expect(otherRowLines(rows, plainFact, plain, { allRows: true })).toHaveLength(43);
  });

  test('are cut where their cells would fill the screen', () => {
    const long = `"${Array.from({ length: 60 }, () => 'AT').join('","')}"`;
    expect(rowLine(row('eu', 'before', [{ column: 'country', cell: long, value: 'BR' }]), plainFact)).toMatch(
      /^eu: country is BR, not "AT",.*…$/,
    );
    const cells = Array.from({ length: 9 }, () => ({ column: 'country', cell: long, value: 'BR' }));
    expect(rowLine(row('eu', 'before', cells), plainFact).length).toBeLessThan(210);
  });
});
