import { expect, test } from 'vitest';
import type { RawRow } from './format.ts';
import { readListRows, readMaltrailRows } from './list-format.ts';
import type { Line } from './read-lines.ts';

async function* linesOf(texts: readonly (string | null)[]): AsyncGenerator<Line> {
  await Promise.resolve();
  for (const [index, text] of texts.entries()) yield { number: index + 1, text };
}

async function collect(rows: AsyncIterable<RawRow>): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const { line, observable, reason } of rows) found.push([line, observable ?? reason]);
  return found;
}

test('a list has one observable a line; comments and empty lines are no rows', async () => {
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
  expect(await collect(readListRows(linesOf(lines)))).toEqual([
    [6, '203.0.113.7'],
    [7, '203.0.113.8:443'],
    [8, 'http://c2.example/a;b#c'],
    [9, 'the line is longer than 64 KiB'],
  ]);
});

test('Maltrail knows # comments only', async () => {
  const lines = ['# Reference: a', '203.0.113.7:443 # b', '/gate.php', 'c2.example ; c'];
  expect(await collect(readMaltrailRows(linesOf(lines)))).toEqual([
    [2, '203.0.113.7:443'],
    [3, '/gate.php'],
    [4, 'c2.example ; c'],
  ]);
});

test('a comment ends with its line, whatever control characters stand in it, and costs no time', async () => {
  const started = performance.now();
  const hostile = `203.0.113.7${' #'.repeat(30_000)}\rx`;
  expect(await collect(readListRows(linesOf(Array.from({ length: 20 }, () => hostile))))).toHaveLength(20);
  expect(await collect(readListRows(linesOf([hostile])))).toEqual([[1, '203.0.113.7']]);
  expect(performance.now() - started).toBeLessThan(2000);
});
