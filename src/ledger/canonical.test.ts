import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DEPTH, NotCanonicalizable, canonicalJson } from './canonical.ts';
import { duplicateKey } from './duplicate-key.ts';

/** A double from its bits, as RFC 8785 appendix B gives them. */
function double(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE(0);
}

describe('canonicalJson', () => {
  test('writes the sample of RFC 8785 section 3.2.2 as section 3.2.3 shows it', () => {
    const value: unknown = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],` +
        String.raw`"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test('sorts keys by UTF-16 code units, not by code points and not by number', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '10': 4, '9': 5, '\u{1f600}': 6, '\u0080': 7, '\u00f6': 8 };
    expect(Object.keys(JSON.parse(canonicalJson(value)))).toHaveLength(8);
    expect([...canonicalJson(value).matchAll(/:(\d)/g)].map(([, digit]) => digit).join('')).toBe('24578163');
  });

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555554', '333333333.33333325'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the double %s of RFC 8785 appendix B as %s', (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
    expect(canonicalJson({ b: double(bits), a: 0 })).toBe(`{"a":0,"b":${text}}`);
  });

  test.each([
    ['NaN', Number.NaN],
    ['an infinity', [Number.POSITIVE_INFINITY]],
    ['undefined', undefined],
    ['an undefined property', { a: undefined }],
    ['a hole in an array', Array(1)],
    ['a bigint', { a: 1n }],
    ['a function', { toJSON: () => 1 }],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a key', { b: 1, '\udc00': 1, a: 1 }],
    ['a Date', { at: new Date(0) }],
    ['a Map', new Map()],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(NotCanonicalizable);
  });

  test('refuses a circle and too deep a nesting, and takes the deepest allowed', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => canonicalJson(circle)).toThrow(NotCanonicalizable);
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(canonicalJson(nested(MAX_DEPTH))).toBe('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH));
    expect(() => canonicalJson(nested(MAX_DEPTH + 1))).toThrow(NotCanonicalizable);
  });

  test('sorts keys whose place in an object is not ours to choose, at whatever depth', () => {
    const text = String.raw`{"b":[{"z":1,"10":2,"9":3,"__proto__":{"y":4,"x":5}}],"a":{"__proto__":null,"A":6}}`;
    expect(canonicalJson(JSON.parse(text))).toBe(
      String.raw`{"a":{"A":6,"__proto__":null},"b":[{"10":2,"9":3,"__proto__":{"x":5,"y":4},"z":1}]}`,
    );
  });

  test('changes nothing in the value', () => {
    const value = { b: [{ d: 1, c: 2 }], a: 3 };
    canonicalJson(value);
    expect(JSON.stringify(value)).toBe('{"b":[{"d":1,"c":2}],"a":3}');
  });

  test('gives one text for one value, however its keys were put in', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]) => [key, reversed(member)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('duplicateKey', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    [String.raw`{"a":1,"b":[{"c":"\"}","d":{}}],"\u0061":2}`, 'a'],
    ['[{"a":1},{"a":1}]', null],
    ['{"a":{"a":["a","a",{"a":"a"}]},"b":"a"}', null],
    [String.raw`{"a":"\\","b":"{\"b\":1,\"b\":2}"}`, null],
    ['[["a","a"],"a",{"x":[],"y":1,"x":2}]', 'x'],
  ])('of %s is %s', (text, key) => {
    expect(duplicateKey(text)).toBe(key);
  });

  test('is never found in what a serializer wrote', () => {
    fc.assert(fc.property(fc.json(), (text) => duplicateKey(text) === null));
  });
});
