import { describe, expect, test } from 'vitest';
import { readFeodoJsonRows } from './feodo-json.ts';
import type { RawRow } from './format.ts';

async function rowsOf(text: string): Promise<readonly RawRow[]> {
  const pieces = async function* () {
    await Promise.resolve();
    yield text;
  };
  const rows: RawRow[] = [];
  for await (const row of readFeodoJsonRows(pieces())) rows.push(row);
  return rows;
}

const ENTRY = {
  ip_address: '203.0.113.7',
  port: 443,
  status: 'online',
  hostname: 'host-7.isp.example',
  as_number: 64496,
  as_name: 'EXAMPLE-AS',
  country: 'NL',
  first_seen: '2021-01-17 07:30:05',
  last_online: '2021-03-21',
  malware: 'Examplebot',
};

describe('readFeodoJsonRows', () => {
  test('reads an entry, and takes the reverse name of its address for no observable', async () => {
    expect(await rowsOf(JSON.stringify([ENTRY], null, 2))).toEqual([
      {
        line: 2,
        value: expect.stringContaining('"ip_address": "203.0.113.7", "port": 443'),
        observable: '203.0.113.7',
        port: '443',
        firstSeen: Date.UTC(2021, 0, 17, 7, 30, 5),
        lastSeen: Date.UTC(2021, 2, 21),
        status: 'online',
        label: 'Examplebot',
      },
    ]);
  });

  test('shows an entry as one line in rejects.csv', async () => {
    const [row] = await rowsOf(JSON.stringify([ENTRY], null, 2));
    expect(row?.value).not.toMatch(/[\r\n]/);
  });

  test('leaves out what the source does not say', async () => {
    const [row] = await rowsOf('[{"ip_address":"203.0.113.7","port":null,"status":"unknown","last_online":null}]');
    expect(row).toMatchObject({ observable: '203.0.113.7', port: '', status: null, firstSeen: null, lastSeen: null });
    expect(row).not.toHaveProperty('dateNotRead');
  });

  test('a date that is a guess is told, and the row counts without it', async () => {
    const [row] = await rowsOf('[{"ip_address":"203.0.113.7","first_seen":"21/01/17","last_online":"2021-03-21"}]');
    expect(row).toMatchObject({ observable: '203.0.113.7', firstSeen: null, dateNotRead: '21/01/17' });
  });

  test('a port of the wrong kind is handed on to be refused, not dropped', async () => {
    const rows = await rowsOf(
      '[{"ip_address":"203.0.113.7","port":{"tcp":443}},{"ip_address":"203.0.113.7","port":"x"}]',
    );
    expect(rows.map(({ port }) => port)).toEqual(['object', 'x']);
  });

  test.each([
    ['[{"port":443}]', 'the entry has no ip_address'],
    ['[{"ip_address":["203.0.113.7"]}]', 'the entry has no ip_address'],
    ['["203.0.113.7"]', 'this entry is not an object'],
    ['[{"ip_address" "203.0.113.7"}]', 'this entry is not JSON'],
    ['{"ip_address":"203.0.113.7"}', 'the document is not a JSON list'],
    ['[{"ip_address":"203.0.113.7"', 'the file ends in the middle of this entry'],
  ])('%s is rejected: %s', async (text, reason) => {
    expect(await rowsOf(text)).toEqual([{ line: 1, value: expect.any(String), observable: null, reason }]);
  });

  test('an empty list, as the tracker has on quiet days, has no rows', async () => {
    expect(await rowsOf('[]\n')).toEqual([]);
  });
});
