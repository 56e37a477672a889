import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { ownNoticeTexts, sampleEvidence, sampleFacts, sampleItem } from '../../../test/support/notice-facts.ts';
import type { NoticeFacts } from '../../domain/notice.ts';
import { itemsCsv } from './items-csv.ts';
import { englishOf } from './notice-texts.ts';

const { words } = englishOf(await ownNoticeTexts());
const csvOf = (facts: NoticeFacts): string => itemsCsv(facts, words);

test('lists every endpoint, exact, with CRLF line ends', () => {
  const endpoints = [
    { port: 443, scheme: 'https', path: '/a,"b"' },
    { port: null, scheme: null, path: null },
  ];
  const csv = csvOf(sampleFacts({ items: [sampleItem({ endpoints }), sampleItem({ host: '2001:db8::7' })] }));
  expect(csv.split('\r\n')).toHaveLength(5);
  const rows: Record<string, string>[] = parse(csv, { columns: true, record_delimiter: '\r\n' });
  expect(rows[0]).toMatchObject({
    reference: 'DSM-7K3Q9F',
    host: '203.0.113.7',
    port: '443',
    scheme: 'https',
    first_seen_utc: '2026-11-20T10:00:00.000Z',
    last_seen_utc: '2026-11-23T09:00:00.000Z',
    endpoint: 'https://203.0.113.7:443/a,"b"',
  });
  expect(rows.map((row) => [row['host'], row['port']])).toEqual([
    ['203.0.113.7', '443'],
    ['203.0.113.7', ''],
    ['2001:db8::7', '443'],
  ]);
});

test.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1'])(
  'makes text of %j, which a spreadsheet would run',
  (observed) => {
    const csv = csvOf(
      sampleFacts({ items: [sampleItem({ evidence: [sampleEvidence({ observed, source: observed })] })] }),
    );
    const [, row]: string[][] = parse(csv, { record_delimiter: '\r\n' });
    for (const value of row ?? []) expect(value).not.toMatch(/^[=+\-@\t\r\n]/);
  },
);

test('gives each port its own times and sources, and a day as a day', () => {
  const evidence = [
    sampleEvidence({ port: 443, firstSeen: '2026-11-22T15:30:00.000Z', lastSeen: '2026-11-22T00:00:00.000Z' }),
    sampleEvidence({ port: 447, source: 'Old feed', firstSeen: '2018-11-10T00:00:00.000Z', lastSeen: null }),
  ];
  const endpoints = [443, 447].map((port) => ({ port, scheme: null, path: null }));
  const csv = csvOf(sampleFacts({ items: [sampleItem({ endpoints, evidence })] }));
  const rows: Record<string, string>[] = parse(csv, { columns: true, record_delimiter: '\r\n' });
  expect(rows.map((row) => [row['port'], row['first_seen_utc'], row['last_seen_utc'], row['source']])).toEqual([
    ['443', '2026-11-22T15:30:00.000Z', '2026-11-22T15:30:00.000Z', 'Lab feed'],
    // It says no more of the last time than the source does.
    ['447', '2018-11-10', '', 'Old feed'],
  ]);
});

test('of many observations it says how many it leaves to the report', () => {
  const seen = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      sampleEvidence({ observed: `seen in scan ${index + 1}`, source: `Feed ${index + 1}`, firstSeen: null }),
    );
  const cells = (count: number): readonly (string | undefined)[] => {
    const csv = csvOf(sampleFacts({ items: [sampleItem({ evidence: seen(count) })] }));
    const [row]: Record<string, string>[] = parse(csv, { columns: true, record_delimiter: '\r\n' });
    return [row?.['source'], row?.['observed'], row?.['first_seen_utc']];
  };
  const [sources, observed, first] = cells(7);
  expect(sources).toBe('Feed 1; Feed 2; Feed 3; Feed 4; Feed 5; and 2 more, in the report');
  expect(observed).toMatch(/^seen in scan 1; .*seen in scan 5; and 2 more, in the report$/);
  expect(first).toBe('');
  expect(cells(5)[0]).toBe('Feed 1; Feed 2; Feed 3; Feed 4; Feed 5');
});

test('has a semicolon between the values of a cell and nowhere else', () => {
  const evidence = [
    sampleEvidence({ source: 'One; two', observed: 'seen; and heard' }),
    sampleEvidence({ source: 'Three', observed: 'read' }),
  ];
  const [row]: Record<string, string>[] = parse(csvOf(sampleFacts({ items: [sampleItem({ evidence })] })), {
    columns: true,
    record_delimiter: '\r\n',
  });
  expect(row?.['source']?.split('; ')).toEqual(['One, two', 'Three']);
  expect(row?.['observed']?.split('; ')).toEqual(['seen, and heard', 'read']);
});
