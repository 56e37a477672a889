import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFeodoJsonRows } from './feodo-json.ts';
import type { OpenText, RawRow } from './format.ts';
import { readMispRows } from './misp.ts';
import { readStixRows } from './stix.ts';
import { readThreatfoxRows } from './threatfox-json.ts';

type Reader = (open: OpenText) => AsyncIterable<RawRow>;

const FEODO = [
  { ip_address: '203.0.113.7', port: 443, status: 'online', first_seen: '2021-01-17 07:30:05', malware: 'Bot "\\"' },
  { ip_address: '203.0.113.8', port: 80, status: 'offline', last_online: '21/01/17' },
];
const THREATFOX = {
  query_status: 'ok',
  data: [
    { id: '41', ioc: '203.0.113.7:443', ioc_type: 'ip:port', threat_type: 'botnet_cc', first_seen: '2021-01-17 UTC' },
    { id: '42', ioc: 'ab', ioc_type: 'md5_hash' },
  ],
};
const STIX = {
  type: 'bundle',
  objects: [
    { type: 'indicator', id: 'indicator--1', pattern: "[url:value = 'http://c2.example/\\'a' OR ipv4-addr:value IN ('203.0.113.7')]" },
    { type: 'infrastructure', id: 'infrastructure--1', infrastructure_types: ['botnet'] },
    { type: 'relationship', id: 'r--1', relationship_type: 'uses', source_ref: 'infrastructure--1', target_ref: 'network-traffic--1' },
    { type: 'network-traffic', id: 'network-traffic--1', dst_ref: 'ipv4-addr--1', dst_port: 443 },
    { type: 'ipv4-addr', id: 'ipv4-addr--1', value: '203.0.113.7' },
    { type: 'observed-data', id: 'observed-data--1', object_refs: ['ipv4-addr--1'], revoked: true },
  ],
}; // prettier-ignore
const MISP = {
  Event: {
    uuid: 'x',
    Attribute: [
      { type: 'ip-dst|port', value: '203.0.113.7|443', to_ids: true, Tag: [{ name: 'tlp:green' }] },
      { type: 'md5', value: 'ab' },
    ],
    Object: [
      {
        name: 'ip-port',
        Attribute: [
          { type: 'domain', object_relation: 'domain', value: 'c2.example' },
          { type: 'port', object_relation: 'dst-port', value: '80' },
        ],
      },
    ],
    Tag: [{ name: 'tlp:amber' }, { name: 'misp-galaxy:botnet="Examplebot"' }],
  },
};

const READERS: readonly (readonly [string, Reader, string])[] = [
  ['Feodo Tracker', (open) => readFeodoJsonRows(open()), JSON.stringify(FEODO, null, 2)],
  ['ThreatFox', (open) => readThreatfoxRows(open()), JSON.stringify(THREATFOX)],
  ['ThreatFox, exported', (open) => readThreatfoxRows(open()), JSON.stringify({ 41: THREATFOX.data }, null, 1)],
  [
    'ThreatFox, one entry',
    (open) => readThreatfoxRows(open()),
    JSON.stringify({ ...THREATFOX, data: THREATFOX.data[0] }),
  ],
  ['STIX', (open) => readStixRows(open), JSON.stringify(STIX, null, 1)],
  ['MISP', (open) => readMispRows(open), JSON.stringify(MISP, null, 1)],
  ['MISP, answered', (open) => readMispRows(open), JSON.stringify({ response: [MISP] })],
];

async function rowsOf(read: Reader, pieces: Iterable<string>): Promise<readonly RawRow[]> {
  const open = async function* () {
    await Promise.resolve();
    yield* pieces;
  };
  const rows: RawRow[] = [];
  for await (const row of read(open)) rows.push(row);
  return rows;
}

/** What every reader owes whoever reads its rows, whatever the file holds. */
async function expectRows(read: Reader, text: string): Promise<readonly RawRow[]> {
  const rows = await rowsOf(read, [text]);
  for (const row of rows) {
    expect(row.line).toBeGreaterThanOrEqual(1);
    expect(row.line).toBeLessThanOrEqual(text.split('\n').length);
    expect(row.value).not.toContain('\n');
    expect(row.value.length).toBeLessThanOrEqual(1000);
    if (row.observable === null) expect(row.reason).toMatch(/\S/);
    else expect(row.reason).toBeUndefined();
  }
  return rows;
}

describe.each(READERS)('the reader of %s', (_, read, text) => {
  test('gives the same rows wherever the text is cut into pieces', async () => {
    const whole = await rowsOf(read, [text]);
    expect(whole.filter(({ observable }) => observable !== null).length).toBeGreaterThan(0);
    expect(await rowsOf(read, text)).toEqual(whole);
    for (let at = 1; at < text.length; at++) {
      expect(await rowsOf(read, [text.slice(0, at), text.slice(at)])).toEqual(whole);
    }
  });

  test('reads a file that is cut off anywhere, and tells it', async () => {
    for (let end = 0; end < text.length; end++) {
      const rows = await expectRows(read, text.slice(0, end));
      const last = rows.at(-1);
      expect(last?.observable).toBeNull();
      expect(last?.reason).toMatch(/the file ends|no JSON document/);
    }
  });

  test('reads a file with any one character changed, added or taken away', async () => {
    const character = fc.oneof(
      fc.constantFrom(...'{}[]",:\\\n0a\u0000'.split('')),
      fc.string({ unit: 'binary', maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.nat(1), character, async (at, taken, put) => {
        await expectRows(read, text.slice(0, at) + put + text.slice(at + taken));
      }),
      { numRuns: 500 },
    );
  });

  test('reads a file with any value in the place of another', async () => {
    const values = [...text.matchAll(/"[^"]*"(?!:)|\d+|true/g)];
    await fc.assert(
      fc.asyncProperty(fc.nat(values.length - 1), fc.json({ maxDepth: 2 }), async (index, value) => {
        const at = values[index]?.index ?? 0;
        await expectRows(read, text.slice(0, at) + value + text.slice(at + (values[index]?.[0].length ?? 0)));
      }),
      { numRuns: 500 },
    );
  });

  test('reads any text', async () => {
    const unit = fc.constantFrom(...'{}[]",:\\\n 1'.split(''), ...(text.match(/"\w+"/g) ?? []));
    const anything = fc.oneof(fc.string({ unit, maxLength: 40 }), fc.string({ unit: 'binary' }), fc.json());
    await fc.assert(
      fc.asyncProperty(anything, async (noise) => {
        await expectRows(read, noise);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a reader of a file with 200,000 entries', () => {
  async function* entries(before: string, entry: (index: number) => string, after: string): AsyncGenerator<string> {
    await Promise.resolve();
    yield before;
    for (let from = 0; from < 200_000; from += 1000) {
      yield (
        Array.from({ length: 1000 }, (_, index) => `${entry(from + index)}\n`).join(',') + (from < 199_000 ? ',' : '')
      );
    }
    yield after;
  }

  test.each<readonly [string, Reader, OpenText]>([
    [
      'Feodo Tracker',
      (open) => readFeodoJsonRows(open()),
      () => entries('[', (index) => `{"ip_address":"203.0.113.${index % 250}","port":${index % 60_000}}`, ']'),
    ],
    [
      'STIX',
      (open) => readStixRows(open),
      () =>
        entries(
          '{"objects":[',
          (index) => `{"type":"indicator","id":"i--${index}","pattern":"[domain-name:value = 'c${index}.example']"}`,
          '],"type":"bundle"}',
        ),
    ],
    [
      'MISP',
      (open) => readMispRows(open),
      () =>
        entries(
          '{"Event":{"Attribute":[',
          (index) => `{"type":"domain","value":"c${index}.example","to_ids":true}`,
          '],"Tag":[{"name":"tlp:green"}]}}',
        ),
    ],
  ])('of %s gives every row, at its line', async (_, read, open) => {
    let count = 0;
    for await (const row of read(open)) {
      count += 1;
      if (row.observable === null || row.line !== count) expect(row).toBe(count);
    }
    expect(count).toBe(200_000);
  });
});
