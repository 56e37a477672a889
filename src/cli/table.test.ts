import { expect, test } from 'vitest';
import { table } from './table.ts';

const plain = (text: string): string => text;
const STYLE = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };

interface Row {
  readonly name: string | null;
  readonly count: number | null;
}

const draw = (rows: readonly Row[], max?: number): string =>
  table<Row>(
    rows,
    [
      { title: 'NAME', value: ({ name }) => name, ...(max === undefined ? {} : { max }) },
      { title: 'COUNT', right: true, value: ({ count }) => count },
    ],
    STYLE,
  );

test('aligns columns under their titles, numbers to the right, and shows what is not known', () => {
  expect(
    draw([
      { name: 'Example Hosting', count: 7 },
      { name: null, count: null },
      { name: '', count: 120 },
    ]),
  ).toBe(
    ['NAME             COUNT', 'Example Hosting      7', '–                    –', '–                  120', ''].join(
      '\n',
    ),
  );
});

test('draws the header alone where there are no rows', () => {
  expect(draw([])).toBe('NAME  COUNT\n');
});

test('cuts what is too long, between characters', () => {
  expect(draw([{ name: 'abcdef', count: 1 }], 4)).toContain('abc…');
  expect(draw([{ name: 'abcd', count: 1 }], 4)).toContain('abcd');
  expect(draw([{ name: 'ab🤖cdef', count: 1 }], 4).isWellFormed()).toBe(true);
});

test('lets no row write over another: control characters and line ends are taken out', () => {
  const drawn = draw([{ name: 'a\u001b[2Jb\nc\u202ed', count: 1 }]);
  expect(drawn).not.toMatch(/[\u001b\u202e]/);
  expect(drawn.split('\n')).toHaveLength(3);
});
