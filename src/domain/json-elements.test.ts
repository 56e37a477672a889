import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { growth } from '../../test/support/growth.ts';
import { JsonElementScanner, readJsonElements } from './json-elements.ts';
import type { JsonElement, ScanOptions, Selector } from './json-elements.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<string> {
  await Promise.resolve();
  yield* texts;
}

async function elementsOf(
  text: string | readonly string[],
  selectors: readonly Selector[],
  options: ScanOptions = {},
): Promise<readonly JsonElement[]> {
  const found: JsonElement[] = [];
  const texts = typeof text === 'string' ? [text] : text;
  for await (const element of readJsonElements(pieces(...texts), selectors, options)) found.push(element);
  return found;
}

/** Path, line and text of each element; the reason where there is no text. */
async function read(text: string, selectors: readonly Selector[], options: ScanOptions = {}) {
  const found = await elementsOf(text, selectors, options);
  return found.map((element) => [
    element.path.join('.'),
    element.line,
    element.text === null ? element.reason : element.text,
  ]);
}

const OBJECTS: readonly Selector[] = [['objects', '*']];

describe('readJsonElements', () => {
  test('yields what a selector names, with its path, its line and its text as it stands', async () => {
    const text =
      '{\n  "type": "bundle",\n  "objects": [\n    {"a": 1},\n\n    [2, {"objects": [3]}],\n    "four", 5 , null]}\n';
    expect(await read(text, [...OBJECTS, ['type']])).toEqual([
      ['type', 2, '"bundle"'],
      ['objects.0', 4, '{"a": 1}'],
      ['objects.1', 6, '[2, {"objects": [3]}]'],
      ['objects.2', 7, '"four"'],
      ['objects.3', 7, '5'],
      ['objects.4', 7, 'null'],
    ]);
  });

  test('follows lists and objects alike through a star', async () => {
    const text = '{"1": [{"ioc": "a"}, {"ioc": "b"}], "2": {"x": {"ioc": "c"}}, "3": "d"}';
    expect(await read(text, [['*', '*', 'ioc']])).toEqual([
      ['1.0.ioc', 1, '"a"'],
      ['1.1.ioc', 1, '"b"'],
      ['2.x.ioc', 1, '"c"'],
    ]);
  });

  test('takes a key that is written with escapes for what it says', async () => {
    expect(await read(String.raw`{"\u006fbjects":[1],"ob\u006aects":[2],"\x":[3]}`, OBJECTS)).toEqual([
      ['objects.0', 1, '1'],
      ['objects.0', 1, '2'],
    ]);
  });

  test('takes every value of a key that stands there twice', async () => {
    expect(await read('{"objects":[1],"objects":[2]}', OBJECTS)).toEqual([
      ['objects.0', 1, '1'],
      ['objects.0', 1, '2'],
    ]);
  });

  test('is not misled by brackets, quotation marks and escapes inside strings', async () => {
    const entries = [String.raw`{"a":"]}\"[{\\"}`, String.raw`"\\\\\"]"`, String.raw`["\\"]`, '{"b":"\u0000\n"}'];
    expect(await read(`{"objects":[${entries.join(',')}]}`, OBJECTS)).toEqual(
      entries.map((entry, index) => [`objects.${index}`, 1, entry]),
    );
  });

  test('passes over what no selector names, however it is nested', async () => {
    const text = `{"x":{"objects":[1]},"y":${'['.repeat(5000)}${']'.repeat(5000)},"objects":[2]}`;
    expect(await read(text, OBJECTS)).toEqual([['objects.0', 1, '2']]);
  });

  test('a byte order mark is no part of the document', async () => {
    expect(await read('\uFEFF[1]', [['*']])).toEqual([['0', 1, '1']]);
  });

  test('a broken entry costs itself only', async () => {
    expect(await read('[{"a" 1}, nonsense, {"b":2}]', [['*']])).toEqual([
      ['0', 1, '{"a" 1}'],
      ['1', 1, 'nonsense'],
      ['2', 1, '{"b":2}'],
    ]);
  });

  test.each(['[{"a":1} {"b":2}]', '[{"a":1},{"b":2},]', '[,{"a":1},,{"b":2}]', '[{"a":1}\n{"b":2}'])(
    'a comma too many or too few between entries harms none: %j',
    async (text) => {
      const found = await read(text, [['*']]);
      expect(found.slice(0, 2).map(([, , entry]) => entry)).toEqual(['{"a":1}', '{"b":2}']);
    },
  );

  test('an entry longer than the limit is passed over and told', async () => {
    const text = `[{"a":1},"${'x'.repeat(50)}",[${'1,'.repeat(30)}1],{"b":2}]`;
    const reason = 'longer than 40 characters';
    expect(await read(text, [['*']], { maxCharacters: 40 })).toEqual([
      ['0', 1, '{"a":1}'],
      ['1', 1, reason],
      ['2', 1, reason],
      ['3', 1, '{"b":2}'],
    ]);
  });

  test('an entry nested deeper than a hundred levels is passed over and told', async () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const found = await read(`[${nested(100)},${nested(101)},${nested(200_000)},1]`, [['*']]);
    const reason = 'nested deeper than 100 levels';
    expect(found.map(([, , text]) => text)).toEqual([nested(100), reason, reason, '1']);
  });

  test.each<readonly [string, string, string, number]>([
    ['in an entry', '[1,\n{"a":\n', 'the file ends in the middle of this entry', 2],
    ['in a string', '[1,\n"a', 'the file ends in the middle of this entry', 2],
    ['between entries', '[1,\n2,\n', 'the file ends before the bracket of line 1 is closed', 3],
    ['in a key', '[1,\n{"', 'the file ends in the middle of this entry', 2],
    ['by a wrong bracket', '[1,\n}', 'a "}" that closes the "[" of line 1', 2],
    ['by a wrong bracket inside an entry', '[1,\n{"a":\n[}]]', 'a "}" in line 3 closes no bracket', 2],
    ['by text behind it', '[1,2]\n{}', 'there is text behind the end of the document', 2],
    ['by a bracket too many', '[1,2]\n]', 'there is text behind the end of the document', 2],
  ])(
    'a document that breaks off %s ends in one reason, and what stands before it stands',
    async (_, text, reason, line) => {
      const found = await elementsOf(text, [['*']]);
      expect(found[0]).toMatchObject({ line: 1, text: '1' });
      expect(found.at(-1)).toMatchObject({ line, text: null, reason });
      expect(found.filter((element) => element.text === null)).toHaveLength(1);
    },
  );

  test.each<readonly [string, ScanOptions['root'], string]>([
    ['', 'either', 'there is no JSON document in this file'],
    [' \n ', 'list', 'there is no JSON document in this file'],
    ['{}', 'list', 'the document is not a JSON list'],
    ['[]', 'object', 'the document is not a JSON object'],
    ['"text"', 'either', 'the document is not a JSON object or list'],
    ['no JSON', 'list', 'the document is not a JSON list'],
    ['}', 'either', 'a "}" that closes none'],
    ['{1:2}', 'object', 'a key without quotation marks'],
    ['{"a" "b"}', 'object', 'a key without a colon behind it'],
  ])('%j is no document of the kind %s', async (text, root, reason) => {
    const found = await elementsOf(text, [['*']], { root: root ?? 'either' });
    expect(found).toEqual([{ path: expect.anything(), line: expect.any(Number), text: null, reason }]);
  });

  test('an empty list and an empty object hold nothing, without a reason', async () => {
    expect(await elementsOf('[]', [['*']])).toEqual([]);
    expect(await elementsOf(' { } ', OBJECTS)).toEqual([]);
  });

  test('an endless key is not kept', () => {
    const scanner = new JsonElementScanner(OBJECTS);
    scanner.push('{"');
    for (let count = 0; count < 100; count++) scanner.push('x'.repeat(1000));
    expect(scanner.keptCharacters).toBeLessThanOrEqual(1000);
    expect(scanner.push('":1,"objects":[2]}')).toEqual([{ path: ['objects', 0], line: 1, text: '2' }]);
  });

  test('keeps no more than one entry of a document of 200,000, and nothing of what nobody wants', () => {
    const scanner = new JsonElementScanner(OBJECTS);
    let most = 0;
    let count = 0;
    let piece = `{"blob":"${'x'.repeat(1_000_000)}","objects":[`;
    const push = (): void => {
      for (const element of scanner.push(piece)) {
        expect(element.line).toBe(count + 1);
        count += 1;
      }
      most = Math.max(most, scanner.keptCharacters);
      piece = '';
    };
    for (let index = 0; index < 200_000; index++) {
      piece += `{"id":${index},"name":"an entry of some length"},\n`;
      if (piece.length > 65_536) push();
    }
    piece += ']}';
    push();
    expect(scanner.end()).toEqual([]);
    expect(count).toBe(200_000);
    expect(most).toBeLessThan(100);
  });

  test('keeps no more of an endless entry than the limit', () => {
    const scanner = new JsonElementScanner([['*']], { maxCharacters: 10_000 });
    scanner.push('["');
    for (let count = 0; count < 1000; count++) {
      scanner.push('x'.repeat(999));
      expect(scanner.keptCharacters).toBeLessThanOrEqual(10_000);
    }
    expect(scanner.push('",1]').map(({ text }) => text)).toEqual([null, '1']);
  });

  test('takes no longer than their length for many lines, back slashes and quotes', async () => {
    const textOf = (times: number): string =>
      `[${'\n'.repeat(10_000 * times)}"${'\\\\'.repeat(25_000 * times)}",${'"\\"",'.repeat(5000 * times)}1]`;
    const found = await elementsOf([textOf(10)], [['*']]);
    expect(found.at(-1)).toMatchObject({ line: 100_001, text: '1' });
    const scan = (text: string): unknown => new JsonElementScanner([['*']]).push(text);
    expect(growth(8, textOf, scan)).toBeLessThan(24);
  });
});

describe('any text', () => {
  const SELECTORS: readonly Selector[] = [['objects', '*'], ['*', '*', 'b'], ['a']];
  const noise = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ \n1ab'.split(''), 'objects'), maxLength: 60 });
  const document = fc.json({ maxDepth: 5 }).map((text) => `{"objects":[${text}],"a":${text}}`);
  const anything = fc.oneof(noise, document, fc.string({ unit: 'binary', maxLength: 60 }));

  test('gives the same elements in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(anything, fc.array(fc.nat(100), { maxLength: 8 }), async (text, cuts) => {
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const cut = at.slice(1).map((end, index) => text.slice(at[index], end));
        const whole = await elementsOf(text, SELECTORS);
        expect(await elementsOf(cut, SELECTORS)).toEqual(whole);
        expect(await elementsOf(text.split(''), SELECTORS)).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  test('ends in at most one reason, and every line is one of the text', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const found = await elementsOf(text, SELECTORS);
        const lines = text.split('\n').length;
        for (const { line } of found) expect(line).toBeGreaterThanOrEqual(1);
        for (const { line } of found) expect(line).toBeLessThanOrEqual(lines);
        expect(found.slice(0, -1).filter((element) => element.text === null)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test('that is JSON gives what JSON.parse gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.nat(3), async (values, indent) => {
        const found = await elementsOf(JSON.stringify({ first: 1, objects: values }, null, indent), OBJECTS);
        expect(found.map(({ text }): unknown => JSON.parse(text ?? '"nothing"'))).toEqual(
          values.map((value): unknown => JSON.parse(JSON.stringify(value))),
        );
        expect(found.map(({ path }) => path)).toEqual(values.map((_, index) => ['objects', index]));
      }),
      { numRuns: 500 },
    );
  });
});
