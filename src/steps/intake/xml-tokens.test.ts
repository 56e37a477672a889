import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_TAG_CHARACTERS, resolveReferences, XmlTokenizer } from './xml-tokens.ts';
import type { XmlToken } from './xml-tokens.ts';

function tokens(...pieces: readonly string[]): XmlToken[] {
  const tokenizer = new XmlTokenizer();
  return [...pieces.flatMap((piece) => [...tokenizer.tokens(piece)]), ...tokenizer.end()];
}

/** Texts in parts as one, since where they are cut means nothing. */
function joined(found: readonly XmlToken[]): XmlToken[] {
  const result: XmlToken[] = [];
  for (const token of found) {
    const last = result.at(-1);
    if (token.kind === 'text' && last?.kind === 'text')
      result[result.length - 1] = { ...last, text: last.text + token.text };
    else result.push(token);
  }
  return result;
}

const open = (line: number, name: string, attributes = '', isEmpty = false): XmlToken => ({
  kind: 'open',
  line,
  name,
  attributes,
  isEmpty,
});
const close = (line: number, name: string): XmlToken => ({ kind: 'close', line, name });
const text = (line: number, content: string): XmlToken => ({ kind: 'text', line, text: content });
const broken = (line: number, reason: string): object => ({
  kind: 'broken',
  line,
  reason: expect.stringContaining(reason),
});

describe('XML', () => {
  test('is taken apart into tags and texts with their lines', () => {
    expect(tokens('<?xml version="1.0"?>\n<a x="1>2"\n  y=\'"\'><b/>t&amp;\n<c />\r\n</a >')).toEqual([
      text(1, '\n'),
      open(2, 'a', ' x="1>2"\n  y=\'"\''),
      open(3, 'b', '', true),
      text(3, 't&amp;\n'),
      open(4, 'c', ' ', true),
      text(4, '\r\n'),
      close(5, 'a'),
    ]);
  });

  test('loses its comments, instructions and declarations, and no entity is read', () => {
    const document = `<!-- <a> - -- > -->1<?pi <a> ?>2<!DOCTYPE a [
      <!ENTITY x "<b>">
      <!ELEMENT a ANY>
    ] >3<!DOCTYPE html>4&x;`;
    expect(joined(tokens(document))).toEqual([text(1, '1234&x;')]);
  });

  test('may hold text that is taken literally', () => {
    const found = joined(tokens('<a><![CDATA[<b>&amp;]] >]]></a>'));
    expect(found).toEqual([open(1, 'a'), text(1, '&lt;b>&amp;amp;]] >'), close(1, 'a')]);
    expect(resolveReferences('&lt;b>&amp;amp;]] >')).toBe('<b>&amp;]] >');
  });

  test.each<[string, readonly (XmlToken | object)[]]>([
    ['<a <b>', [broken(1, 'a tag that is not closed'), open(1, 'b')]],
    ['<a x="1><b>', [broken(1, 'a tag that is not closed'), open(1, 'b')]],
    ['</a\n<b>', [broken(1, 'a tag that is not closed'), open(2, 'b')]],
    ['<a', [broken(1, 'a tag that is not closed')]],
    ['<', [broken(1, 'a tag that is not closed')]],
    ['<>x', [broken(1, 'a tag without a name'), text(1, 'x')]],
    ['< a>', [broken(1, 'a tag without a name')]],
    ['<5>', [broken(1, 'a tag without a name')]],
    ['<a>\n<!-- b', [open(1, 'a'), text(1, '\n'), broken(2, 'a comment that is not closed')]],
    ['<!-- <a/>\n<!-- b --><c/>', [broken(1, 'a comment that is not closed before the next'), open(2, 'c', '', true)]],
    ['<![CDATA[x', [text(1, 'x'), broken(1, 'a CDATA section that is not closed')]],
    ['<!DOCTYPE a [', [broken(1, 'a document type that is not closed')]],
    ['<?a', [broken(1, 'a processing instruction that is not closed')]],
    ['<![CDA', [broken(1, 'a document type that is not closed')]],
    ['<!ELEMENT', [broken(1, 'a declaration that is not closed')]],
    ['<!--<!--><a/>', [open(1, 'a', '', true)]],
    ['<!--<!---><a/>', [open(1, 'a', '', true)]],
  ])('that is broken is told and read on: %j', (document, expected) => {
    expect(joined(tokens(document))).toEqual(
      expected.map((token) => ('reason' in token ? expect.objectContaining(token) : token)),
    );
  });

  test('with a tag longer than the limit loses that tag', () => {
    const long = `<a x="${'y'.repeat(MAX_TAG_CHARACTERS)}">`;
    for (const pieces of [[`${long}<b/>`], [long.slice(0, 99), long.slice(99), '<b/>'], [long.slice(0, -1), '<b/>']]) {
      expect(tokens(...pieces)).toEqual([
        expect.objectContaining(broken(1, 'longer than 64 KiB')),
        open(1, 'b', '', true),
      ]);
    }
    const longest = `<a ${'y'.repeat(MAX_TAG_CHARACTERS - 4)}>`;
    expect(tokens(longest)).toMatchObject([{ kind: 'open', name: 'a' }]);
  });

  const parts = fc.constantFrom(
    '<a>', '</a>', '<b x="1"/>', '<', '>', '<!--', '-->', '--', '<![CDATA[', ']]>', ']', '<!DOCTYPE', '[', '<?', '?>', '"', "'",
    '&amp;', '\n', 'text', '=', '/', '!',
  ); // prettier-ignore

  test('means the same however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), fc.array(fc.nat(80), { maxLength: 4 }), (chosen, cuts) => {
        const document = chosen.join('');
        const whole = joined(tokens(document));
        const places = [0, ...cuts.map((cut) => Math.min(cut, document.length)).sort((a, b) => a - b), document.length];
        const pieces = places.slice(1).map((place, index) => document.slice(places[index], place));
        expect(joined(tokens(...pieces))).toEqual(whole);
        expect(joined(tokens(...document.split('')))).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('references', () => {
  test.each([
    ['a&amp;b', 'a&b'],
    ['&lt;&gt;&quot;&apos;', '<>"\''],
    ['&#49;&#x39;&#X39;', '19&#X39;'],
    ['&amp;lt;', '&lt;'],
    ['&x; &AMP; & &#0; &#xD800; &#x110000; &#99999999;', '&x; &AMP; & &#0; &#xD800; &#x110000; &#99999999;'],
    ['&#x1F600;', '😀'],
  ])('in %j are resolved where XML itself knows them', (written, expected) => {
    expect(resolveReferences(written)).toBe(expected);
  });
});
