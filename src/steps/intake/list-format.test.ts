import { expect, test } from 'vitest';
import { growth } from '../../../test/support/growth.ts';
import type { RowReader } from './format.ts';
import { createListReader, createMaltrailReader } from './list-format.ts';
import type { Line } from './read-lines.ts';

const linesOf = (texts: readonly (string | null)[]): readonly Line[] =>
  texts.map((text, index) => ({ number: index + 1, text }));

function collect(reader: RowReader, lines: readonly (string | null)[]): readonly unknown[] {
  const rows = [...reader.rows(linesOf(lines)), ...reader.end()];
  return rows.map(({ line, observable, reason }) => [line, observable ?? reason]);
}

test('a list has one observable a line; comments and empty lines are no rows', () => {
  const lines = [
    '# a',
    '; b',
    '// c',
    '',
    '  ',
    ' 203.0.113.7 ',
    '203.0.113.8:443 # d',
    'http://c2.example/a;b#c ; e',
    null,
  ];
  expect(collect(createListReader(), lines)).toEqual([
    [6, '203.0.113.7'],
    [7, '203.0.113.8:443'],
    [8, 'http://c2.example/a;b#c'],
    [9, 'the line is longer than 64 KiB'],
  ]);
});

test('Maltrail knows # comments only', () => {
  const lines = ['# Reference: a', '203.0.113.7:443 # b', '/gate.php', 'c2.example ; c'];
  expect(collect(createMaltrailReader(), lines)).toEqual([
    [2, '203.0.113.7:443'],
    [3, '/gate.php'],
    [4, 'c2.example ; c'],
  ]);
});

test('a comment ends with its line, whatever control characters stand in it, and costs no time', () => {
  const hostile = (times: number): string => `203.0.113.7${' #'.repeat(4000 * times)}\rx`;
  const read = (line: string): void => {
    expect(collect(createListReader(), [line])).toEqual([[1, '203.0.113.7']]);
  };
  expect(growth(8, hostile, read)).toBeLessThan(24);
});

test('Maltrail’s reference goes with the entries below it, the first of several, until the next one', () => {
  const reader = createMaltrailReader();
  const lines = [
    '# Reference: one',
    '# Reference: two',
    '',
    '203.0.113.7',
    '203.0.113.8',
    '# Reference: three',
    'c2.example',
  ];
  const rows = [...reader.rows(linesOf(lines))].map(({ observable, reference }) => [observable, reference]);
  expect(rows).toEqual([
    ['203.0.113.7', 'one'],
    ['203.0.113.8', 'one'],
    ['c2.example', 'three'],
  ]);
});
