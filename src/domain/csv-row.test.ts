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
    // Behind a tab or a line end a reader may begin a new field.
    expect(field).toBe(`'${value.replace(/^[\t\r\n]/, "$&'")}`);
  },
);

test('makes text of a formula that hides behind a quotation mark or a delimiter', () => {
  expect(csvRow(['=HYPERLINK("a","b")'])).toBe(`"'=HYPERLINK(""a"",""b"")"\r\n`);
});

test.each([
  ['a;=1', "a;'=1"],
  ['a; =1', "a; '=1"],
  ['a\t+1', "a\t'+1"],
  ['a;"=1"', `a;"'=1"`],
  ['a\n@b', "a\n'@b"],
  ['a;;-1', "a;;'-1"],
  ["a;'=1", "a;'=1"],
  ['a;b=1', 'a;b=1'],
  ['a; b', 'a; b'],
])('makes text of a formula in %j, where a spreadsheet may begin a new field', (value, safe) => {
  const [[field] = []]: string[][] = parse(csvRow([value]), { record_delimiter: '\r\n' });
  expect(field).toBe(safe);
});

/** Fields as a lenient reader makes them: quotation marks count where a field begins, and what follows them stays. */
function fieldsOf(text: string, separators: string): readonly string[] {
  const fields: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    let field = '';
    if (text[at] === '"') {
      for (at += 1; at < text.length && (text[at] !== '"' || text[at + 1] === '"'); at += 1) {
        if (text[at] === '"') at += 1;
        field += text[at];
      }
      at += 1;
    }
    for (; at < text.length && !`${separators}\r\n`.includes(text.charAt(at)); at += 1) field += text[at];
    fields.push(field);
  }
  return fields;
}

const NASTY = fc.string({
  unit: fc.constantFrom(';', '\t', '\r', '\n', "'", '"', ',', ' ', '=', '+', '-', '@', 'a'),
  maxLength: 8,
});

test.each([[','], [';'], ['\t'], [',;\t']])('holds no formula where a reader splits at %j', (separators) => {
  fc.assert(
    fc.property(fc.array(NASTY, { minLength: 1, maxLength: 4 }), (values) => {
      for (const field of fieldsOf(csvRow(values), separators)) expect(field).not.toMatch(/^[=+\-@]/);
    }),
    { numRuns: 2000 },
  );
});

test('is read back field by field, whatever stands in it, but for the apostrophes', () => {
  const bare = (text: string): string => text.replaceAll("'", '');
  const anything = fc.oneof(fc.string({ unit: 'grapheme' }), NASTY);
  fc.assert(
    fc.property(fc.array(anything, { minLength: 2, maxLength: 4 }), (values) => {
      const rows: string[][] = parse(csvRow(values), { record_delimiter: '\r\n' });
      expect(rows).toHaveLength(1);
      expect(rows[0]?.map(bare)).toEqual(values.map(bare));
    }),
    { numRuns: 500 },
  );
});
