import { describe, expect, test } from 'vitest';
import { readCell, readOutput, writeCell, writeText } from './cell.ts';

describe('a cell in words', () => {
  test.each([
    ['-', { mode: 'any', values: [] }],
    ['', { mode: 'any', values: [] }],
    ['"BR"', { mode: 'is', values: ['BR'] }],
    ['"onion","blockchain-name"', { mode: 'is', values: ['onion', 'blockchain-name'] }],
    ['not("court-order", "standing-order")', { mode: 'not', values: ['court-order', 'standing-order'] }],
    ['null', { mode: 'is', values: [null] }],
    ['not("US",null)', { mode: 'not', values: ['US', null] }],
  ])('%s', (text, condition) => {
    expect(readCell(text)).toEqual(condition);
  });

  test.each(['"BR" or "CL"', 'not(not("BR"))', '> 3', 'starts with(?, "B")', '"a\\"b"', '"BR",'])(
    '%s has no words, and is left as it is',
    (text) => {
      expect(readCell(text)).toBeNull();
    },
  );

  test('what was said is written as DMN has it, and read again the same', () => {
    for (const text of ['-', '"BR"', '"onion","blockchain-name"', 'not("US",null)', 'null']) {
      const condition = readCell(text);
      expect(condition === null ? null : writeCell(condition)).toBe(text);
    }
    // A choice of nothing would never match.
    expect(writeCell({ mode: 'is', values: [] })).toBe('-');
  });

  test('texts with quotes come back as they were', () => {
    for (const text of ['plain', 'with "quotes" and \\ in it', '']) expect(readOutput(writeText(text))).toBe(text);
    expect(readOutput('null')).toBeNull();
    expect(readOutput('2')).toBe('2');
  });
});
