import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRow } from './csv-row.ts';

test('writes RFC 4180', () => {
  expect(csvRow(['a', 1, null, ''])).toBe('a,1,,\r\n');
  expect(csvRow(['a,b', 'say "a"', 'a\nb', 'a\rb'])).toBe('"a,b","say ""a""","a\nb","a\rb"\r\n');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠1'])(
  'makes text of %j, which a spreadsheet would take for a formula',
  (value) => {
    const [[field] = []]: string[][] = parse(csvRow([value]), { record_delimiter: '\r\n' });
    expect(field).toBe(`'${value}`);
  },
);

test('makes text of a formula that hides behind a quotation mark or a delimiter', () => {
  expect(csvRow(['=HYPERLINK("a","b")'])).toBe(`"'=HYPERLINK(""a"",""b"")"\r\n`);
});

test('is read back field by field, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 4 }), (values) => {
      const rows: string[][] = parse(csvRow(values), { record_delimiter: '\r\n' });
      expect(rows).toHaveLength(1);
      expect(rows[0]?.map((field, index) => (values[index] === field ? field : field.slice(1)))).toEqual(values);
    }),
    { numRuns: 500 },
  );
});
