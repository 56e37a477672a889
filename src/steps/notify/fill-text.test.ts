import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillText } from './fill-text.ts';

test('joins and fills paragraphs, keeps headings and indented lines', () => {
  const text = 'HEADING\nsome words\nand more\n\n\n\n  a line\n  another\n- an item\n  that goes on\n- a second\n\n';
  expect(fillText(text, 20)).toBe(
    'HEADING\nsome words and more\n\n  a line\n  another\n- an item that goes\n  on\n- a second\n',
  );
});

test('folds a long indented line under itself and breaks a word that is too long', () => {
  expect(fillText('  one two three four', 12)).toBe('  one two\n    three\n    four\n');
  expect(fillText('x'.repeat(25), 10)).toBe('xxxxxxxxxx\nxxxxxxxxxx\nxxxxx\n');
});

test('never writes a longer line, and loses no character but white space', () => {
  const piece = fc.oneof(fc.string({ maxLength: 200 }), fc.constantFrom('\n', '\n\n', '\n- ', '\n  ', '😀'.repeat(90)));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join(' ');
      const filled = fillText(text);
      expect(Math.max(...filled.split('\n').map((line) => Array.from(line).length))).toBeLessThanOrEqual(72);
      expect(filled.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    }),
  );
});
