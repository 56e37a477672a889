import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectJsonFormat } from './detect-json.ts';

const INDICATOR = { type: 'indicator', id: 'indicator--1', pattern: "[ipv4-addr:value = '203.0.113.7']" };
const IOC = { ioc_value: '203.0.113.7:443', ioc_type: 'ip:port' };
const ANSWER = { id: '41', ioc: '203.0.113.7:443', ioc_type: 'ip:port' };

const KNOWN: readonly (readonly [string, string, unknown])[] = [
  ['feodo-json', 'a block list', [{ ip_address: '203.0.113.7', port: 443 }]],
  ['threatfox-json', 'an answer', { query_status: 'ok', data: [ANSWER] }],
  ['threatfox-json', 'an answer about one entry', { query_status: 'ok', data: ANSWER }],
  ['threatfox-json', 'an export', { 1234567: [IOC], 1234568: [IOC] }],
  ['stix', 'a bundle', { type: 'bundle', id: 'bundle--1', objects: [INDICATOR] }],
  ['stix', 'a bundle whose type stands last', { id: 'bundle--1', objects: [INDICATOR], type: 'bundle' }],
  ['stix', 'an empty bundle', { type: 'bundle', id: 'bundle--1' }],
  ['stix', 'a TAXII envelope', { more: false, objects: [INDICATOR] }],
  ['misp', 'an event', { Event: { uuid: 'x', Attribute: [] } }],
  ['misp', 'a list of events', [{ Event: { uuid: 'x' } }]],
  ['misp', 'the answer of a search for events', { response: [{ Event: { uuid: 'x' } }] }],
  ['misp', 'the answer of a search for an event', { response: { Event: { uuid: 'x' } } }],
  ['misp', 'the answer of a search for attributes', { response: { Attribute: [] } }],
];

describe('detectJsonFormat', () => {
  test.each(KNOWN)('finds %s in %s', (format, _, document) => {
    expect(detectJsonFormat(JSON.stringify(document))).toBe(format);
    expect(detectJsonFormat(`\uFEFF\n ${JSON.stringify(document, null, 4)}\n`)).toBe(format);
  });

  test.each(KNOWN)('finds %s in the beginning of %s that is longer', (format, _, document) => {
    const long = 'x'.repeat(100_000);
    const text = JSON.stringify(document).replace(/[}\]]+$/, `,"${long}":"${long}`);
    expect(detectJsonFormat(text.slice(0, 65_536))).toBe(format);
  });

  test.each([
    '',
    '{}',
    '[]',
    '[1,2]',
    '{"objects":[]}',
    '{"response":[]}',
    '{"query_status":"ok","data":[{"sha256_hash":"ab"}]}',
    '{"5f0c5a0e-0000-4000-8000-000000000001":{"Orgc":{"name":"a"},"info":"a MISP manifest"}}',
    '[{"ip":"203.0.113.7"}]',
    '{"type":"indicator","id":"indicator--1"}',
    '[2001:db8::7]:443',
    '203.0.113.7:443',
    '# {"Event":{}}',
  ])('finds none of them in %j', (text) => {
    expect(detectJsonFormat(text)).toBeNull();
  });

  test('looks at any text without harm', () => {
    const unit = fc.constantFrom(
      ...'{}[]",:\\ 1'.split(''),
      '"Event"',
      '"objects"',
      '"data"',
      '"query_status"',
      '"type":"bundle"',
    );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 40 }), fc.string({ unit: 'binary' })), (text) => {
        expect(['feodo-json', 'threatfox-json', 'stix', 'misp', null]).toContain(detectJsonFormat(text));
      }),
      { numRuns: 2000 },
    );
  });
});
