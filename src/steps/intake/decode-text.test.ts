import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, detectEncoding } from './decode-text.ts';
import type { Encoding } from './decode-text.ts';

async function* pieces(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* chunks;
}

async function decoded(encoding: Encoding, ...chunks: readonly Uint8Array[]): Promise<string> {
  let text = '';
  for await (const piece of decodeText(pieces(...chunks), encoding)) {
    expect(piece).not.toBe('');
    expect(piece.isWellFormed()).toBe(true);
    text += piece;
  }
  return text;
}

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

const FEED = 'server;label\r\n198.51.100.7;Größe – “TrickBot” 😀\r\n2001:db8::7;Троян\r\n';

describe('detectEncoding', () => {
  test.each<[string, Uint8Array, Encoding | null]>([
    ['nothing', Buffer.of(), 'utf-8'],
    ['ASCII', Buffer.from('198.51.100.7\n'), 'utf-8'],
    ['UTF-8', Buffer.from(FEED), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${FEED}`), 'utf-8'],
    ['a mark in UTF-8 and windows-1252 behind it', bytes('efbbbf 96'), 'utf-8'],
    ['UTF-8 cut inside a character', Buffer.from('Größe').subarray(0, 3), 'utf-8'],
    ['a character of four bytes cut after three', Buffer.from('a😀').subarray(0, 4), 'utf-8'],
    ['UTF-16 with a mark, little-endian', utf16le(`\uFEFF${FEED}`), 'utf-16le'],
    ['UTF-16 with a mark, big-endian', utf16be(`\uFEFF${FEED}`), 'utf-16be'],
    ['a mark in UTF-16 and no ASCII behind it', utf16le('\uFEFF木馬'), 'utf-16le'],
    ['UTF-16 without a mark, little-endian', utf16le(FEED), 'utf-16le'],
    ['UTF-16 without a mark, big-endian', utf16be(FEED), 'utf-16be'],
    ['UTF-16 cut inside a unit', utf16le(FEED).subarray(0, 21), 'utf-16le'],
    ['UTF-16 cut inside a character', utf16be('a,b,c,d,😀').subarray(0, 18), 'utf-16be'],
    ['UTF-16 with a letter whose low byte is zero', utf16le('198.51.100.7,\u0100\u0400\n'), 'utf-16le'],
    ['a dash of windows-1252', Buffer.concat([Buffer.from('a '), bytes('96'), Buffer.from(' b')]), 'windows-1252'],
    ['Latin-1', Buffer.from('Größe;1\n', 'latin1'), 'windows-1252'],
    ['a zero byte', Buffer.from('198.51.100.7\0\n'), null],
    ['nothing but zeros', Buffer.alloc(64), null],
    ['one zero', Buffer.alloc(1), null],
    ['a mark in UTF-8 and a zero', bytes('efbbbf 00'), null],
    ['UTF-32, little-endian', bytes('fffe0000 61000000 0a000000'), null],
    ['UTF-32, big-endian', bytes('0000feff 00000061 0000000a'), null],
    ['small numbers of two bytes', bytes('0100 0200 0300 0400 0500 0600'), null],
    ['a picture', bytes('89504e47 0d0a1a0a 0000000d 49484452 00000200 00000200 08060000 00'), null],
    ['a program', bytes('7f454c46 02010100 00000000 00000000 03003e00 01000000'), null],
  ])('takes %s for what it is', (_name, head, encoding) => {
    expect(detectEncoding(head)).toBe(encoding);
  });

  test('takes UTF-8 for UTF-8 wherever the head ends', () => {
    const text = Buffer.from(FEED);
    for (let length = 0; length <= text.length; length++) {
      expect(detectEncoding(text.subarray(0, length)), `${length} bytes`).toBe('utf-8');
    }
  });

  test('answers for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (head) => {
        const encoding = detectEncoding(head);
        if (encoding === 'utf-8' || encoding === 'windows-1252') expect(head.includes(0)).toBe(false);
      }),
    );
  });
});

describe('decodeText', () => {
  test('drops the mark, once, and keeps what looks like one further on', async () => {
    expect(await decoded('utf-8', bytes('ef'), bytes('bb'), bytes('bf61'))).toBe('a');
    expect(await decoded('utf-8', Buffer.from('\uFEFF\uFEFFa\uFEFF'))).toBe('\uFEFFa\uFEFF');
    expect(await decoded('utf-16le', bytes('ff'), bytes('fe6100'))).toBe('a');
    expect(await decoded('utf-16be', utf16be('\uFEFFa'))).toBe('a');
    expect(await decoded('utf-8', Buffer.from('\uFEFF'))).toBe('');
    expect(await decoded('utf-8')).toBe('');
  });

  test('marks what is none, wherever it stands', async () => {
    expect(await decoded('utf-8', Buffer.concat([Buffer.from('a\n'), bytes('96'), Buffer.from('\nb')]))).toBe(
      'a\n\uFFFD\nb',
    );
    expect(await decoded('utf-8', bytes('61 e2 82'))).toBe('a\uFFFD');
    expect(await decoded('utf-16le', utf16le('a'), bytes('62'))).toBe('a\uFFFD');
    expect(await decoded('utf-16le', bytes('3dd8 6100'))).toBe('\uFFFDa');
    expect(await decoded('utf-16be', bytes('0061 d83d'))).toBe('a\uFFFD');
  });

  test('knows what spreadsheets write between 80 and 9F', async () => {
    expect(await decoded('windows-1252', bytes('80 96 93 94 e4 81 ff'))).toBe('€–“”ä\u0081ÿ');
  });

  test.each<[Encoding, (text: string) => Uint8Array]>([
    ['utf-8', (text) => Buffer.from(text)],
    ['utf-16le', utf16le],
    ['utf-16be', utf16be],
  ])('reads back whatever was written in %s, with or without a mark, cut anywhere', async (encoding, encode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.startsWith('\uFEFF')),
        fc.boolean(),
        async (text, isMarked) => {
          const content = encode(isMarked ? `\uFEFF${text}` : text);
          for (let cut = 0; cut <= content.length; cut++) {
            expect(await decoded(encoding, content.subarray(0, cut), content.subarray(cut))).toBe(text);
          }
        },
      ),
    );
  });

  test('reads back windows-1252', async () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = await decoded('windows-1252', every.subarray(0, 140), every.subarray(140));
    expect(new Set(text).size).toBe(256);
    expect(text.slice(0, 128) + text.slice(160)).toBe(
      Buffer.from(every)
        .toString('latin1')
        .replaceAll(/[\x80-\x9f]/g, ''),
    );
  });

  const anyBytes = fc.array(
    fc.constantFrom(0x41, 0x80, 0xa0, 0xbf, 0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf8, 0xff),
    {
      maxLength: 10,
    },
  );

  test('makes of any bytes what the WHATWG decoder makes of them, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, async (content) => {
        const all = Uint8Array.from(content);
        const expected = new TextDecoder('utf-8').decode(all);
        expect(await decoded('utf-8', ...content.map((byte) => Uint8Array.of(byte)))).toBe(expected);
        for (let cut = 0; cut <= all.length; cut++) {
          expect(await decoded('utf-8', all.subarray(0, cut), all.subarray(cut))).toBe(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each<Encoding>(['utf-16le', 'utf-16be'])('makes of any %s the same, however it is cut', async (encoding) => {
    const units = fc.array(fc.constantFrom(0x00, 0x61, 0xd8, 0xdc, 0xfe, 0xff), { maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(units, async (content) => {
        const all = Uint8Array.from(content);
        const expected = await decoded(encoding, all);
        for (let cut = 0; cut <= all.length; cut++) {
          expect(await decoded(encoding, all.subarray(0, cut), all.subarray(cut))).toBe(expected);
        }
        expect(new TextDecoder(encoding).decode(all)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('leaves the bytes that it is given as they are', async () => {
    const content = utf16be('abc');
    const before = Buffer.from(content);
    await decoded('utf-16be', content);
    expect(content.equals(before)).toBe(true);
  });
});
