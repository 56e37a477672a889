import { describe, expect, test } from 'vitest';
import type { RawRow } from './format.ts';
import { readThreatfoxRows } from './threatfox-json.ts';

async function rowsOf(document: unknown): Promise<readonly RawRow[]> {
  const pieces = async function* () {
    await Promise.resolve();
    yield typeof document === 'string' ? document : JSON.stringify(document);
  };
  const rows: RawRow[] = [];
  for await (const row of readThreatfoxRows(pieces())) rows.push(row);
  return rows;
}

const ANSWERED = {
  id: '41',
  ioc: '203.0.113.7:443',
  threat_type: 'botnet_cc',
  threat_type_desc: 'Indicator that identifies a botnet command&control server (C&C)',
  ioc_type: 'ip:port',
  malware: 'win.examplebot',
  malware_printable: 'Examplebot',
  confidence_level: 50,
  first_seen: '2021-01-17 07:30:05 UTC',
  last_seen: null,
  reporter: 'somebody',
  reference: null,
  tags: ['exe'],
};
const EXPORTED = {
  ioc_value: 'c2.example',
  ioc_type: 'domain',
  threat_type: 'botnet_cc',
  malware: 'win.examplebot',
  malware_printable: 'Examplebot',
  first_seen_utc: '2021-01-17 07:30:05',
  last_seen_utc: '2021-01-18 00:00:00',
  confidence_level: 100,
  reference: 'https://report.example/c2',
  tags: 'exe,test',
};

const FIRST_SEEN = Date.UTC(2021, 0, 17, 7, 30, 5);

describe('readThreatfoxRows', () => {
  test('reads what the API answers', async () => {
    expect(await rowsOf({ query_status: 'ok', data: [ANSWERED] })).toEqual([
      {
        line: 1,
        value: JSON.stringify(ANSWERED),
        observable: '203.0.113.7:443',
        firstSeen: FIRST_SEEN,
        lastSeen: null,
        label: 'Examplebot',
        reference: '41',
      },
    ]);
  });

  test('reads what is exported, and refers to an entry without a report by its number', async () => {
    const rows = await rowsOf({ 1234567: [EXPORTED], 1234568: [{ ...EXPORTED, reference: '' }] });
    expect(rows).toMatchObject([
      {
        observable: 'c2.example',
        firstSeen: FIRST_SEEN,
        lastSeen: Date.UTC(2021, 0, 18),
        reference: 'https://report.example/c2',
      },
      { observable: 'c2.example', reference: '1234568' },
    ]);
  });

  test('reads the one entry that was asked for by its number', async () => {
    const rows = await rowsOf({ query_status: 'ok', data: { ...ANSWERED, malware_samples: [{ sha256_hash: 'ab' }] } });
    expect(rows).toMatchObject([{ line: 1, observable: '203.0.113.7:443', label: 'Examplebot', reference: '41' }]);
  });

  test('takes nothing of one entry that is cut off, since what is missing may speak against it', async () => {
    const text = '{"query_status":"ok","data":{"ioc":"203.0.113.7:443","ioc_type":"ip:port"';
    expect(await rowsOf(text)).toMatchObject([{ observable: null, reason: expect.stringContaining('the file ends') }]);
  });

  test.each([
    [{ ...EXPORTED, ioc_type: 'sha256_hash', ioc_value: 'ab'.repeat(32) }, 'sha256_hash names no server'],
    [
      { ...EXPORTED, threat_type: 'payload_delivery' },
      'payload_delivery is not the threat of a command-and-control server',
    ],
    [{ ...EXPORTED, threat_type: 'payload' }, 'payload is not the threat of a command-and-control server'],
    [{ ...EXPORTED, ioc_value: undefined }, 'the entry has no ioc'],
    ['203.0.113.7', 'this entry is not an object'],
  ])('rejects an entry that is no controller: %#', async (entry, reason) => {
    expect(await rowsOf({ 1: [entry] })).toMatchObject([{ line: 1, observable: null, reason }]);
  });

  test('takes an entry without a type and a threat for what the list is of', async () => {
    expect(await rowsOf({ query_status: 'ok', data: [{ ioc: 'http://c2.example/gate' }] })).toMatchObject([
      { observable: 'http://c2.example/gate', label: '', reference: null },
    ]);
  });

  test('an answer that found nothing has no rows, a refusal is told', async () => {
    expect(await rowsOf({ query_status: 'no_result', data: 'Your search did not yield any results' })).toEqual([]);
    expect(await rowsOf({ query_status: 'unknown_auth_key' })).toEqual([
      {
        line: 1,
        value: '"unknown_auth_key"',
        observable: null,
        reason: 'ThreatFox answered unknown_auth_key and no list',
      },
    ]);
  });

  test('a list is not what ThreatFox writes', async () => {
    expect(await rowsOf([ANSWERED])).toMatchObject([{ reason: 'the document is not a JSON object' }]);
  });

  test('words of the source that stand in a reason are cut and cleaned', async () => {
    const [row] = await rowsOf({ 1: [{ ...EXPORTED, ioc_type: `\u001b[31m\n${'x'.repeat(500)}` }] });
    expect(row?.reason).toMatch(/^\[31m x+… names no server$/);
    expect(row?.reason?.length).toBeLessThan(120);
  });
});
