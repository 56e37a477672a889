import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText } from './decode-text.ts';
import { MAX_LINE_CHARACTERS, readLines } from './read-lines.ts';

async function* inChunks(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function read(bytes: Uint8Array, cuts: readonly number[] = []): Promise<readonly (string | null)[]> {
  const texts: (string | null)[] = [];
  for await (const lines of readLines(decodeText(inChunks(bytes, cuts), 'utf-8'))) {
    for (const { number, text } of lines) {
      texts.push(text);
      expect(number).toBe(texts.length);
    }
  }
  return texts;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('readLines', () => {
  test('gives the same lines wherever the chunks are cut: in CRLF, in UTF-8 sequences, in the byte order mark', async () => {
    const bytes = encode('\uFEFF203.0.113.7\r\n\r\nbücher.example 🤖\n\nlast\r');
    const expected = ['203.0.113.7', '', 'bücher.example 🤖', '', 'last'];
    expect(await read(bytes)).toEqual(expected);
    for (let cut = 0; cut <= bytes.length; cut++) expect(await read(bytes, [cut])).toEqual(expected);
    expect(await read(bytes, [...bytes.keys()])).toEqual(expected);
  });

  test('splits any text as a plain split does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'ü', '🤖', '\n', '\r\n', '"', ' '), maxLength: 40 }),
        fc.array(fc.nat(60), { maxLength: 4 }),
        async (text, cuts) => {
          const bytes = encode(text);
          const inside = cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b);
          const lines = text.split(/\r?\n/);
          if (lines.at(-1) === '') lines.pop();
          expect(await read(bytes, inside)).toEqual(lines);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('has no lines in an empty file, and none after the last line end', async () => {
    expect(await read(encode(''))).toEqual([]);
    expect(await read(encode('\n'))).toEqual(['']);
    expect(await read(encode('a\n'))).toEqual(['a']);
    expect(await read(encode('\uFEFF'))).toEqual([]);
  });

  test('takes the byte order mark off the first line only', async () => {
    expect(await read(encode('\uFEFFa\n\uFEFFb'))).toEqual(['a', '\uFEFFb']);
  });

  test('marks bytes that are not UTF-8 instead of guessing an encoding', async () => {
    expect(await read(Uint8Array.of(0x62, 0xfc, 0x63, 10, 0x61))).toEqual(['b\ufffdc', 'a']);
    // A sequence that a line end cuts short must not reach into the next line.
    expect(await read(Uint8Array.of(0xf0, 0x9f, 10, 0xa4, 0x96, 10, 0x61))).toEqual(['\ufffd', '\ufffd\ufffd', 'a']);
  });

  test('keeps NUL bytes and lone carriage returns where they stand', async () => {
    expect(await read(encode('a\0b\rc\n'))).toEqual(['a\0b\rc']);
  });

  test('refuses a line longer than the limit and reads on behind it', async () => {
    const long = 'a'.repeat(MAX_LINE_CHARACTERS);
    expect(await read(encode(`${long}\nb`))).toEqual([long, 'b']);
    expect(await read(encode(`${long}a\nb`))).toEqual([null, 'b']);
    expect(await read(encode(`b\n${long}${long}`))).toEqual(['b', null]);
    expect(await read(encode(`${long}aa\nb`), [10, MAX_LINE_CHARACTERS, MAX_LINE_CHARACTERS + 1])).toEqual([null, 'b']);
  });
});
