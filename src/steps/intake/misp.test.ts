import { describe, expect, test } from 'vitest';
import type { RawRow } from './format.ts';
import { readMispRows } from './misp.ts';

async function rowsOf(document: unknown, maxEvents?: number): Promise<readonly RawRow[]> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const open = async function* () {
    await Promise.resolve();
    yield text;
  };
  const rows: RawRow[] = [];
  for await (const row of readMispRows(open, maxEvents)) rows.push(row);
  return rows;
}

function attribute(type: string, value: unknown, more: object = {}): object {
  return {
    uuid: '5f0c5a0e-0000-4000-8000-000000000001',
    type,
    category: 'Network activity',
    to_ids: true,
    value,
    ...more,
  };
}

function inObject(relation: string, type: string, value: unknown, more: object = {}): object {
  return attribute(type, value, { object_relation: relation, ...more });
}

const event = (attributes: readonly unknown[], more: object = {}) => ({
  Event: { uuid: '5f0c5a0e-0000-4000-8000-00000000000e', info: 'Examplebot', Attribute: attributes, ...more },
});

/** Observable and port of each row; the reason where there is none. */
function shown(rows: readonly RawRow[]): readonly string[] {
  return rows.map(({ observable, port, reason }) =>
    observable === null ? `${reason}` : `${observable} ${port}`.trim(),
  );
}

async function read(...attributes: readonly unknown[]): Promise<readonly string[]> {
  return shown(await rowsOf(event(attributes)));
}

async function readObject(name: string, attributes: readonly unknown[], more: object = {}): Promise<readonly string[]> {
  return shown(await rowsOf(event([], { Object: [{ name, Attribute: attributes, ...more }] })));
}

describe('an attribute', () => {
  test.each<readonly [string, string, readonly string[]]>([
    ['ip-dst', '203.0.113.7', ['203.0.113.7']],
    ['ip-dst|port', '203.0.113.7|443', ['203.0.113.7 443']],
    ['ip-dst|port', '2001:db8::7|443', ['2001:db8::7 443']],
    ['domain', 'c2[.]example', ['c2[.]example']],
    ['hostname', 'a.c2.example', ['a.c2.example']],
    ['hostname|port', 'a.c2.example|8080', ['a.c2.example 8080']],
    ['domain|ip', 'c2.example|203.0.113.7', ['c2.example', '203.0.113.7']],
    ['url', 'hxxp://c2.example/gate', ['hxxp://c2.example/gate']],
    ['uri', 'hxxp://c2.example/gate', ['hxxp://c2.example/gate']],
    ['uri', '/gate.php', ['a URI without a host names no server']],
    ['uri', 'gate.example/a', ['a URI without a host names no server']],
    ['ip-src', '203.0.113.7', ['ip-src is where an attack came from, not a command-and-control server']],
    ['ip-src|port', '203.0.113.7|443', ['ip-src|port is where an attack came from, not a command-and-control server']],
    ['ip-dst|port', '203.0.113.7', ['a value of type ip-dst|port without both of its parts']],
    ['ip-dst|port', '203.0.113.7|', ['a value of type ip-dst|port without both of its parts']],
    ['domain|ip', '|203.0.113.7', ['a value of type domain|ip without both of its parts']],
    ['ip-dst', '', ['the attribute has no value']],
  ])('of type %s with the value %j gives %j', async (type, value, rows) => {
    expect(await read(attribute(type, value))).toEqual(rows);
  });

  test('that names no server is no row, as an event is a mixture', async () => {
    const types = [
      'md5',
      'sha256',
      'filename',
      'filename|md5',
      'mutex',
      'text',
      'link',
      'comment',
      'port',
      'AS',
      'x509',
    ];
    expect(await read(...types.map((type) => attribute(type, '203.0.113.7')))).toEqual([]);
  });

  test('carries when it was seen, what says so, and nothing made of its timestamp', async () => {
    const seen = { first_seen: '2019-06-02T22:14:28.711954+00:00', last_seen: null, timestamp: '1600000000' };
    expect(await rowsOf(event([attribute('ip-dst', '203.0.113.7', seen)], { date: '2019-01-01' }))).toEqual([
      {
        line: 1,
        value: expect.stringContaining('203.0.113.7'),
        observable: '203.0.113.7',
        port: '',
        firstSeen: Date.UTC(2019, 5, 2, 22, 14, 28, 711),
        lastSeen: null,
        label: null,
        reference: '5f0c5a0e-0000-4000-8000-000000000001',
        tlp: null,
      },
    ]);
    expect(await rowsOf(event([attribute('ip-dst', '203.0.113.7', { uuid: null })]))).toMatchObject([
      { reference: '5f0c5a0e-0000-4000-8000-00000000000e' },
    ]);
  });

  test.each([false, 0, '0'])('with to_ids %j is not for detection', async (flag) => {
    expect(await read(attribute('ip-dst', '203.0.113.7', { to_ids: flag }))).toEqual([
      'its source does not mark it for detection (to_ids is false)',
    ]);
  });

  test('of a place of delivery is no controller', async () => {
    expect(await read(attribute('url', 'http://drop.example/a.exe', { category: 'Payload delivery' }))).toEqual([
      expect.stringContaining('Payload delivery'),
    ]);
  });

  test.each([
    ['itself', event([attribute('ip-dst', '203.0.113.7', { deleted: true, to_ids: false })])],
    ['its event', event([attribute('ip-dst', '203.0.113.7')], { deleted: '1' })],
    [
      'its object',
      event([], { Object: [{ name: 'ip-port', deleted: true, Attribute: [inObject('ip', 'ip-dst', '203.0.113.7')] }] }),
    ],
  ])('is taken back where %s is deleted', async (_, document) => {
    expect(await rowsOf(document)).toMatchObject([{ observable: '203.0.113.7', withdrawn: true }]);
  });

  test.each([
    [1, 'this entry is not an object'],
    ['text', 'this entry is not an object'],
    [{ value: '203.0.113.7' }, 'the attribute has no type'],
    [attribute('ip-dst', ['203.0.113.7']), 'the attribute has no value'],
    [attribute('ip-dst', undefined), 'the attribute has no value'],
  ])('that cannot be read is a rejected row: %j', async (entry, reason) => {
    expect(await read(entry, attribute('domain', 'c2.example'))).toEqual([reason, 'c2.example']);
  });
});

describe('an object', () => {
  test('ip-port gives its port to its host', async () => {
    const port = inObject('dst-port', 'port', '443', { to_ids: false });
    expect(await readObject('ip-port', [port, inObject('ip', 'ip-dst', '203.0.113.7')])).toEqual(['203.0.113.7 443']);
    expect(await readObject('ip-port', [inObject('domain', 'domain', 'c2.example'), port])).toEqual(['c2.example 443']);
    expect(await readObject('ip-port', [inObject('ip-dst', 'ip-dst', '203.0.113.7')])).toEqual(['203.0.113.7']);
  });

  test('ip-port with several ports of one host, or several hosts of one port, gives each', async () => {
    const ports = [inObject('dst-port', 'port', '80'), inObject('dst-port', 'port', 443)];
    const hosts = [inObject('ip', 'ip-dst', '203.0.113.7'), inObject('domain', 'domain', 'c2.example')];
    expect(await readObject('ip-port', [...ports, ...hosts.slice(1)])).toEqual(['c2.example 80', 'c2.example 443']);
    expect(await readObject('ip-port', [...ports.slice(1), ...hosts])).toEqual(['203.0.113.7 443', 'c2.example 443']);
    const reason = 'its object has several hosts and several ports, and does not pair them';
    expect(await readObject('ip-port', [...ports, ...hosts])).toEqual([reason, reason]);
  });

  test('ip-port leaves aside a deleted port, a source and a reverse name', async () => {
    expect(
      await readObject('ip-port', [
        inObject('dst-port', 'port', '80', { deleted: true }),
        inObject('src-port', 'port', '50000'),
        inObject('ip-src', 'ip-src', '198.51.100.7'),
        inObject('ptr-record', 'domain', 'host.isp.example'),
        inObject('ip', 'ip-dst', '203.0.113.7'),
      ]),
    ).toEqual([
      'its object names it as ip-src, not as the server',
      'its object names it as ptr-record, not as the server',
      '203.0.113.7',
    ]);
  });

  test('domain-ip gives both of its hosts, with the port where it has one', async () => {
    const hosts = [inObject('domain', 'domain', 'c2.example'), inObject('ip', 'ip-dst', '203.0.113.7')];
    expect(await readObject('domain-ip', hosts)).toEqual(['c2.example', '203.0.113.7']);
    expect(await readObject('domain-ip', [...hosts, inObject('port', 'port', '443')])).toEqual([
      'c2.example 443',
      '203.0.113.7 443',
    ]);
  });

  test('network-connection has two sides, of which one is the server', async () => {
    expect(
      await readObject('network-connection', [
        inObject('hostname-src', 'hostname', 'victim.example'),
        inObject('hostname-dst', 'hostname', 'c2.example'),
        inObject('dst-port', 'port', '443'),
      ]),
    ).toEqual(['its object names it as hostname-src, not as the server', 'c2.example 443']);
  });

  test('url is its URL, not the domain that the URL has a part of', async () => {
    expect(
      await readObject('url', [
        inObject('url', 'url', 'http://c2.sites.example/gate'),
        inObject('domain', 'domain', 'sites.example'),
        inObject('host', 'hostname', 'c2.sites.example'),
        inObject('port', 'port', '80'),
      ]),
    ).toEqual(['http://c2.sites.example/gate']);
  });

  test('of any other kind is no more than its attributes', async () => {
    expect(
      await readObject('file', [inObject('sha256', 'sha256', 'ab'), inObject('domain', 'domain', 'c2.example'), 7]),
    ).toEqual(['this attribute of an object is not an object itself', 'c2.example']);
    expect(await readObject('file', [])).toEqual([]);
  });

  test('says when its attributes were seen', async () => {
    const attributes = [
      inObject('ip', 'ip-dst', '203.0.113.7'),
      inObject('first-seen', 'datetime', '2021-01-17T07:30:05+01:00'),
    ];
    const document = event([], {
      Object: [{ name: 'ip-port', last_seen: '2021-01-18T00:00:00Z', Attribute: attributes }],
    });
    expect(await rowsOf(document)).toMatchObject([
      { firstSeen: Date.UTC(2021, 0, 17, 6, 30, 5), lastSeen: Date.UTC(2021, 0, 18) },
    ]);
  });
});

describe('tags', () => {
  const tags = (...names: readonly string[]) => names.map((name) => ({ id: '1', name, colour: '#ffffff' }));
  const address = (...names: readonly string[]) => attribute('ip-dst', '203.0.113.7', { Tag: tags(...names) });

  test.each<readonly [readonly string[], readonly string[], string | null]>([
    [[], [], null],
    [['tlp:green'], [], 'green'],
    [['tlp:green'], ['TLP: AMBER'], 'amber'],
    [['tlp:red'], ['tlp:white'], 'red'],
    [['tlp:amber+strict', 'tlp:green'], [], 'amber+strict'],
    [['amber', 'not tlp:red', 'tlp:unclear'], [], null],
  ])('of the event %j and the attribute %j restrict a row to %s', async (ofEvent, ofAttribute, tlp) => {
    expect(await rowsOf(event([address(...ofAttribute)], { Tag: tags(...ofEvent) }))).toMatchObject([{ tlp }]);
  });

  test('that cannot be read may say anything, so the strictest is taken', async () => {
    const text = JSON.stringify(event([address()])).replace('"info":"Examplebot"', '"Tag":[{"name" "tlp:red"}]');
    expect(await rowsOf(text)).toMatchObject([{ observable: '203.0.113.7', tlp: 'red' }]);
  });

  test.each<readonly [readonly string[], readonly string[], string | null]>([
    [['misp-galaxy:malpedia="Examplebot"'], [], 'Examplebot'],
    [['misp-galaxy:tool="Loader"', 'misp-galaxy:malpedia="Examplebot"'], [], 'Examplebot'],
    [['misp-galaxy:botnet="Examplebot"'], ['misp-galaxy:tool="Otherbot"'], 'Otherbot'],
    [['misp-galaxy:malpedia="Examplebot"', 'misp-galaxy:malpedia="Otherbot"'], [], null],
    [['misp-galaxy:threat-actor="Somebody"', 'malpedia'], [], null],
  ])('of the event %j and the attribute %j name the malware %s', async (ofEvent, ofAttribute, label) => {
    expect(await rowsOf(event([address(...ofAttribute)], { Tag: tags(...ofEvent) }))).toMatchObject([{ label }]);
  });
});

describe('readMispRows', () => {
  const ONE = event([attribute('domain', 'one.example')], { Tag: [{ name: 'tlp:green' }] });
  const TWO = event([attribute('domain', 'two.example')]);

  test.each<readonly [string, unknown]>([
    ['a list of events', [ONE, TWO]],
    ['the answer of a search for events', { response: [ONE, TWO] }],
  ])('reads %s, each with its own tags', async (_, document) => {
    expect(await rowsOf(document)).toMatchObject([
      { observable: 'one.example', tlp: 'green' },
      { observable: 'two.example', tlp: null },
    ]);
  });

  test('reads the answer of a search for one event', async () => {
    expect(shown(await rowsOf({ response: ONE }))).toEqual(['one.example']);
  });

  test('reads the answer of a search for attributes, which has no events around them', async () => {
    const found = {
      ...attribute('ip-dst|port', '203.0.113.7|443'),
      Tag: [{ name: 'tlp:green' }],
      Event: { uuid: 'x', Tag: [{ name: 'tlp:amber' }] },
    };
    expect(await rowsOf({ response: { Attribute: [found] } })).toMatchObject([
      { observable: '203.0.113.7', port: '443', tlp: 'amber' },
    ]);
  });

  test('names the line where an attribute begins', async () => {
    const rows = await rowsOf(
      JSON.stringify(event([attribute('domain', 'a.example'), attribute('domain', 'b.example')]), null, 1),
    );
    expect(rows.map(({ line }) => line)).toEqual([6, 13]);
  });

  test('takes no proposal and no related event for the event itself', async () => {
    const other = { Event: { Attribute: [attribute('domain', 'other.example')] } };
    const more = { ShadowAttribute: [attribute('domain', 'proposal.example')], RelatedEvent: [other] };
    expect(shown(await rowsOf(event([attribute('domain', 'c2.example')], more)))).toEqual(['c2.example']);
  });

  test('what stands before the end of a cut file stands', async () => {
    const text = JSON.stringify(event([attribute('domain', 'a.example'), attribute('domain', 'b.example')]));
    expect(shown(await rowsOf(text.slice(0, -20)))).toEqual(['a.example', 'the file ends in the middle of this entry']);
  });

  test('of more events than it keeps in mind the others are rejected, as their tags may forbid all', async () => {
    expect(shown(await rowsOf([ONE, TWO], 1))).toEqual([
      'one.example',
      'the file has more than 1 events; this one was not kept',
    ]);
  });
});
