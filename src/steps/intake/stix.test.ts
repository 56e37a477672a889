import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { RawRow } from './format.ts';
import { readStixRows } from './stix.ts';

async function rowsOf(document: unknown, maxKept?: number): Promise<readonly RawRow[]> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const open = async function* () {
    await Promise.resolve();
    yield text;
  };
  const rows: RawRow[] = [];
  for await (const row of readStixRows(open, maxKept)) rows.push(row);
  return rows;
}

const bundle = (...objects: readonly unknown[]) => ({ type: 'bundle', id: 'bundle--1', objects });

/** Observable and port of each row of a bundle; the reason where there is none. */
async function read(...objects: readonly unknown[]): Promise<readonly string[]> {
  const rows = await rowsOf(bundle(...objects));
  return rows.map(({ observable, port, reason }) =>
    observable === null ? `${reason}` : `${observable} ${port}`.trim(),
  );
}

const INDICATOR = {
  type: 'indicator',
  spec_version: '2.1',
  id: 'indicator--33fe3b22-0201-47cf-85d0-97c02164528d',
  name: 'Examplebot C2',
  indicator_types: ['malicious-activity'],
  pattern: "[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]",
  pattern_type: 'stix',
  valid_from: '2021-01-17T07:30:05.123456Z',
  valid_until: '2021-02-01T00:00:00Z',
};
const INFRASTRUCTURE = {
  type: 'infrastructure',
  id: 'infrastructure--1',
  name: 'Examplebot tier 1',
  infrastructure_types: ['hosting-malware', 'command-and-control'],
  first_seen: '2021-01-17T07:30:05Z',
  last_seen: '2021-01-18T00:00:00Z',
};
const ADDRESS = { type: 'ipv4-addr', id: 'ipv4-addr--1', value: '203.0.113.7' };
const OTHER_ADDRESS = { type: 'ipv6-addr', id: 'ipv6-addr--1', value: '2001:db8::7' };
const NAME = { type: 'domain-name', id: 'domain-name--1', value: 'c2.example', resolves_to_refs: ['ipv4-addr--9'] };
const TRAFFIC = {
  type: 'network-traffic',
  id: 'network-traffic--1',
  src_ref: 'ipv6-addr--1',
  dst_ref: 'ipv4-addr--1',
  dst_port: 443,
};
const FILE = { type: 'file', id: 'file--1', name: 'a.exe' };

let relations = 0;
function relation(target: string, more: object = {}): object {
  relations += 1;
  return {
    type: 'relationship',
    id: `relationship--${relations}`,
    relationship_type: 'consists-of',
    source_ref: 'infrastructure--1',
    target_ref: target,
    ...more,
  };
}

const AMBER = 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82';
const GREEN = 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb';
const RED = 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1';

describe('an indicator', () => {
  test('is a row for each server of its pattern', async () => {
    expect(await rowsOf(JSON.stringify(bundle(INDICATOR), null, 1))).toEqual([
      {
        line: 5,
        value: expect.stringContaining('"id": "indicator--33fe'),
        observable: '203.0.113.7',
        port: '443',
        firstSeen: Date.UTC(2021, 0, 17, 7, 30, 5, 123),
        lastSeen: null,
        label: 'Examplebot C2',
        reference: INDICATOR.id,
        tlp: null,
      },
    ]);
    expect(await read({ ...INDICATOR, pattern: "[ipv4-addr:value IN ('203.0.113.7', '203.0.113.8')]" })).toEqual([
      '203.0.113.7',
      '203.0.113.8',
    ]);
  });

  test('of STIX 2.0 has no pattern_type, and its types in its labels', async () => {
    const { indicator_types: types, pattern_type: _, ...old } = INDICATOR;
    expect(await read({ ...old, labels: types })).toEqual(['203.0.113.7 443']);
    expect(await read({ ...old, labels: ['benign'] })).toEqual(['its source calls it benign']);
  });

  test.each([
    [{ indicator_types: ['benign'] }, 'its source calls it benign'],
    [{ pattern_type: 'yara', pattern: 'rule a { condition: true }' }, 'its pattern is of type yara'],
    [{ pattern_type: 'sigma' }, 'its pattern is of type sigma'],
    [{ pattern: undefined }, 'the indicator has no pattern'],
    [{ pattern: { a: 1 } }, 'the indicator has no pattern'],
    [{ pattern: "[file:name = 'a.exe']" }, 'file:name is not a server'],
    [{ pattern: '[ipv4-addr:value = ' }, 'not a STIX pattern'],
  ])('is rejected with its reason: %j', async (change, reason) => {
    expect(await read({ ...INDICATOR, ...change })).toEqual([expect.stringContaining(reason)]);
  });

  test('that is called benign among other things is read', async () => {
    expect(await read({ ...INDICATOR, indicator_types: ['benign', 'compromised'] })).toEqual(['203.0.113.7 443']);
  });

  test('that is revoked takes back what it said, in every version of it', async () => {
    const rows = await rowsOf(bundle(INDICATOR, { ...INDICATOR, revoked: true, indicator_types: ['benign'] }));
    expect(rows).toMatchObject([
      { observable: '203.0.113.7', withdrawn: true },
      { observable: '203.0.113.7', withdrawn: true },
    ]);
    expect((await rowsOf(bundle({ ...INDICATOR, revoked: false })))[0]).not.toHaveProperty('withdrawn');
  });
});

describe('an infrastructure for command and control', () => {
  test('is a row for each address, name and destination it consists of or uses, wherever these stand', async () => {
    const rows = await rowsOf(
      bundle(
        relation('domain-name--1'),
        ADDRESS,
        INFRASTRUCTURE,
        relation('network-traffic--1', { relationship_type: 'uses' }),
        relation('ipv6-addr--1'),
        TRAFFIC,
        OTHER_ADDRESS,
        NAME,
      ),
    );
    const seen = { firstSeen: Date.UTC(2021, 0, 17, 7, 30, 5), lastSeen: Date.UTC(2021, 0, 18) };
    const common = { ...seen, label: 'Examplebot tier 1', reference: 'infrastructure--1', tlp: null };
    expect(rows).toMatchObject([
      { ...common, observable: 'c2.example', port: '' },
      { ...common, observable: '203.0.113.7', port: '443' },
      { ...common, observable: '2001:db8::7', port: '' },
    ]);
  });

  test('has an address once where it stands there with its port, too', async () => {
    const objects = [INFRASTRUCTURE, ADDRESS, TRAFFIC, relation('ipv4-addr--1'), relation('network-traffic--1')];
    expect(await read(...objects)).toEqual(['203.0.113.7 443']);
  });

  test.each<readonly [string, readonly unknown[], readonly string[]]>([
    ['nothing', [INFRASTRUCTURE], ['the infrastructure consists of nothing that names a server']],
    [
      'a file',
      [INFRASTRUCTURE, FILE, relation('file--1')],
      ['the infrastructure consists of nothing that names a server'],
    ],
    [
      'what another relationship ties to it',
      [INFRASTRUCTURE, ADDRESS, relation('ipv4-addr--1', { relationship_type: 'related-to' })],
      ['the infrastructure consists of nothing that names a server'],
    ],
    [
      'a revoked relationship',
      [INFRASTRUCTURE, ADDRESS, relation('ipv4-addr--1', { revoked: true })],
      ['the infrastructure consists of nothing that names a server'],
    ],
    [
      'what is not in the file',
      [INFRASTRUCTURE, relation('ipv4-addr--1')],
      ['it refers to ipv4-addr--1, which is not in this file'],
    ],
    [
      'traffic to what is not in the file',
      [INFRASTRUCTURE, TRAFFIC, relation('network-traffic--1')],
      ['it refers to ipv4-addr--1, which is not in this file'],
    ],
    [
      'traffic without a destination',
      [INFRASTRUCTURE, { ...TRAFFIC, dst_ref: undefined }, relation('network-traffic--1')],
      ['network traffic without a destination (dst_ref)'],
    ],
    [
      'traffic to traffic',
      [INFRASTRUCTURE, { ...TRAFFIC, dst_ref: 'network-traffic--1' }, relation('network-traffic--1')],
      ['network traffic whose destination is no host'],
    ],
    [
      'an address without a value',
      [INFRASTRUCTURE, { ...ADDRESS, value: undefined }, relation('ipv4-addr--1')],
      ['ipv4-addr without a value'],
    ],
  ])('that consists of %s is rejected with a reason', async (_, objects, reasons) => {
    expect(await read(...objects)).toEqual(reasons);
  });

  test('is also one of type botnet; one of another type or none is no controller', async () => {
    const parts = [ADDRESS, relation('ipv4-addr--1')];
    expect(await read({ ...INFRASTRUCTURE, infrastructure_types: ['Botnet'] }, ...parts)).toEqual(['203.0.113.7']);
    expect(await read({ ...INFRASTRUCTURE, infrastructure_types: ['anonymization'] }, ...parts)).toEqual([
      'an infrastructure of type anonymization is no command and control',
    ]);
    expect(await read({ ...INFRASTRUCTURE, infrastructure_types: undefined }, ...parts)).toEqual([
      'an infrastructure of no stated type is no command and control',
    ]);
  });

  test('that is revoked takes back its servers', async () => {
    const rows = await rowsOf(bundle({ ...INFRASTRUCTURE, revoked: true }, ADDRESS, relation('ipv4-addr--1')));
    expect(rows).toMatchObject([{ observable: '203.0.113.7', withdrawn: true }]);
  });
});

describe('observed data', () => {
  const OBSERVED = {
    type: 'observed-data',
    id: 'observed-data--1',
    first_observed: '2021-01-17T07:30:05Z',
    last_observed: '2021-01-18T00:00:00Z',
    number_observed: 3,
  };

  test('names the destination of its traffic, and neither the source nor what else was seen', async () => {
    const refs = ['network-traffic--1', 'ipv6-addr--1', 'ipv4-addr--1', 'domain-name--1'];
    const rows = await rowsOf(bundle({ ...OBSERVED, object_refs: refs }, ADDRESS, OTHER_ADDRESS, NAME, TRAFFIC));
    expect(rows).toMatchObject([
      {
        observable: '203.0.113.7',
        port: '443',
        firstSeen: Date.UTC(2021, 0, 17, 7, 30, 5),
        lastSeen: Date.UTC(2021, 0, 18),
        reference: 'observed-data--1',
      },
    ]);
  });

  test('of STIX 2.0 keeps its objects inside', async () => {
    const objects = {
      '0': { type: 'ipv4-addr', value: '203.0.113.7' },
      '1': { type: 'ipv4-addr', value: '198.51.100.7' },
      '2': { type: 'network-traffic', src_ref: '1', dst_ref: '0', dst_port: 443, protocols: ['tcp'] },
    };
    expect(await read({ ...OBSERVED, objects })).toEqual(['203.0.113.7 443']);
    expect(await read({ ...OBSERVED, objects: { '0': objects['0'] } })).toEqual(['203.0.113.7']);
  });

  test('with a single host and no traffic names that host; with several it does not say which', async () => {
    expect(await read({ ...OBSERVED, object_refs: ['ipv4-addr--1', 'file--1'] }, ADDRESS, FILE)).toEqual([
      '203.0.113.7',
    ]);
    expect(await read({ ...OBSERVED, object_refs: ['ipv4-addr--1', 'domain-name--1'] }, ADDRESS, NAME)).toEqual([
      'several hosts were observed, and which of them is the server is not said',
    ]);
    expect(await read({ ...OBSERVED, object_refs: ['ipv4-addr--1', 'domain-name--8'] }, ADDRESS)).toEqual([
      'several hosts were observed, and which of them is the server is not said',
    ]);
  });

  test('without a host is rejected', async () => {
    expect(await read({ ...OBSERVED, object_refs: ['file--1'] }, FILE)).toEqual(['what was observed names no server']);
    expect(await read({ ...OBSERVED, objects: ['x'] })).toEqual(['what was observed names no server']);
  });
});

describe('readStixRows', () => {
  test('reads a TAXII envelope', async () => {
    expect(await rowsOf({ more: true, next: '17', objects: [INDICATOR] })).toMatchObject([
      { observable: '203.0.113.7' },
    ]);
    expect(await rowsOf({})).toEqual([]);
  });

  test('objects that only accompany others are no rows', async () => {
    const types = [
      'identity', 'malware', 'relationship', 'marking-definition', 'report', 'sighting', 'attack-pattern', 'campaign',
      'extension-definition', 'language-content', 'ipv4-addr', 'url', 'x-anything', 'constructor', '__proto__',
    ]; // prettier-ignore
    expect(await read(...types.map((type) => ({ type, id: `${type}--1`, value: '203.0.113.7' })))).toEqual([]);
  });

  test('an object that stands in no bundle is told', async () => {
    expect(await rowsOf(INDICATOR)).toMatchObject([
      { line: 1, observable: null, reason: 'this is one object (indicator), not a bundle' },
    ]);
  });

  test('what is no object costs itself only', async () => {
    const text = `{"objects":[1,"a",null,{"type" 1},{"id":"x"},${JSON.stringify(INDICATOR)}]}`;
    const rows = await rowsOf(text);
    expect(rows.map(({ observable, reason }) => reason ?? observable)).toEqual([
      'this entry is not an object',
      'this entry is not an object',
      'this entry is not an object',
      'this entry is not JSON',
      'this entry has no type',
      '203.0.113.7',
    ]);
  });

  test('rows stand before the reason why the file breaks off, which is told once', async () => {
    const text = JSON.stringify(bundle(INDICATOR, INFRASTRUCTURE)).slice(0, -30);
    expect((await rowsOf(text)).map(({ observable, reason }) => reason ?? observable)).toEqual([
      '203.0.113.7',
      'the file ends in the middle of this entry',
    ]);
  });

  test.each<readonly [string, readonly unknown[], string | null]>([
    ['of OASIS', [{ ...INDICATOR, object_marking_refs: [GREEN] }], 'green'],
    ['several, the strictest of them', [{ ...INDICATOR, object_marking_refs: [AMBER, GREEN] }], 'amber'],
    ['of one field', [{ ...INDICATOR, granular_markings: [{ marking_ref: RED, selectors: ['name'] }] }], 'red'],
    ['nobody knows', [{ ...INDICATOR, object_marking_refs: ['marking-definition--1'] }], null],
    [
      'defined in the bundle, behind the object',
      [
        { ...INDICATOR, object_marking_refs: ['marking-definition--1'] },
        {
          type: 'marking-definition',
          id: 'marking-definition--1',
          definition_type: 'tlp',
          definition: { tlp: 'amber' },
        },
      ],
      'amber',
    ],
    [
      'defined in the bundle as TLP 2.0',
      [
        { ...INDICATOR, object_marking_refs: ['marking-definition--2'] },
        {
          type: 'marking-definition',
          id: 'marking-definition--2',
          extensions: {
            'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d': { tlp_2_0: 'amber+strict' },
          },
        },
      ],
      'amber+strict',
    ],
    [
      'of the relationship to a server',
      [
        { ...INFRASTRUCTURE, object_marking_refs: [GREEN] },
        ADDRESS,
        relation('ipv4-addr--1', { object_marking_refs: [AMBER] }),
      ],
      'amber',
    ],
    [
      'of the server itself',
      [INFRASTRUCTURE, { ...ADDRESS, object_marking_refs: [RED] }, TRAFFIC, relation('network-traffic--1')],
      'red',
    ],
  ])('a row bears the markings %s', async (_, objects, tlp) => {
    expect(await rowsOf(bundle(...objects))).toMatchObject([{ observable: '203.0.113.7', tlp }]);
  });

  test('beyond the number of objects it keeps, what needs them is rejected and all else is read', async () => {
    const objects = [
      INDICATOR,
      INFRASTRUCTURE,
      ADDRESS,
      relation('ipv4-addr--1'),
      { ...INDICATOR, object_marking_refs: ['marking-definition--1'] },
      NAME,
    ];
    const rows = await rowsOf(bundle(...objects), 1);
    expect(rows.map(({ observable, reason, tlp }) => reason ?? [observable, tlp])).toEqual([
      ['203.0.113.7', null],
      expect.stringContaining('more than 1 objects that others refer to'),
      // Which marking it was is not known, so it may be any.
      ['203.0.113.7', 'red'],
    ]);
  });
});

test('versions and relations of one infrastructure do not multiply without end', async () => {
  const versions = Array.from({ length: 150 }, () => INFRASTRUCTURE);
  const rows = await rowsOf(bundle(...versions, ADDRESS, relation('ipv4-addr--1')));
  expect(rows.filter(({ observable }) => observable !== null)).toHaveLength(100);
  expect(rows.at(-1)?.reason).toBe('the file has too many versions of this infrastructure');
});

test('an observable with a text of great length takes the room of many', async () => {
  const long = { ...ADDRESS, id: 'ipv4-addr--2', value: '1'.repeat(5000) };
  const objects = [INFRASTRUCTURE, relation('ipv4-addr--1'), long, ADDRESS];
  expect(await rowsOf(bundle(...objects), 5)).toMatchObject([
    { reason: expect.stringContaining('more than 5 objects') },
  ]);
  expect(await rowsOf(bundle(...objects), 15)).toMatchObject([{ observable: '203.0.113.7' }]);
});

const EXAMPLES = fileURLToPath(new URL('../../../../shared/data/stix/examples', import.meta.url));

describe.runIf(existsSync(EXAMPLES))('the examples of OASIS, where they are at hand', () => {
  test.each(globSync('**/*.json', { cwd: EXAMPLES }))('%s is read', async (file) => {
    for (const row of await rowsOf(readFileSync(`${EXAMPLES}/${file}`, 'utf8'))) {
      expect(row.line).toBeGreaterThan(0);
      expect(row.observable ?? row.reason).toBeTruthy();
    }
  });

  test('name the servers that a reader finds in them', async () => {
    const rows = await rowsOf(readFileSync(`${EXAMPLES}/infrastructure.json`, 'utf8'));
    expect(rows.map(({ observable, reason }) => observable ?? reason)).toEqual([
      '198.51.100.3',
      'an infrastructure of type hosting-target-lists is no command and control',
    ]);
    const reports = await rowsOf(readFileSync(`${EXAMPLES}/threat-reports/poisonivy.json`, 'utf8'));
    expect(reports.filter(({ observable }) => observable !== null).length).toBeGreaterThan(50);
  });
});
